"""Reads of the older jobs, from wherever the last run stopped, down to the network's first one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from explorer import sources
from explorer.models import Source
from explorer.nosana.client import Client
from explorer.nosana.errors import Malformed, NosanaError
from explorer.nosana.payloads import JobPayload, Listing, Skipped
from explorer.upsert import Written
from jobs.models import Job
from jobs.sync.listing import PAGE, keep_position, read_position
from jobs.sync.store import store_jobs
from jobs.sync.stream import store_batches

#: A step reads no longer than this before it stores what it has.
READS: Final = timedelta(seconds=2)


def backfill_step(*, client: Client, pages: int = 1) -> dict[str, Any]:
    """Read the next pages of older jobs and return the position: offset, total, is_done. Leaves half the budget.

    Goes on where any earlier run stopped. New jobs on top push the rows down, so that none is passed over. The pages
    are stored together, since a statement costs nearly the same for fifty jobs and for a thousand; what was read before
    a page failed is stored too. Reads for READS at most: with a slow network a step is a few pages.
    """
    walk = Backfill(client, pages)
    step = walk.step()
    if step.has_moved or not walk.error:
        _keep(step, store_jobs(jobs=step.jobs))
    walk.raise_error()
    return walk.position


def backfill_all(*, client: Client, pages: int, longest: timedelta = timedelta.max) -> Iterator[dict[str, Any]]:
    """Read all older jobs, and yield the position each time that some more are stored, as backfill_step() does.

    While the pages of one step are read, those of the three before are made ready and written (jobs/sync/stream.py).
    After `longest` no more is read.
    """
    walk = Backfill(client, pages)
    for step, written in store_batches((step, step.taken()) for step in walk.steps(longest)):
        _keep(step, written)
        yield step.position
    walk.raise_error()


@dataclass
class Step:
    """Some pages of older jobs: what they hold, and where the backfill goes on when that is stored."""

    position: dict[str, Any]
    jobs: list[JobPayload] = field(default_factory=list)
    seen: int = 0
    skipped: list[Skipped] = field(default_factory=list)
    has_moved: bool = False

    def taken(self) -> list[JobPayload]:
        """Return the jobs, which the step then no longer holds: it is kept until all before it is stored."""
        jobs, self.jobs = self.jobs, []
        return jobs


@dataclass
class Backfill:
    """Reads older jobs, from where what is stored ends."""

    client: Client
    pages: int
    position: dict[str, Any] = field(
        default_factory=lambda: {"offset": 0, "total": None, "is_done": False, **read_position(Source.BACKFILL)}
    )
    error: NosanaError | KeyboardInterrupt | None = None

    def steps(self, longest: timedelta) -> Iterator[Step]:
        """Yield steps until all is read, or until the reading was ended or took so long."""
        until = time.monotonic() + longest.total_seconds()
        while not self.position["is_done"] and not self.error and time.monotonic() < until:
            step = self.step()
            if step.has_moved:
                yield step

    def step(self) -> Step:
        """Read the next pages, until one fails, somebody ends it, the time is over, or all is read."""
        step = Step(self.position)
        until = time.monotonic() + READS.total_seconds()
        try:
            for _ in range(self.pages):
                if not self.position["is_done"] and time.monotonic() < until:
                    self._read(step)
        except (NosanaError, KeyboardInterrupt) as error:
            self.error = error
        return step

    def raise_error(self) -> None:
        """Record that a page failed, and raise what ended the reading; to be called when what was read is stored."""
        if self.error:
            with sources.recorded(Source.BACKFILL):
                raise self.error

    def _read(self, step: Step) -> None:
        """Read the next page; one request."""
        offset = self.position["offset"]
        after = offset + PAGE
        try:
            page = self.client.jobs(limit=PAGE, offset=offset, share=0.5)
        except Malformed as error:
            # An unreadable page would hold up everything older for ever.
            step.skipped.append(Skipped(f"jobs {offset} to {after - 1}", str(error)))
            self.position = {"offset": after, "total": None, "is_done": False}
        else:
            self.position = {"offset": after, "total": page.total, "is_done": _is_last(page, offset)}
            step.skipped += page.skipped
            step.jobs += page.rows
            step.seen += len(page.rows)
        step.position, step.has_moved = self.position, True


def _is_last(page: Listing[JobPayload], offset: int) -> bool:
    """Say whether nothing is below a page; Malformed where it is empty and something must be."""
    count = len(page.rows) + len(page.skipped)
    if not count and (page.total is None or page.total > offset or (offset == 0 and Job.objects.exists())):
        raise Malformed(f"The job list is empty at row {offset}, although there must be more.")
    is_done = offset + PAGE >= page.total if page.total else count < PAGE
    return is_done and bool(count or offset)


def _keep(step: Step, written: Written) -> None:
    """Record a step that was stored, and that the next one goes on behind it."""
    with sources.recorded(Source.BACKFILL) as run:
        run.add(seen=step.seen, changed=written.changed, skipped=step.skipped)
        keep_position(Source.BACKFILL, step.position)


def restart_backfill() -> None:
    """Begin the backfill again at the newest job; what is stored stays."""
    keep_position(Source.BACKFILL, {})
