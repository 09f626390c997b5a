"""Keeps the sums right: whoever writes jobs does it inside `counted()`, which adds what changed as its last step."""

# ruff: noqa: S608 - only names of ours are put into SQL, values are parameters
from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from django.db import DataError, connection, transaction
from django.db.backends.utils import CursorWrapper

from explorer.copying import array_text
from jobs.rollups import kinds
from jobs.rollups.statements import ADD, FACTS, INSERT, ROW, summed, summed_in_eight_bytes

#: Advisory locks, held to the end of a transaction. Whoever writes jobs holds the first one: alone, or together with
#: those who only add jobs that nobody else adds. Of these, whoever holds the second one is the only one to add sums.
JOBS: Final = 0x6A6F6273
SUMS: Final = 0x6A6F6274

#: The jobs as they stood before, to be taken away, then as they stand now, to be added.
_TABLE = f"CREATE TEMP TABLE counted ON COMMIT DROP AS SELECT 0 AS sign, {FACTS} FROM jobs_job WITH NO DATA"
_NOTE = (
    f"INSERT INTO counted SELECT %s, {FACTS} FROM jobs_job JOIN unnest(%s::text[]) AS named (address) USING (address)"
)
_ADD_CHANGES = f"{INSERT} WITH {summed('(SELECT sign AS listing, sign AS ending, * FROM counted) AS counted')} {ADD}"
#: What new jobs add to the sums, made while others add their own.
_NEW_TABLE = "CREATE TEMP TABLE new_sums (LIKE jobs_jobrollup) ON COMMIT DROP"


def _sum_new(summed: str) -> str:
    """Return the statement that sums new jobs up; after WITH, their rows are `new`."""
    return f"""
        WITH here AS MATERIALIZED (
          SELECT {FACTS} FROM jobs_job WHERE ctid >= %(end)s::tid AND xmin = pg_current_xact_id()::xid
        ),
        new AS (
          SELECT 1 AS listing, 1 AS ending, 1 AS sign, * FROM here
          UNION ALL
          SELECT 1, 1, 1, {FACTS} FROM jobs_job JOIN unnest(%(addresses)s::text[]) AS named (address) USING (address)
          WHERE named.address NOT IN (SELECT address FROM here)
        ),
        of_kinds AS ({kinds.sum_up_new("new")})
        INSERT INTO new_sums ({ROW}) WITH {summed}
    """


_SUM_NEW = _sum_new(summed_in_eight_bytes("new"))
_SUM_LARGE = _sum_new(summed("new"))
#: Jobs that were just added stand together at the end of their table, where this many pages were perhaps not full yet;
#: but for a few that went where there was room. To read them there takes a third of the time of looking each one up.
_END = "SELECT GREATEST(pg_relation_size('jobs_job') / current_setting('block_size')::int - 200, 0)"
_ADD_NEW = f"{INSERT} SELECT {ROW} FROM new_sums {ADD}"
_ADD_KINDS = kinds.add_changes("counted")


@dataclass
class Counted:
    """The jobs that a transaction may write."""

    addresses: set[str] = field(default_factory=set)
    #: The page of the table from which on new jobs are nearly all to be found.
    end: int = 0

    def before(self, addresses: Iterable[str]) -> set[str]:
        """Note how these jobs stand, before they are written, and return those that are there; one statement."""
        new = set(addresses) - self.addresses
        self.addresses |= new
        with connection.cursor() as cursor:
            cursor.execute(f"{_NOTE} RETURNING address", [-1, array_text(sorted(new))])
            return {address for (address,) in cursor.fetchall()}

    def after(self) -> None:
        """Add what changed to the sums and the kinds; three statements."""
        with connection.cursor() as cursor:
            cursor.execute(_NOTE, [1, array_text(sorted(self.addresses))])
            cursor.execute(_ADD_CHANGES)
            cursor.execute(_ADD_KINDS)

    def add_new(self) -> None:
        """Add the jobs named, which are all new, to sums and kinds; ten statements. From here on nobody else writes.

        They are summed up first: others wait only while the rows of that are added. What changes a job after this has
        to name it again.
        """
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS pg_temp.new_sums, pg_temp.new_kinds")
            cursor.execute(_NEW_TABLE)
            cursor.execute(kinds.NEW_TABLE)
            self._sum_new(cursor)
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SUMS])
            cursor.execute(_ADD_NEW)
            cursor.execute(kinds.ADD_NEW)
        self.addresses.clear()

    def _sum_new(self, cursor: CursorWrapper) -> None:
        new = {"end": f"({self.end},0)", "addresses": array_text(sorted(self.addresses))}
        try:
            with transaction.atomic():
                cursor.execute(_SUM_NEW, new)
        except DataError:  # more than any job ever paid
            cursor.execute(_SUM_LARGE, new)


def hold(cursor: CursorWrapper) -> None:
    """Wait until no other transaction writes jobs or their sums, and keep all others waiting to the end of this one."""
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [JOBS])


@contextmanager
def counted() -> Iterator[Counted]:
    """Yield where jobs are named before they are written, and add what changed to the sums at the end.

    To be entered before anything else in the transaction is written: it waits until no other transaction writes jobs,
    and so two of them never wait for each other. Six statements besides those of `before`.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        hold(cursor)
        jobs = _begin(cursor)
        yield jobs
        jobs.after()


@contextmanager
def adding(addresses: Iterable[str]) -> Iterator[Counted]:
    """As counted(), beside others who do the same: for new jobs, that nobody else adds meanwhile.

    To insert one that was there before raises IntegrityError: then nothing is written. When all are there, `add_new`
    counts them; what may touch any other row than theirs is to be done after it.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [JOBS])
        jobs = _begin(cursor)
        cursor.execute(_END)
        jobs.addresses, (jobs.end,) = set(addresses), cursor.fetchone()
        yield jobs
        if jobs.addresses:  # some changed after they were counted, and others that wait for the same definition
            jobs.after()


def _begin(cursor: CursorWrapper) -> Counted:
    cursor.execute("DROP TABLE IF EXISTS pg_temp.counted")
    cursor.execute(_TABLE)
    return Counted()
