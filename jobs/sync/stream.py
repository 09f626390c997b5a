"""Stores many batches of jobs: while PostgreSQL writes some, the next is read and made ready."""

from __future__ import annotations

import gc
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from threading import Barrier, BrokenBarrierError
from typing import Any, Final, Generic, TypeVar

from django.db import connection

from explorer.locks import advisory_lock
from explorer.nosana.payloads import JobPayload
from explorer.upsert import Written
from jobs.sync.store import Prepared, add, prepare, write

#: How many write at a time, each through a connection of its own: one adds its rows while the other adds to the sums. A
#: further one makes rows ready. That is work for Python, which does one thing at a time: two that did it, or writers
#: that did it themselves, would make each other wait, and take a twentieth longer.
WRITERS: Final = 2
#: How many batches are made ready or written at a time.
RUNNING: Final = WRITERS + 1
#: How many batches are taken and not yet yielded: those, and the ones that were done before an earlier one.
AHEAD: Final = 2 * RUNNING
#: Seconds until a thread that has an answer of PostgreSQL takes its turn from one that computes. Python's own are ten
#: times as many, and a writer's statements mostly take less: PostgreSQL then has nothing to do.
TURN: Final = 0.0005
#: After how many new objects Python looks for garbage in cycles: jobs are no cycles, and come by the hundred thousand.
#: As often as it does by itself, that takes a fifth of the time.
SELDOM: Final = 200_000
#: In the end, threads wait so many seconds for each other: for one that still writes, at most.
PATIENCE: Final = 600.0
Mark = TypeVar("Mark")


@dataclass(frozen=True, slots=True)
class _Batch(Generic[Mark]):
    """A batch that is being stored, or was, and is not yielded yet. Its jobs are nobody's here any more."""

    mark: Mark
    addresses: set[str]
    future: Future[Written]


def store_batches(batches: Iterable[tuple[Mark, Sequence[JobPayload]]]) -> Iterator[tuple[Mark, Written]]:
    """Store batches, each as store_jobs() does, and yield the mark of each with what it wrote, once it is committed.

    In their order: when a mark is yielded, all before it is stored. What is not yielded yet may not be: whoever
    resumes, resumes there, and what is stored twice changes nothing. It outlives a crash of the machine as soon as
    anything is committed after it, as the place to resume at is. Holds the jobs or rows of RUNNING + 1 batches, so that
    memory is bounded; a batch of a few thousand jobs is best.
    """
    with advisory_lock("store_batches") as is_alone, ExitStack() as stack:
        stack.enter_context(_few_collections())
        stack.enter_context(_short_turns())
        # Only the batches of one process are known to have different jobs.
        store = add if is_alone else write
        preparer = stack.enter_context(_threads(1))
        writers = stack.enter_context(_threads(WRITERS))
        under_way: deque[_Batch[Mark]] = deque()
        for mark, jobs in batches:
            addresses = {job.address for job in jobs}
            while not _has_room(under_way, addresses):
                wait([one.future for one in under_way if not one.future.done()], return_when=FIRST_COMPLETED)
                while under_way and under_way[0].future.done():
                    yield _finished(under_way)
            ready = preparer.submit(_prepared, jobs)
            under_way.append(_Batch(mark, addresses, writers.submit(_stored, store, ready)))
        while under_way:
            yield _finished(under_way)


def _has_room(under_way: Sequence[_Batch[Any]], addresses: set[str]) -> bool:
    """Say whether a batch can be begun; not where the jobs at these addresses have to wait."""
    running = [one for one in under_way if not one.future.done()]
    if len(running) == RUNNING or len(under_way) == AHEAD or any(map(_has_failed, under_way)):
        return False
    # No two writers may add one job (store.add), and the later of two answers counts.
    return all(addresses.isdisjoint(one.addresses) for one in running)


def _has_failed(batch: _Batch[Any]) -> bool:
    return batch.future.done() and batch.future.exception() is not None


def _finished(under_way: deque[_Batch[Mark]]) -> tuple[Mark, Written]:
    """Wait for the batch that was begun first."""
    batch = under_way.popleft()
    return batch.mark, batch.future.result()


def _prepared(jobs: Sequence[JobPayload]) -> Prepared | None:
    """Make a batch ready; nothing of one that has no jobs."""
    _hurry()
    return prepare(jobs) if jobs else None


def _stored(store: Callable[[Prepared], Written], ready: Future[Prepared | None]) -> Written:
    """Wait until a batch is ready, and store it. What is submitted first is ready first."""
    found = ready.result()
    _hurry()
    return store(found) if found else Written()


@contextmanager
def _few_collections() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(SELDOM, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


@contextmanager
def _short_turns() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(TURN)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


@contextmanager
def _threads(count: int) -> Iterator[ThreadPoolExecutor]:
    """Yield threads; in the end they finish what was submitted, and each closes its database connection."""
    all_here = Barrier(count)

    def close() -> None:
        with suppress(BrokenBarrierError):
            all_here.wait(PATIENCE)  # so that no thread takes the turn of another one
        connection.close()

    with ThreadPoolExecutor(count) as threads:
        try:
            yield threads
        finally:
            for _ in range(count):
                threads.submit(close)


def _hurry() -> None:
    """Let commits not wait for the disk: where one is lost, so is what was committed later, and the note of it too."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")
