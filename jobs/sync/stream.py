"""Stores many batches of jobs: while PostgreSQL writes some, the next is read and made ready."""

from __future__ import annotations

import gc
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import cycle
from typing import Final, TypeVar

from django.db import connection

from explorer.locks import advisory_lock
from explorer.nosana.payloads import JobPayload
from explorer.upsert import Written
from jobs.sync.store import add, prepare, store_jobs

#: How many write at a time, each through a connection of its own: one makes its rows ready, the next one adds them, and
#: the third adds to the sums. With two, one of two processors has nothing to do for a fifth of the time.
WRITERS: Final = 3
#: After how many new objects Python looks for garbage in cycles: jobs are no cycles, and come by the hundred thousand.
#: As often as it does by itself, that takes a fifth of the time.
SELDOM: Final = 200_000
Mark = TypeVar("Mark")


def store_batches(batches: Iterable[tuple[Mark, Sequence[JobPayload]]]) -> Iterator[tuple[Mark, Written]]:
    """Store batches, each as store_jobs() does, and yield the mark of each with what it wrote, once it is committed.

    In their order: when a mark is yielded, all before it is stored. What is not yielded yet may not be: whoever
    resumes, resumes there, and what is stored twice changes nothing. It outlives a crash of the machine as soon as
    anything is committed after it, as the place to resume at is. Takes WRITERS + 1 batches more than it has
    yielded, so that memory is bounded; a batch of a few thousand jobs is best.
    """
    with advisory_lock("store_batches") as is_alone, ExitStack() as stack:
        stack.enter_context(_few_collections())
        # Only the batches of one process are known to have different jobs.
        store = _add if is_alone else _write
        writers = cycle([stack.enter_context(_writer()) for _ in range(WRITERS)])
        under_way: deque[tuple[Mark, set[str], Future[Written]]] = deque()
        for mark, jobs in batches:
            addresses = {job.address for job in jobs}
            # No two writers may add one job (store.add), and the later of two answers counts.
            while len(under_way) == WRITERS or any(addresses & others for _, others, _ in under_way):
                yield _finished(under_way)
            under_way.append((mark, addresses, next(writers).submit(store, jobs)))
        while under_way:
            yield _finished(under_way)


def _finished(under_way: deque[tuple[Mark, set[str], Future[Written]]]) -> tuple[Mark, Written]:
    """Wait for the batch that was begun first."""
    mark, _, future = under_way.popleft()
    return mark, future.result()


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
