"""Stores many batches of jobs: while PostgreSQL writes some, the next is read and made ready."""

from __future__ import annotations

import gc
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from django.db import connection

from explorer.locks import advisory_lock
from explorer.nosana.payloads import JobPayload
from explorer.upsert import Written
from jobs.sync.store import add, prepare, store_jobs

#: How many write at a time, each through a connection of its own: one makes its rows ready, the next one adds them, and
#: the third adds to the sums. With two, one of two processors has nothing to do for a fifth of the time.
WRITERS: Final = 3
#: How many batches are taken and not yet yielded: those that are written, and those that were done before an earlier
#: one. A writer that waited for the first of three to be done would have all three make rows ready at the same time,
#: and then wait for each other's sums.
AHEAD: Final = 2 * WRITERS
#: After how many new objects Python looks for garbage in cycles: jobs are no cycles, and come by the hundred thousand.
#: As often as it does by itself, that takes a fifth of the time.
SELDOM: Final = 200_000
Mark = TypeVar("Mark")


@dataclass(frozen=True, slots=True)
class _Batch(Generic[Mark]):
    """A batch that is being stored, or was, and is not yielded yet. Its jobs are nobody's any more."""

    mark: Mark
    addresses: set[str]
    writer: ThreadPoolExecutor
    future: Future[Written]


def store_batches(batches: Iterable[tuple[Mark, Sequence[JobPayload]]]) -> Iterator[tuple[Mark, Written]]:
    """Store batches, each as store_jobs() does, and yield the mark of each with what it wrote, once it is committed.

    In their order: when a mark is yielded, all before it is stored. What is not yielded yet may not be: whoever
    resumes, resumes there, and what is stored twice changes nothing. It outlives a crash of the machine as soon as
    anything is committed after it, as the place to resume at is. Holds the jobs of WRITERS + 1 batches, so that memory
    is bounded; a batch of a few thousand jobs is best.
    """
    with advisory_lock("store_batches") as is_alone, ExitStack() as stack:
        stack.enter_context(_few_collections())
        # Only the batches of one process are known to have different jobs.
        store = _add if is_alone else _write
        writers = [stack.enter_context(_writer()) for _ in range(WRITERS)]
        under_way: deque[_Batch[Mark]] = deque()
        for mark, jobs in batches:
            addresses = {job.address for job in jobs}
            while not (writer := _free(writers, under_way, addresses)):
                wait([one.future for one in under_way if not one.future.done()], return_when=FIRST_COMPLETED)
                while under_way and under_way[0].future.done():
                    yield _finished(under_way)
            under_way.append(_Batch(mark, addresses, writer, writer.submit(store, jobs)))
        while under_way:
            yield _finished(under_way)


def _free(
    writers: Sequence[ThreadPoolExecutor], under_way: Sequence[_Batch[Any]], addresses: set[str]
) -> ThreadPoolExecutor | None:
    """Return a writer that has nothing to do; None where the jobs at these addresses have to wait."""
    running = [one for one in under_way if not one.future.done()]
    if len(under_way) == AHEAD or any(map(_has_failed, under_way)):
        return None
    # No two writers may add one job (store.add), and the later of two answers counts.
    if not all(addresses.isdisjoint(one.addresses) for one in running):
        return None
    busy = {one.writer for one in running}
    return next((writer for writer in writers if writer not in busy), None)


def _has_failed(batch: _Batch[Any]) -> bool:
    return batch.future.done() and batch.future.exception() is not None


def _finished(under_way: deque[_Batch[Mark]]) -> tuple[Mark, Written]:
    """Wait for the batch that was begun first."""
    batch = under_way.popleft()
    return batch.mark, batch.future.result()


def _add(jobs: Sequence[JobPayload]) -> Written:
    return add(prepare(jobs)) if jobs else Written()


def _write(jobs: Sequence[JobPayload]) -> Written:
    return store_jobs(jobs=jobs)


@contextmanager
def _few_collections() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(SELDOM, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


@contextmanager
def _writer() -> Iterator[ThreadPoolExecutor]:
    """Yield a thread that writes; in the end it finishes what it has begun, and closes its database connection."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        try:
            thread.submit(_hurry)
            yield thread
        finally:
            thread.submit(_close)


def _hurry() -> None:
    """Let commits not wait for the disk: where one is lost, so is what was committed later, and the note of it too."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")


def _close() -> None:
    """Close the connection of the thread that calls."""
    connection.close()
