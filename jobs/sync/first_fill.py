"""The first fill of a database: while very many jobs come at once, their tables do without indexes.

A new job changes each index at another place, which takes more time than all the rest of storing it. Made at once, when
all jobs are there, the same indexes take a quarter of that (docs/decisions/0011).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from itertools import chain
from typing import Final

from django.db import OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper
from psycopg import sql
from psycopg.errors import LockNotAvailable

from jobs.models import Definition, Job, JobRollup, Result

#: With more jobs than this, it is no first fill, and nobody's lists are made slow.
FEW: Final = 20_000
#: A first fill ends after so long, whatever is still to come: without indexes, lists of a million jobs take a second.
LONGEST: Final = timedelta(minutes=3)
#: How many indexes are made at a time, each through a connection of its own.
AT_A_TIME: Final = 2
#: So long is waited for those who read jobs just now; longer ones are let be, for all others would wait behind this.
PATIENCE: Final = timedelta(seconds=3)
#: The tables that grow with the jobs; that of the jobs itself comes first.
TABLES: Final = tuple(model._meta.db_table for model in (Job, Result, Definition, JobRollup))
#: Storing reads jobs by the first (jobs/sync/definitions.py, complete). The others have few rows, added at their end:
#: all of them together cost less than what any of them costs when it is made, a look at everything that there is.
KEPT: Final = (
    "definition_due",
    "definition_unread",
    "job_definition_runs",
    "job_failed",
    "job_long_life",
    "job_long_wait",
    "job_out_of_order",
    "job_stopped",
    "job_unfinished",
    "job_unknown",
    "job_with_volume",
    "job_withdrawn_runs",
    "result_due",
)

#: The indexes that were dropped are written down as the table's comment, behind this, in the transaction that drops
#: them: so they come and go together, and whoever is killed leaves behind what is to be made.
_MARK: Final = "first fill, to be made by manage.py backfill: "
_COMMENT: Final = "SELECT obj_description(to_regclass(%s), 'pg_class')"
#: Whether it is worth it, and whether this role may.
_MAY: Final = """
    SELECT COUNT(*) <= %s AND (SELECT bool_and(pg_has_role(relowner, 'USAGE')) FROM pg_class WHERE relname = ANY(%s))
    FROM (SELECT 1 FROM jobs_job LIMIT %s + 1) AS first
"""
_INDEXES: Final = """
    SELECT relname, pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
    WHERE indrelid = %s::regclass AND indisvalid AND NOT indisunique AND relname <> ALL(%s) ORDER BY relname
"""


@contextmanager
def first_fill() -> Iterator[bool]:
    """Do without indexes where there are few jobs, and make them in the end; yield whether that is so.

    To be entered by one process at a time, after finish(). Everybody else may read and write jobs meanwhile, but waits
    while indexes are made: some 25 seconds a million jobs.
    """
    is_first = _is_worth_it() and _put_off(TABLES[0])
    try:
        for table in TABLES[1:] if is_first else ():
            _put_off(table)
        yield is_first
    finally:
        if is_first:
            finish()


def finish() -> bool:
    """Make the indexes that a first fill put off and was killed before it made; return whether there were any.

    A few queries where there is nothing to do. Can be stopped at any time, and goes on there when called again.
    """
    tables = unfinished()
    with ThreadPoolExecutor(AT_A_TIME) as threads:
        list(threads.map(_make, sorted(chain.from_iterable(tables.values()), key=_effort, reverse=True)))
        list(threads.map(_settle, tables))
    return bool(tables)


def _effort(definition: str) -> tuple[bool, int]:
    """Return what to sort indexes by, so that one which takes long is not made last, and then alone."""
    return " USING gin " in definition, definition.count(",")


def unfinished() -> dict[str, list[str]]:
    """Return the indexes that a first fill that is under way or was killed has put off: as SQL, by table."""
    written = {table: _comment(table) for table in TABLES}
    return {table: json.loads(text.removeprefix(_MARK)) for table, text in written.items() if text.startswith(_MARK)}


def _comment(table: str) -> str:
    """Return what the database says of a table; nothing of one that it does not have."""
    with connection.cursor() as cursor:
        cursor.execute(_COMMENT, [table])
        return cursor.fetchone()[0] or ""


def _is_worth_it() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_MAY, [FEW, list(TABLES), FEW])
        return bool(cursor.fetchone()[0])


def _put_off(table: str) -> bool:
    """Drop the indexes and write them down, in one transaction; False where somebody reads the table for long.

    One table at a time, so that nobody waits in a circle; none with a comment of somebody else.
    """
    if _comment(table):
        return False
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            _drop(cursor, table)
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        return False
    return True


def _drop(cursor: CursorWrapper, table: str) -> None:
    cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{PATIENCE // timedelta(milliseconds=1)}ms"])
    cursor.execute(_INDEXES, [table, list(KEPT)])
    found = cursor.fetchall()
    comment = sql.Literal(_MARK + json.dumps([definition for _, definition in found]))
    cursor.execute(sql.SQL("COMMENT ON TABLE {} IS {}").format(sql.Identifier(table), comment))
    if found:
        cursor.execute(sql.SQL("DROP INDEX {}").format(sql.SQL(", ").join(sql.Identifier(name) for name, _ in found)))
    # It would look through what is there again and again, while there is more every second.
    cursor.execute(sql.SQL("ALTER TABLE {} SET (autovacuum_enabled = off)").format(sql.Identifier(table)))


def _settle(table: str) -> None:
    """Take the mark off a table that has its indexes, and note what is in it, which nobody would know for a minute."""
    name = sql.Identifier(table)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("ALTER TABLE {} RESET (autovacuum_enabled)").format(name))
        cursor.execute(sql.SQL("COMMENT ON TABLE {} IS NULL").format(name))
        cursor.execute(sql.SQL("ANALYZE {}").format(name))
    connection.close()


def _make(definition: str) -> None:
    """Make an index, unless an earlier try has made it."""
    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_maintenance_workers = 0")  # two are at work already
        cursor.execute(definition.replace("CREATE INDEX", "CREATE INDEX IF NOT EXISTS", 1))
    connection.close()
