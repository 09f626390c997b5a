"""Stores many batches of jobs: while PostgreSQL writes one, the next is made ready on the other core."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from django.db import connection

from explorer.nosana.payloads import JobPayload
from explorer.upsert import Written
from jobs.sync.store import Prepared, prepare, write


def store_batches(batches: Iterable[Sequence[JobPayload]]) -> Iterator[Written]:
    """Store batches in their order, each as store_jobs() does, and yield what each wrote once it is committed.

    Takes one batch more than it has written, so that memory is bounded by two; a batch of a few thousand jobs is best.
    What is not yet yielded may not be stored: whoever resumes, resumes there, and what is stored twice changes nothing.
    """
    with ThreadPoolExecutor(max_workers=1) as beside:
        try:
            ahead: Future[Prepared] | None = None
            for batch in batches:
                if batch:
                    ready, ahead = ahead, beside.submit(prepare, batch)
                    if ready:
                        yield write(ready.result())
            if ahead:
                yield write(ahead.result())
        finally:
            beside.submit(_close)


def _close() -> None:
    """Close the connection of the thread that calls."""
    connection.close()
