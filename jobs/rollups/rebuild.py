"""Makes the sums anew from the jobs, a week of them at a time, while jobs go on being written."""

# ruff: noqa: S608 - only names of ours are put into SQL, values are parameters
from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import connection, transaction

from jobs.rollups.kinds import rebuild_statements
from jobs.rollups.maintain import hold
from jobs.rollups.statements import FACTS, INSERT, IS_ENDED, SUMS, summed_by_time, summed_for_ever

#: So much is done in one transaction, for which writers of jobs wait: a second at a million jobs a year.
STEP: Final = timedelta(days=7)
BEGINNING: Final = datetime(1, 1, 1, tzinfo=UTC)

#: What `ended_key` is of a job that has not ended (Job.ended_key).
NEVER: Final = "'1970-01-01 00:00:00+00'::timestamptz"
LATEST: Final = datetime.max.replace(tzinfo=UTC)

_NEXT = f"""
    SELECT LEAST(
        (SELECT MIN(order_at) FROM jobs_job WHERE order_at >= %(at)s),
        (SELECT MIN(ended_key) FROM jobs_job WHERE ended_key >= %(at)s AND ended_key > {NEVER} AND delisted_at IS NULL),
        (SELECT MIN(at) FROM jobs_jobrollup WHERE unit IN ('day', 'hour') AND at >= %(at)s)
    )
"""
_CLEAR = "DELETE FROM jobs_jobrollup WHERE unit IN ('day', 'hour') AND at >= %(at)s AND at < %(until)s"
_FILL = f"""
    {INSERT}
    WITH week AS (
      SELECT 1 AS listing, 0 AS ending, {FACTS} FROM jobs_job WHERE order_at >= %(at)s AND order_at < %(until)s
      UNION ALL
      SELECT 0, 1, {FACTS} FROM jobs_job WHERE ended_key >= %(at)s AND ended_key < %(until)s AND {IS_ENDED}
    ),
    {summed_by_time("week")}
"""
_EVER = (
    "DELETE FROM jobs_jobrollup WHERE unit = 'ever'",
    f"{INSERT} SELECT dimension, 'ever', key, '1970-01-01 00:00:00+00'::timestamptz, {SUMS} "
    "FROM jobs_jobrollup WHERE unit = 'day' GROUP BY 1, 3 ORDER BY 1, 3",
    f"{INSERT} WITH every AS (SELECT 1 AS listing, 1 AS ending, {FACTS} FROM jobs_job), {summed_for_ever('every')}",
)
_KINDS = rebuild_statements(FACTS)


def rebuild() -> Iterator[datetime]:
    """Yield the day up to which the sums were made anew, week by week; at the end those over all time, and the kinds.

    Safe at any time: each week is one transaction in which nobody else writes jobs, and after it that week is right.
    The last two read all jobs, for the sums of which no days are kept and for the kinds: some seconds a million.
    Run again after a stop, it begins again at the first job.
    """
    at = _next(BEGINNING)
    while at is not None:
        until = min(at, LATEST - STEP) + STEP
        with transaction.atomic(), connection.cursor() as cursor:
            hold(cursor)
            for statement in (_CLEAR, _FILL):
                cursor.execute(statement, {"at": at, "until": until})
        yield until
        at = _next(until) if until < LATEST else None
    _run(_EVER)
    rebuild_kinds()


def rebuild_kinds() -> None:
    """Make the kinds of jobs anew; nobody else writes jobs meanwhile, two seconds a million of them."""
    _run(_KINDS)


def _run(statements: Sequence[str]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        hold(cursor)
        for statement in statements:
            cursor.execute(statement)


def _next(at: datetime) -> datetime | None:
    """Return the first day from a moment on that has a job or a sum."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, {"at": at})
        (found,) = cursor.fetchone()
    return found.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) if found else None
