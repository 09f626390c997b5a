"""Reads of the sums: totals of a key, of many keys, and over time. Each is one query that reads no job."""

# ruff: noqa: S608 - only names of ours are put into SQL, values are parameters
from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from operator import add
from typing import Any, Final, NamedTuple

from django.db import connection
from django.db.models import Sum
from django.db.models.functions import Trunc
from django.utils import timezone

from jobs.models import JobRollup
from jobs.models.rollup import ALL, DAY, ENDED, EVER, FIGURES, HOUR, LISTED, MARKET

WEEK, MONTH = "week", "month"
_WITH_HOURS: Final = {ALL, MARKET}


class Totals(NamedTuple):
    """The figures of a group of jobs; `at` is when their hour, day, week or month began, in UTC.

    From `listed` to `unknown`: jobs by when they were listed, as they stand now. From `ended` on: jobs by when they
    ended. Money is what went to the hosts, without the network's fee; `nos_micro` in millionths of a NOS.
    """

    at: datetime | None = None
    listed: int = 0
    queued: int = 0
    running: int = 0
    completed: int = 0
    stopped: int = 0
    withdrawn: int = 0
    succeeded: int = 0
    failed: int = 0
    unknown: int = 0
    ended: int = 0
    ended_completed: int = 0
    ended_stopped: int = 0
    ended_failed: int = 0
    ended_succeeded: int = 0
    seconds: int = 0
    nos_micro: Decimal = Decimal(0)
    usd: Decimal = Decimal(0)
    wait_seconds: int = 0
    waits: int = 0

    @property
    def success_share(self) -> float | None:
        """Of the ended jobs whose ops are known, the share in which none failed, 0 to 1; None without any."""
        known = self.ended_succeeded + self.ended_failed
        return self.ended_succeeded / known if known else None

    @property
    def gpu_hours(self) -> float:
        """The hours that were paid for."""
        return self.seconds / 3600

    @property
    def mean_wait_seconds(self) -> float | None:
        """How long a job waited from its listing to its start; None where that is known of none."""
        return self.wait_seconds / self.waits if self.waits else None

    def __add__(self, other: Totals) -> Totals:  # type: ignore[override] # no tuple is put after another
        """Return both together, with the time of the first."""
        return Totals(self.at, *map(add, self[1:], other[1:]))


def together(rows: Sequence[Totals]) -> Totals:
    """Return all rows in one, without a time; column by column, which a year of days takes a moment for."""
    _, *columns = zip(*rows, strict=True) if rows else [()]
    sums: list[Any] = [sum(column) for column in columns]
    return Totals(None, *sums)


_UNREAD: Final[tuple[Any, ...]] = (0,) * len(LISTED)
_SUMS: Final = {f"sum_{name}": Sum(name) for name in FIGURES}
#: The same in SQL, 0 without rows: the models take half of a list's time for it.
_WHOLE_SUMS: Final = ", ".join(
    f"COALESCE(SUM({name}), 0)::{'numeric' if name in {'nos_micro', 'usd'} else 'bigint'}" for name in FIGURES
)
if Totals._fields[1:] != FIGURES:
    raise TypeError("Totals and JobRollup have different figures")


def totals(dimension: str, key: str = "", since: datetime | None = None) -> Totals:
    """Return the totals of one key, over all time or since the hour (all, market) or day (others) of a moment."""
    return totals_by_key(dimension, [key], since).get(key, Totals())


def totals_by_key(
    dimension: str, keys: Iterable[str] | None = None, since: datetime | None = None
) -> dict[str, Totals]:
    """Return the totals of each of these keys, or of all that the dimension has; keys without jobs are left out.

    Without `since` one row a key is read.
    """
    rows = JobRollup.objects.filter(dimension=dimension)
    if keys is not None:
        rows = rows.filter(key__in=list(keys))
    if since is None:
        found = rows.filter(unit=EVER).values_list("key", *FIGURES)
    else:
        within = rows.filter(**_since(dimension, since))
        found = within.order_by().values("key").annotate(**_SUMS).values_list("key", *_SUMS)
    return {key: Totals(None, *figures) for key, *figures in found}


def totals_between(
    dimension: str, keys: Iterable[str], since: datetime | None, until: datetime | None
) -> Totals | None:
    """Return the totals of these keys together from one moment to before another; None leaves that end open.

    Only where hours (all, market) or days (others) begin at both moments; else None. One query.
    """
    ends = [end for end in (since, until) if end is not None]
    if all(_begins_day(end) for end in ends):
        unit = DAY
    elif dimension in _WITH_HOURS and all(_begins_hour(end) for end in ends):
        unit = HOUR
    else:
        return None
    sql = f"""
        SELECT {_WHOLE_SUMS} FROM {JobRollup._meta.db_table}
        WHERE dimension = %s AND unit = %s AND key = ANY(%s)
        AND at >= COALESCE(%s, '-infinity'::timestamptz) AND at < COALESCE(%s, 'infinity'::timestamptz)
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, (dimension, unit, list(keys), since, until))
        return Totals(None, *cursor.fetchone())


def _begins_hour(moment: datetime) -> bool:
    return not (moment.minute or moment.second or moment.microsecond)


def _begins_day(moment: datetime) -> bool:
    utc = moment.astimezone(UTC)
    return _begins_hour(utc) and not utc.hour


def _since(dimension: str, since: datetime) -> dict[str, Any]:
    """Return the filter that reads the fewest rows from the hour or day of a moment on."""
    hour = timezone.localtime(since, timezone=timezone.get_default_timezone()).replace(
        minute=0, second=0, microsecond=0
    )
    if dimension in _WITH_HOURS and hour.hour:
        return {"unit": HOUR, "at__gte": hour}
    return {"unit": DAY, "at__gte": hour.replace(hour=0)}


def series(
    dimension: str, key: str, unit: str, since: datetime, until: datetime, *, ended_only: bool = False
) -> list[Totals]:
    """Return the totals of one key by hour (all, market only), day, week or month, oldest first.

    From the unit that `since` is in to before `until`. A unit in which nothing was listed and nothing ended is left
    out. With `ended_only` the figures from `listed` to `unknown` are not read: they are 0.
    """
    unread, names = (_UNREAD, ENDED) if ended_only else ((), FIGURES)
    if unit in {HOUR, DAY}:
        return _stored(names, unread, (dimension, key, unit, since, until))
    rows = JobRollup.objects.filter(dimension=dimension, key=key, unit=DAY, at__gte=since, at__lt=until)
    sums = {f"sum_{name}": Sum(name) for name in names}
    grouped = rows.order_by().annotate(begin=Trunc("at", unit)).values("begin").annotate(**sums).order_by("begin")
    return [Totals(at, *unread, *row) for at, *row in grouped.values_list("begin", *sums)]


def _stored(names: Sequence[str], unread: tuple[Any, ...], given: tuple[Any, ...]) -> list[Totals]:
    """Return rows as they are stored; a year of days in half the time that the models take for it."""
    sql = f"""
        SELECT EXTRACT(EPOCH FROM at)::bigint, {", ".join(names)} FROM {JobRollup._meta.db_table}
        WHERE dimension = %s AND key = %s AND unit = %s AND at >= %s AND at < %s ORDER BY at
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return [Totals._make((_moment(at), *unread, *row)) for at, *row in cursor.fetchall()]


@lru_cache(maxsize=10_000)  # hours and days that pages begin with again and again
def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
