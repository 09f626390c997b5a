"""The first fill of a database: while very many jobs come at once, the table of jobs does without its indexes.

A new job changes each index at another place, which takes more time than all the rest of storing it. Made at once, when
all jobs are there, the same indexes take a quarter of that (docs/decisions/0011).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

from django.db import OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper
from psycopg import sql
from psycopg.errors import LockNotAvailable

#: With more jobs than this, it is no first fill, and nobody's lists are made slow.
FEW: Final = 20_000
#: A first fill ends after so long, whatever is still to come: without indexes, lists of a million jobs take a second.
LONGEST: Final = timedelta(minutes=3)
#: How many indexes are made at a time, each through a connection of its own.
AT_A_TIME: Final = 2
#: So long is waited for those who read jobs just now; longer ones are let be, for all others would wait behind this.
PATIENCE: Final = timedelta(seconds=3)
#: Storing reads jobs by it (jobs/sync/definitions.py, complete).
KEPT: Final = ("job_definition_runs",)

#: The indexes that were dropped are written down as the table's comment, behind this, in the transaction that drops
#: them: so they come and go together, and whoever is killed leaves behind what is to be made.
_MARK: Final = "first fill, to be made by manage.py backfill: "
_WRITTEN: Final = "SELECT obj_description(to_regclass('jobs_job'), 'pg_class')"
#: Whether it is worth it, and whether this role may.
_MAY: Final = """
    SELECT pg_has_role(relowner, 'USAGE') AND obj_description(oid, 'pg_class') IS NULL
      AND (SELECT COUNT(*) FROM (SELECT 1 FROM jobs_job LIMIT %s) AS first) < %s
    FROM pg_class WHERE oid = 'jobs_job'::regclass
"""
_INDEXES: Final = """
    SELECT relname, pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
    WHERE indrelid = 'jobs_job'::regclass AND indisvalid AND NOT indisunique AND relname <> ALL(%s) ORDER BY relname
"""


@contextmanager
def first_fill() -> Iterator[bool]:
    """Do without the indexes of jobs where there are few jobs, and make them in the end; yield whether that is so.

    To be entered by one process at a time, after finish(). Everybody else may read and write jobs meanwhile, but waits
    while indexes are made: some 15 seconds a million jobs.
    """
    is_first = _put_off()
    try:
        yield is_first
    finally:
        if is_first:
            finish()


def finish() -> bool:
    """Make the indexes that a first fill put off and was killed before it made; return whether there were any.

    A query where there is nothing to do. Can be stopped at any time, and goes on there when called again.
    """
    if (definitions := unfinished()) is None:
        return False
    with ThreadPoolExecutor(AT_A_TIME) as threads:
        list(threads.map(_make, definitions))
    with connection.cursor() as cursor:
        cursor.execute("COMMENT ON TABLE jobs_job IS NULL")
        cursor.execute("ANALYZE jobs_job")  # else nobody would know for a minute how many jobs there are of what
    return True


def unfinished() -> Sequence[str] | None:
    """Return the indexes that a first fill has put off, as SQL; None where none is under way or was killed."""
    with connection.cursor() as cursor:
        cursor.execute(_WRITTEN)
        (comment,) = cursor.fetchone()
    return json.loads(comment.removeprefix(_MARK)) if comment and comment.startswith(_MARK) else None


def _put_off() -> bool:
    """Drop the indexes and write them down, in one transaction; False where it is not worth it or not to be had."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_MAY, [FEW + 1, FEW + 1])
            (may,) = cursor.fetchone()
            return may and _drop(cursor)
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        return False


def _drop(cursor: CursorWrapper) -> bool:
    cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{PATIENCE // timedelta(milliseconds=1)}ms"])
    cursor.execute(_INDEXES, [list(KEPT)])
    found = cursor.fetchall()
    comment = sql.Literal(_MARK + json.dumps([definition for _, definition in found]))
    cursor.execute(sql.SQL("COMMENT ON TABLE jobs_job IS {}").format(comment))
    cursor.execute(sql.SQL("DROP INDEX {}").format(sql.SQL(", ").join(sql.Identifier(name) for name, _ in found)))
    return True


def _make(definition: str) -> None:
    """Make an index, unless an earlier try has made it."""
    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_maintenance_workers = 0")  # two are at work already
        cursor.execute(definition.replace("CREATE INDEX", "CREATE INDEX IF NOT EXISTS", 1))
    connection.close()
