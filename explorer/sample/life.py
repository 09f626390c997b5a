"""The sample network's life: events in order of their due time, each drawn from the name of what it happens to.

The same seed, first start and clock readings give the same network, however often time is looked at. Nothing here
locks: whoever calls does so under one lock, and saves before anybody may read.
"""

from __future__ import annotations

import heapq
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from explorer.sample import deployers, draw, ending, money, order, plan
from explorer.sample.caching import NodeCache
from explorer.sample.order import Order
from explorer.sample.record import QUEUED, RUNNING, Job
from explorer.sample.store import Store
from explorer.sample.world import World

ARRIVAL_SECONDS = (3.4, 6.0)  # between jobs, at the default speed
DEFAULT_SPEED = 30.0
LIVE_BURST = 3
PATIENCE = (1200.0, 9000.0)  # seconds until a deployer takes a waiting job back, unshortened
REST_SHARE, REST_SECONDS = 0.06, (3600.0, 18000.0)  # how often a node leaves after a job, for how long, unshortened
Event = tuple[float, int, str, str, int]  # due, tie-breaker, kind, job or node, version of the job


@dataclass(slots=True)
class Queue:
    """A market's line: jobs that wait for a node, or nodes that wait for a job, first in line first."""

    jobs: deque[str] = field(default_factory=deque)
    nodes: deque[str] = field(default_factory=deque)


