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

#: Whoever holds this advisory lock, to the end of its transaction, is the only one to write jobs and their sums.
LOCK: Final = 0x6A6F6273

#: The jobs as they stood before, to be taken away, then as they stand now, to be added.
_TABLE = f"CREATE TEMP TABLE counted ON COMMIT DROP AS SELECT 0 AS sign, {FACTS} FROM jobs_job WITH NO DATA"
_NOTE = (
    f"INSERT INTO counted SELECT %s, {FACTS} FROM jobs_job JOIN unnest(%s::text[]) AS named (address) USING (address) "
    "RETURNING address"
)
_ADD_CHANGES = f"{INSERT} WITH {summed('counted', 'counted')} {ADD}"


@dataclass
class Counted:
    """The jobs that a transaction may write."""

    addresses: set[str] = field(default_factory=set)

    def before(self, addresses: Iterable[str]) -> set[str]:
        """Note how these jobs stand, before they are written, and return those that are there; one statement."""
        new = set(addresses) - self.addresses
        self.addresses |= new
        return self._note(-1, new)

    def after(self) -> None:
        """Add what changed to the sums; two statements."""
        self._note(1, self.addresses)
        with connection.cursor() as cursor:
            cursor.execute(_ADD_CHANGES)

    def _note(self, sign: int, addresses: set[str]) -> set[str]:
        with connection.cursor() as cursor:
            cursor.execute(_NOTE, [sign, sorted(addresses)])
            return {address for (address,) in cursor.fetchall()}


def hold(cursor: CursorWrapper) -> None:
    """Wait until no other transaction writes jobs or their sums, and keep all others waiting to the end of this one."""
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


@contextmanager
def counted() -> Iterator[Counted]:
    """Yield where jobs are named before they are written, and add what changed to the sums at the end.

    To be entered before anything else in the transaction is written: it waits until no other transaction writes jobs,
    and so two of them never wait for each other. Five statements besides those of `before`.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        hold(cursor)
        cursor.execute("DROP TABLE IF EXISTS pg_temp.counted")
        cursor.execute(_TABLE)
        jobs = Counted()
        yield jobs
        jobs.after()
