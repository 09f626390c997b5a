"""A network of any size for the benchmark: its jobs, newest first as the indexer lists them, from a seed.

Skewed as the real one: few deployers, markets, nodes and definitions have most of the jobs; images, nodes and projects
come and go in eighteen months. One seed and one end give the same jobs. About 40,000 jobs a second.
"""

from __future__ import annotations

import math
from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from random import Random
from typing import Final

from explorer.nosana.payloads import (
    COMPLETED,
    QUEUED,
    RUNNING,
    STOPPED,
    JobPayload,
    MarketAccount,
    MarketPayload,
    NodePayload,
    OpResult,
    ResultPayload,
)
from tests.bench import places, projects
from tests.bench.places import Host, Place, Staff
from tests.bench.projects import Crowd, Posted, Project

DAYS: Final = 548
RUNNING_JOBS: Final = 2800
QUEUED_JOBS: Final = 300
#: The last hours, in which all jobs that run or wait were listed, and how many jobs they hold besides the usual ones.
_LATE_HOURS: Final = 72
_LATE_JOBS: Final = 6000
_WITHDRAWN: Final = 0.003
_EXIT_CODES: Final = (1, 1, 1, 2, 127, 137, 137, 139)
_HOUR: Final = timedelta(hours=1)


@dataclass
class Network:
    """The network at the moment `until`, which is a whole hour, with so many jobs."""

    jobs: int
    until: datetime
    seed: int = 6
    #: Filled while jobs are drawn: those that were withdrawn from a queue, and those that wait, by market.
    withdrawn: list[str] = field(default_factory=list)
    waiting: dict[str, list[str]] = field(default_factory=dict)
    busy: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        rng = Random(f"{self.seed} people")
        self.places = places.places(rng, DAYS)
        self.projects = projects.projects(rng, self.places, DAYS)
        self._rng = Random(f"{self.seed} jobs")
        self._drawn = 0
        self._hours = _hours(self.jobs)
        late = sum(self._hours[:_LATE_HOURS])
        self._running_share = min(RUNNING_JOBS, self.jobs // 4) / late
        self._queued_share = min(QUEUED_JOBS, self.jobs // 40) / late

    def batches(self, size: int) -> Iterator[list[JobPayload]]:
        """Yield all jobs, newest first, so many at a time; to be called once."""
        every = self._every_job()
        while batch := list(islice(every, size)):
            yield batch

    def markets(self) -> list[MarketPayload]:
        """Return the list of markets."""
        return [places.market_payload(place) for place in self.places]

    def nodes(self) -> list[NodePayload]:
        """Return what the nodes say of their machines; one in fifty is never reached."""
        rng = Random(f"{self.seed} machines")
        pairs = [(place, host) for place in self.places for host in place.hosts]
        return [places.node_payload(place, host, rng) for place, host in pairs if rng.random() > 0.02]

    def accounts(self) -> list[MarketAccount]:
        """Return the markets' accounts with their queues; to be called after the last job was drawn."""
        return [self._account(place) for place in self.places]

    def _account(self, place: Place) -> MarketAccount:
        jobs = self.waiting.get(place.address, [])
        free = [host.address for host in place.hosts if host.until > DAYS and host.address not in self.busy]
        return MarketAccount(
            address=place.address,
            authority=place.address,
            job_price=place.price(_nos_usd(0)),
            job_timeout=7200,
            job_expiration=259200,
            job_type=0,
            node_access_key=place.address,
            node_xnos_minimum=0,
            queue_type=0 if jobs else 1 if free else 255,
            queue=tuple(jobs[::-1] or free[:200]),
        )

    def _every_job(self) -> Iterator[JobPayload]:
        week, crowd, staffs = -1, Crowd([], []), dict[str, Staff]()
        for hour, count in enumerate(self._hours):
            day = DAYS - 1 - hour // 24
            if day // 7 != week:
                week = day // 7
                crowd = projects.crowd(self.projects, week * 7, week * 7 + 6)
                staffs = {place.address: places.staff(place, week * 7, week * 7 + 6) for place in self.places}
            yield from self._jobs_of(hour, count, crowd, staffs)

    def _jobs_of(self, hour: int, count: int, crowd: Crowd, staffs: dict[str, Staff]) -> Iterator[JobPayload]:
        rng, end = self._rng, self.until - hour * _HOUR
        nos_usd = _nos_usd(hour)
        chosen = rng.choices(crowd.projects, cum_weights=crowd.shares, k=count)
        seconds = sorted(rng.random() * 3600 for _ in range(count))
        for project, before in zip(chosen, seconds, strict=True):
            place = project.places[int(rng.random() ** 2 * len(project.places))]
            listed_at = end - timedelta(seconds=before)
            yield self._job(project, place, staffs[place.address], listed_at, nos_usd, is_late=hour < _LATE_HOURS)

    def _job(
        self, project: Project, place: Place, staff: Staff, listed_at: datetime, nos_usd: float, *, is_late: bool
    ) -> JobPayload:
        rng, number = self._rng, self.jobs - self._drawn
        self._drawn += 1
        address, posted = places.address(rng), project.post(rng, number)
        state = self._state(is_late)
        host = None if state == QUEUED else self._host(staff, state)
        started_at, ended_at = self._times(project, state, listed_at)
        if state == QUEUED:
            self._note_waiting(address, place, is_late)
        result = self._result(project, posted, host, started_at, ended_at) if host and started_at and ended_at else None
        return JobPayload(
            address=address,
            id=number,
            market=place.address,
            project=project.deployer,
            payer=project.payer,
            node=host.address if host else None,
            state=state,
            price=place.price(nos_usd),
            timeout=project.timeout if state != RUNNING else max(project.timeout, 5 * 86400),
            listed_at=listed_at,
            started_at=started_at,
            ended_at=ended_at,
            usd_reward_per_hour=place.usd_per_hour,
            ipfs_job=posted.cid,
            ipfs_result=places.cid(rng) if ended_at and rng.random() < 0.98 else None,
            trigger=project.trigger,
            status=result.status if result else None,
            definition=posted.definition if rng.random() > 0.005 else None,
            result=result,
        )

    def _state(self, is_late: bool) -> int:
        draw = self._rng.random()
        if not is_late:
            return QUEUED if draw < _WITHDRAWN else STOPPED if draw < 0.033 else COMPLETED
        if draw < self._queued_share:
            return QUEUED
        return RUNNING if draw < self._queued_share + self._running_share else COMPLETED

    def _host(self, staff: Staff, state: int) -> Host:
        """Return a node; one that runs a job has no other one, as far as there are enough."""
        position = bisect(staff.shares, self._rng.random() * staff.shares[-1])
        if state != RUNNING:
            return staff.hosts[position]
        around = (*range(position, len(staff.hosts)), *range(position))
        free = next((index for index in around if staff.hosts[index].address not in self.busy), position)
        self.busy.add(staff.hosts[free].address)
        return staff.hosts[free]

    def _times(self, project: Project, state: int, listed_at: datetime) -> tuple[datetime | None, datetime | None]:
        if state == QUEUED:
            return None, None
        rng = self._rng
        started_at = listed_at + timedelta(seconds=rng.expovariate(1 / 40) + 2)
        if state == RUNNING:
            return min(started_at, self.until), None
        seconds = min(project.median * math.exp(rng.gauss(0, 0.7)) + 3, project.timeout * 1.02)
        ended_at = started_at + timedelta(seconds=seconds)
        return min(started_at, self.until), ended_at if ended_at < self.until else self.until

    def _result(
        self, project: Project, posted: Posted, host: Host, started_at: datetime, ended_at: datetime
    ) -> ResultPayload | None:
        draw = self._rng.random()
        if draw > 0.97 or not posted.ops:
            return None
        is_failed = draw < project.failing * host.trouble
        code = self._rng.choice(_EXIT_CODES) if is_failed else 0
        last, word = len(posted.ops) - 1, "failed" if is_failed else "success"
        ops = tuple(
            OpResult(op_id, group, word if n == last else "success", started_at, ended_at, code if n == last else 0)
            for n, (op_id, group) in enumerate(posted.ops)
        )
        return ResultPayload(word, started_at, ended_at, ops)

    def _note_waiting(self, address: str, place: Place, is_late: bool) -> None:
        if is_late:
            self.waiting.setdefault(place.address, []).append(address)
        else:
            self.withdrawn.append(address)


def _nos_usd(hour: int) -> float:
    """Return the price of NOS so many hours before the end."""
    return 0.31 * math.exp(0.2 * math.sin(hour / 700) + 0.05 * math.sin(hour / 60))


def _hours(jobs: int) -> Sequence[int]:
    """Return how many jobs each hour has, the last hour first: ever more, by day more than by night."""
    late = min(_LATE_JOBS, jobs // 2)
    shape = [(1.6 - hour / (DAYS * 24)) * (1 + 0.5 * math.cos(hour / 24 * 2 * math.pi)) for hour in range(DAYS * 24)]
    total, drawn, counts, done = sum(shape), 0.0, [], 0
    for hour, share in enumerate(shape):
        drawn += share * (jobs - late) / total + (late / _LATE_HOURS if hour < _LATE_HOURS else 0)
        counts.append(round(drawn) - done)
        done = round(drawn)
    counts[-1] += jobs - done
    return counts
