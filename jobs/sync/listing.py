"""Reads of the job list: the newest and the unfinished; for the older ones see backfill.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from explorer import sources
from explorer.models import Source, SyncRecord
from explorer.nosana.client import Client
from explorer.nosana.errors import NotFound
from explorer.nosana.payloads import JobPayload, Listing
from explorer.upsert import Written
from jobs.models import Job
from jobs.sync.store import store_jobs, store_withdrawn
from markets.choices import QueueType
from markets.models import Market

PAGE = 50
#: How many pages one run reads before it leaves the rest to the next.
HEAD_PAGES = 10
#: Rows that the indexer learned of late stand below newer ones: the walk goes on this far past what is known.
OVERLAP = timedelta(minutes=2)
#: How many of a run's vanished jobs are asked about one by one.
CONFIRMATIONS = 20


@dataclass
class Walk:
    """How far a walk down the job list came."""

    offset: int
    inserted: int = 0
    is_done: bool = False


def sync_newest(*, client: Client) -> None:
    """Read the newest pages of the job list until what they hold is known.

    The list is ordered by start, newest first. At most HEAD_PAGES requests for its head; what a long absence left
    unread below that is remembered and read by the next runs. A first run leaves the past to the backfill.
    """
    with sources.recorded(Source.JOBS) as run:
        position = read_position(Source.JOBS)
        known_to = Job.objects.newest_start()
        head = _walk(client, run, offset=0, known_to=known_to)
        if known_to is None or (head.is_done and not position):
            return
        if head.is_done:
            # What was added on top since has pushed the gap down by as much.
            known_to = datetime.fromisoformat(position["known_to"])
            head = _walk(client, run, offset=position["offset"] + head.inserted, known_to=known_to)
        until = position.get("known_to", known_to.isoformat())
        keep_position(Source.JOBS, {} if head.is_done else {"offset": head.offset, "known_to": until})


def _walk(client: Client, run: sources.Run, *, offset: int, known_to: datetime | None) -> Walk:
    walk = Walk(offset)
    for _ in range(HEAD_PAGES):
        page = client.jobs(limit=PAGE, offset=walk.offset)
        written = store_jobs(jobs=page.rows)
        run.add(seen=len(page.rows), changed=written.changed, skipped=page.skipped)
        walk.offset += PAGE
        walk.inserted += written.inserted
        if _is_known(page, written, known_to):
            walk.is_done = True
            break
    return walk


def _is_known(page: Listing[JobPayload], written: Written, known_to: datetime | None) -> bool:
    """Whether all below this page was read before: it has nothing new and reaches below what was known."""
    if len(page.rows) + len(page.skipped) < PAGE:
        return True
    starts = [job.started_at for job in page.rows if job.started_at]
    return not written.inserted and bool(known_to and starts and min(starts) <= known_to - OVERLAP)


def read_position(source: Source) -> dict[str, Any]:
    """Return where a resumable source goes on; empty at its beginning."""
    record = SyncRecord.objects.filter(source=source).first()
    return dict(record.position) if record else {}


def keep_position(source: Source, position: dict[str, Any]) -> None:
    """Write where a resumable source goes on."""
    SyncRecord.objects.update_or_create(source=source, defaults={"position": position})


def refresh_unfinished(*, client: Client, limit: int = 1000) -> None:
    """Ask again, by the hundred, about the unfinished jobs longest unheard of, and about unknown ones in queues."""
    with sources.recorded(Source.UNFINISHED) as run:
        known = list(Job.objects.unfinished().order_by("checked_at").values_list("pk", flat=True)[:limit])
        wanted = [*_unknown_in_queues(), *known]
        none: Listing[JobPayload] = Listing(())
        answer = client.jobs_batch(wanted) if wanted else none
        written = store_jobs(jobs=answer.rows)
        run.add(seen=len(answer.rows), changed=written.changed, skipped=answer.skipped)
        answered = {job.address for job in answer.rows} | {row.identifier for row in answer.skipped}
        _look_for(client, run, [address for address in known if address not in answered])


def _unknown_in_queues() -> list[str]:
    """Return the jobs that wait in a market's queue on chain and were never heard of; two queries."""
    queues = Market.objects.filter(queue_type=QueueType.JOBS).values_list("queue", flat=True)
    waiting = {address for queue in queues for address in queue}
    return sorted(waiting - set(Job.objects.filter(pk__in=waiting).values_list("pk", flat=True)))


def _look_for(client: Client, run: sources.Run, missing: Sequence[str]) -> None:
    """Ask about each job that an answer left out: what the network no longer knows was withdrawn from its queue."""
    for address in missing[:CONFIRMATIONS]:
        try:
            written = store_jobs(jobs=[client.job(address)])
        except NotFound:
            written = store_withdrawn(addresses=[address])
        run.add(seen=1, changed=written.changed)
