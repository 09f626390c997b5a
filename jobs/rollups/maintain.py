"""Keeps the sums right: whoever writes jobs does it inside `counted()`, which adds what changed as its last step."""

# ruff: noqa: S608 - only names of ours are put into SQL, values are parameters
from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from jobs.rollups.statements import ADD, FACTS, INSERT, summed

#: Advisory locks, held to the end of a transaction. Whoever writes jobs holds the first one: alone, or together with
#: those who only add jobs that nobody else adds. Of these, whoever holds the second one is the only one to add sums.
JOBS: Final = 0x6A6F6273
SUMS: Final = 0x6A6F6274

#: The jobs as they stood before, to be taken away, then as they stand now, to be added.
_TABLE = f"CREATE TEMP TABLE counted ON COMMIT DROP AS SELECT 0 AS sign, {FACTS} FROM jobs_job WITH NO DATA"
_NOTE = (
    f"INSERT INTO counted SELECT %s, {FACTS} FROM jobs_job JOIN unnest(%s::text[]) AS named (address) USING (address)"
)
_ADD_CHANGES = f"{INSERT} WITH {summed('counted', 'counted')} {ADD}"


@dataclass
class Counted:
    """The jobs that a transaction may write."""

    addresses: set[str] = field(default_factory=set)

    def wait(self) -> None:
        """Wait for the others who are adding() jobs: from here on nobody else writes."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SUMS])

    def before(self, addresses: Iterable[str]) -> set[str]:
        """Note how these jobs stand, before they are written, and return those that are there; one statement."""
        new = set(addresses) - self.addresses
        self.addresses |= new
        with connection.cursor() as cursor:
            cursor.execute(f"{_NOTE} RETURNING address", [-1, sorted(new)])
            return {address for (address,) in cursor.fetchall()}

    def after(self) -> None:
        """Add what changed to the sums; two statements."""
        with connection.cursor() as cursor:
            cursor.execute(_NOTE, [1, sorted(self.addresses)])
            cursor.execute(_ADD_CHANGES)


def hold(cursor: CursorWrapper) -> None:
    """Wait until no other transaction writes jobs or their sums, and keep all others waiting to the end of this one."""
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [JOBS])


@contextmanager
def counted() -> Iterator[Counted]:
    """Yield where jobs are named before they are written, and add what changed to the sums at the end.

    To be entered before anything else in the transaction is written: it waits until no other transaction writes jobs,
    and so two of them never wait for each other. Five statements besides those of `before`.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        hold(cursor)
        jobs = _begin(cursor)
        yield jobs
        jobs.after()


@contextmanager
def adding(addresses: Iterable[str]) -> Iterator[Counted | None]:
    """As counted(), beside others who do the same: for jobs that nobody else adds meanwhile. None if one is there.

    What may touch any other row than theirs is to be done after `wait`.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [JOBS])
        jobs = _begin(cursor)
        if jobs.before(addresses):
            yield None
        else:
            yield jobs
            jobs.wait()
            jobs.after()


def _begin(cursor: CursorWrapper) -> Counted:
    cursor.execute("DROP TABLE IF EXISTS pg_temp.counted")
    cursor.execute(_TABLE)
    return Counted()