class Life:
    """Everything that changes."""

    def __init__(self, world: World, store: Store, speed: float) -> None:
        self.world, self.store, self.speed = world, store, speed
        self.heap: list[Event] = []
        self.jobs: dict[str, Job] = {}  # waiting, running, or still to be completed
        self.queues = {market: Queue() for market in world.markets}
        self.caches = {node: NodeCache() for node in world.nodes}
        self.next_job = 1
        self.next_event = 1
        self._changed: dict[str, Job] = {}
        self._gone: list[int] = []
        self._content: dict[str, tuple[int, str]] = {}
        self._touched: set[str] = set()

    # --- time ---------------------------------------------------------------------------------------------------

    def schedule(self, due: float, kind: str, subject: str, version: int = 0) -> None:
        """Let something happen at that time."""
        heapq.heappush(self.heap, (due, self.next_event, kind, subject, version))
        self.next_event += 1

    def run_until(self, now: float) -> bool:
        """Let everything happen that is due, in order; return whether anything was."""
        happened = False
        while self.heap and self.heap[0][0] <= now:
            due, _, kind, subject, version = heapq.heappop(self.heap)
            self._happen(due, kind, subject, version)
            happened = True
        return happened

    def arrivals_from(self, now: float) -> None:
        """Let jobs arrive from now on; arrivals that were due earlier never happen."""
        self.heap = [event for event in self.heap if event[2] != "arrive"]
        heapq.heapify(self.heap)
        self.schedule(now + self._gap(1), "arrive", "")

    def save(self) -> None:
        """Write what changed since the last time, in one transaction."""
        state: dict[str, Any] = {
            f"cache:{name}": [self.caches[name].images, self.caches[name].volumes] for name in sorted(self._touched)
        }
        state["queues"] = {market: [list(line.jobs), list(line.nodes)] for market, line in self.queues.items()}
        state["life"] = {"heap": sorted(self.heap), "next_job": self.next_job, "next_event": self.next_event}
        self.store.save(self._changed.values(), self._gone, self._content, state)
        self._changed, self._gone, self._content, self._touched = {}, [], {}, set()

    def load(self) -> bool:
        """Read everything back; return whether there was anything."""
        life = self.store.state("life")
        if life is None:
            return False
        self.heap = [(due, tie, kind, subject, version) for due, tie, kind, subject, version in life["heap"]]
        heapq.heapify(self.heap)
        self.next_job, self.next_event = life["next_job"], life["next_event"]
        for market, (jobs, nodes) in self.store.state("queues").items():
            self.queues[market] = Queue(deque(jobs), deque(nodes))
        for name in self.world.nodes:
            self.caches[name] = NodeCache(*self.store.state(f"cache:{name}", [{}, {}]))
        late = [subject for _, _, kind, subject, _ in self.heap if kind == "complete"]
        found = [*self.store.jobs("state < 2"), *(job for name in late if (job := self.store.job(name)))]
        self.jobs = {job.address: job for job in found}
        return True

    def _happen(self, at: float, kind: str, subject: str, version: int) -> None:
        """Carry out one event; one about a job that changed since is void."""
        if kind == "arrive":
            self._arrive(at)
        elif kind == "return":
            self.join(subject, at)
        elif (job := self.jobs.get(subject)) and job.version == version:
            if kind == "delist":
                self.delist(job, at)
            else:
                ending.happen(self, job, kind, at)

    # --- listing ------------------------------------------------------------------------------------------------

    def _gap(self, jobs: int) -> float:
        low, high = ARRIVAL_SECONDS
        return draw.rng(self.world.seed, "gap", self.next_job).uniform(low, high) * jobs * DEFAULT_SPEED / self.speed

    def _arrive(self, at: float) -> None:
        """List the next job, or a few of the same kind at once, and let the next ones come later."""
        number = self.next_job
        who, what, market = deployers.choose(self.world.seed, self.world.deployers, number, at)
        size = self.burst(who.burst, number, LIVE_BURST)
        for _ in range(size):
            self.list_job(order.drawn(self.world.seed, self.next_job, who, what, market, self.speed), at)
        self.schedule(at + self._gap(size), "arrive", "")

    def burst(self, most: int, number: int, cap: int) -> int:
        """Return how many jobs a deployer lists at once."""
        rng = draw.rng(self.world.seed, "burst", number)
        return rng.randrange(1, min(most, cap) + 1) if rng.random() < 0.2 else 1

    def list_job(self, wanted: Order, at: float) -> Job:
        """List a job: a waiting node of the market takes it at once, or else it waits in line."""
        seed, number = self.world.seed, self.next_job
        self.next_job += 1
        kind, body = order.read(wanted.text) if wanted.text is not None else (0, None)
        price = self.world.markets[wanted.market].price(seed, at)
        job = Job(
            id=number,
            address=draw.address(seed, "job", number),
            ipfs_job=wanted.ipfs_job,
            market=wanted.market,
            project=wanted.project,
            payer=wanted.payer,
            price=price,
            timeout=wanted.timeout,
            listed_at=int(at),
            pace=wanted.pace,
            care=wanted.care,
            usd=money.usd_per_hour(seed, price, at),
            posted=int(wanted.posted),
            trigger=order.trigger_of(body),
            history=[["Assign" if wanted.node else "List", int(at), wanted.node]],
        )
        if wanted.text is not None:
            self._content[wanted.ipfs_job] = (kind, wanted.text)
        self.jobs[job.address] = job
        self.changed(job)
        self._place(job, wanted.node, at, body)
        return job

    def _place(self, job: Job, node: str | None, at: float, body: Any) -> None:
        """Give the job to a waiting node, or put it in line with the patience of its deployer."""
        line = self.queues[job.market]
        if node is not None:
            line.nodes.remove(node)
            self.start(job, node, at, body)
        elif line.nodes:
            self.start(job, line.nodes.popleft(), at, body)
        else:
            line.jobs.append(job.address)
            if not job.posted:
                patience = draw.rng(self.world.seed, "patience", job.id).uniform(*PATIENCE)
                self.schedule(at + patience / max(job.pace, 1), "delist", job.address, job.version)

    def delist(self, job: Job, at: float) -> None:
        """Take a waiting job back: its account is closed, and nothing remains of it."""
        self.queues[job.market].jobs.remove(job.address)
        self.forget(job)
        self._changed.pop(job.address, None)
        self._gone.append(job.id)

    # --- nodes --------------------------------------------------------------------------------------------------

    def join(self, node: str, at: float) -> None:
        """Let a node take the first waiting job of its market, or wait for one."""
        line = self.queues[self.world.nodes[node].market]
        if self.caches[node].evict(at):
            self._touched.add(node)
        if line.jobs:
            job = self.jobs[line.jobs.popleft()]
            job.history.append(["Work", int(at), node])
            self.start(job, node, at, self.definition(job))
        else:
            line.nodes.append(node)

    def free(self, job: Job, at: float) -> None:
        """Let the node of an ended job take the next one, or rest."""
        rng = draw.rng(self.world.seed, "rest", job.id)
        if rng.random() < REST_SHARE:
            self.schedule(at + rng.uniform(*REST_SECONDS) / max(job.pace, 1), "return", job.node)
        else:
            self.join(job.node, at)

    def start(self, job: Job, node: str, at: float, body: Any) -> None:
        """Let a node run a job: a run account is opened, and the rest follows the plan."""
        job.state, job.node, job.started, job.time_start = RUNNING, node, at, int(at)
        job.run = draw.address(self.world.seed, "run", job.id)
        job.version += 1
        where = self.world.nodes[node]
        cache = self.caches[node]
        made = plan.make(
            plan.Setting(
                self.world.seed, job.address, where, self.world.markets[where.market], cache, at, job.pace, job.care
            ),
            body,
        )
        cache.images.update(dict.fromkeys(made.images, at))
        cache.volumes.update(dict.fromkeys(made.volumes, at))
        self._touched.add(node)
        job.flow, job.ends = made.flow, made.ends
        self.changed(job)
        ending.schedule(self, job, made.quits)

    # --- bookkeeping --------------------------------------------------------------------------------------------

    def definition(self, job: Job) -> Any:
        """Return what the job's definition says, or None where that is not to be had."""
        kind_and_text = self._content.get(job.ipfs_job) or self.store.contents([job.ipfs_job]).get(job.ipfs_job)
        return order.read(kind_and_text[1])[1] if kind_and_text else None

    def pin(self, text: str) -> str:
        """Pin a text and return its CID."""
        cid = order.cid_of(text)
        self._content[cid] = (order.read(text)[0], text)
        return cid

    def changed(self, job: Job) -> None:
        """Have a job written with the next save."""
        self._changed[job.address] = job

    def forget(self, job: Job) -> None:
        """Drop a job from what is going on."""
        del self.jobs[job.address]

    def waiting(self, job: Job) -> bool:
        """Return whether a job waits in line."""
        return job.state == QUEUED
