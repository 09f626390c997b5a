"""Who pays for jobs: every deployer with what it ran and spent, in a time or ever, and what it burns now.

Figures are read from sums (jobs/rollups), what runs now from the running jobs; no finished job is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db import connection, models
from django.db.models import F, Q, QuerySet, Sum, Window
from django.http import QueryDict
from django.utils import timezone

from explorer import money
from explorer.kept import kept
from explorer.paging import Count, Page, capped_count, keyset_page
from jobs.models import JobRollup
from jobs.models.rollup import DAY, DEPLOYER, EVER
from jobs.selectors.charts import Fee, fee_of
from jobs.selectors.judged import Judged
from markets.models import Market

#: Days of the times that the list can be of, today included, by their names in the query string.
PERIODS: Final = {"1": "today", "7": "7 days", "30": "30 days"}
#: What the list can be sorted by, and the other figures: the column of the sums, of the time or (_NOW) of this moment.
_COLUMNS: Final = {
    "jobs": "listed",
    "good": "succeeded",
    "bad": "failed",
    "hours": "seconds",
    "nos": "nos_micro",
    "spent": "usd",
    "at_work": "running",
    "waiting": "queued",
}
_NOW: Final = {"at_work", "waiting"}
#: Deployers are counted no further.
MOST: Final = 10_000
#: A job is paid for until its timeout at most. A stranger's timeout is too large for an interval, so seconds compare.
_BURNING: Final = """
    SELECT deployer, SUM(jobs)::bigint, SUM(nos * share), SUM(usd * share)
    FROM (
        SELECT deployer, market_id, COUNT(*) AS jobs, SUM(price) AS nos, SUM(usd_reward_per_hour) AS usd
        FROM jobs_job
        WHERE deployer = ANY(%(deployers)s) AND phase = 1
        AND (started_at IS NULL OR EXTRACT(EPOCH FROM %(now)s - started_at) < timeout)
        GROUP BY deployer, market_id
    ) AS here CROSS JOIN LATERAL (
        SELECT 1 + COALESCE(network_fee_percentage, %(fee)s) / 100 AS share FROM markets_market
        WHERE markets_market.address = here.market_id) AS its
    GROUP BY deployer
"""
#: A descent of an index for each phase of each deployer.
_LAST: Final = """
    SELECT key, (SELECT MAX(newest) FROM (VALUES (0::smallint), (1::smallint), (2::smallint)) AS phases (p)
        CROSS JOIN LATERAL (SELECT order_at AS newest FROM jobs_job WHERE deployer = key AND phase = p
                            ORDER BY order_at DESC, address DESC LIMIT 1) AS one)
    FROM unnest(%s::text[]) AS named (key)
"""


@dataclass(frozen=True, slots=True)
class Burn:
    """What the running jobs of a deployer cost in an hour, the network's fee included, while none is over its timeout.

    `usd` is None where the rate of none is known.
    """

    jobs: int = 0
    nos: Decimal = Decimal(0)
    usd: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Deployer(Judged):
    """A deployer in the list. Figures are those of the list's time, `running`, `queued` and `burn` of this moment.

    `jobs`, `succeeded` and `failed` are of those listed in it; seconds and money, with the fee, of those that ended.
    """

    address: str
    jobs: int
    succeeded: int
    failed: int
    seconds: int
    spent_nos: Decimal
    spent_usd: Decimal
    running: int
    queued: int
    burn: Burn
    last_at: datetime | None

    @property
    def gpu_hours(self) -> float:
        """The hours that were paid for; a job counts as one GPU."""
        return self.seconds / 3600


def page_of(*, days: str, q: str, order: Sequence[str], params: QueryDict) -> tuple[Page[Deployer], Count]:
    """Return a page of the deployers with jobs in the last days, or ever, and how many there are. Raises BadCursor.

    Five queries; one more beyond the first page, whose own query counts what it sorts. Which deployers they are, and
    the network's fee, is kept for a moment.
    """
    page = _keys(days, q, tuple(order), params.urlencode())
    is_first = not params.get("after") and not params.get("before")
    count = _count(page.rows[0].total if page.rows else 0) if is_first else _counted(days, q)
    keys = [row.key for row in page.rows]
    found, burning, last, fee = _figures(days, keys), burn_of(keys), last_jobs(keys), fee_everywhere()
    rows = [
        Deployer(
            address=key,
            jobs=jobs,
            succeeded=succeeded,
            failed=failed,
            seconds=seconds,
            spent_nos=fee.paid(nos / money.MICRO),
            spent_usd=fee.paid(usd),
            running=running,
            queued=queued,
            burn=burning.get(key, Burn()),
            last_at=last.get(key),
        )
        for key, jobs, succeeded, failed, seconds, nos, usd, running, queued in map(found.__getitem__, keys)
    ]
    return Page(rows, page.newer, page.older), count


@kept
def _keys(days: str, q: str, order: Sequence[str], query: str) -> Page[Any]:
    """Return a page of the deployers as _ranked() has them: the rows of all days of all deployers are summed for it."""
    return keyset_page(_ranked(days, q, order), order, QueryDict(query))


def _counted(days: str, q: str) -> Count:
    return capped_count(_rows(days, q).values("key").distinct(), MOST)


def _count(number: int) -> Count:
    return Count(min(number, MOST), number > MOST)


def _ranked(days: str, q: str, order: Sequence[str]) -> QuerySet[JobRollup, Any]:
    """Return the deployers as rows of key, number of all, and what they are ordered by; all are looked at."""
    # One figure at least: without any, a deployer's days would not be summed up but stand in the list one by one.
    names = [name for key in order if (name := key.lstrip("-")) in _COLUMNS] or ["jobs"]
    rows: QuerySet[Any, Any] = _rows(days, q)
    if days:
        summed = {name: Sum(_COLUMNS[name], filter=_of(name, days), default=0) for name in names}
        rows = rows.values("key").annotate(**summed)
    else:  # there is one row for each
        rows = rows.annotate(**{name: F(_COLUMNS[name]) for name in names})
    counted = rows.annotate(total=Window(models.Count("*")))
    ranked: QuerySet[JobRollup, Any] = counted.values_list("key", "total", *names, named=True)
    return ranked


def _figures(days: str, keys: Sequence[str]) -> dict[str, tuple[Any, ...]]:
    """Return key and figures, in the order of _COLUMNS, of these deployers."""
    summed = {name: Sum(column, filter=_of(name, days), default=0) for name, column in _COLUMNS.items()}
    rows = JobRollup.objects.filter(_within(days) | Q(unit=EVER), dimension=DEPLOYER, key__in=keys).order_by()
    return {row[0]: row for row in rows.values("key").annotate(**summed).values_list("key", *_COLUMNS)}


def _rows(days: str, q: str) -> QuerySet[JobRollup]:
    """Return the rows that put a deployer on the list: what was listed or ended in the time, or waits or runs now."""
    at_work = Q(unit=EVER) & (Q(running__gt=0) | Q(queued__gt=0))
    which = _within(days) & (Q(listed__gt=0) | Q(ended__gt=0)) | at_work
    rows = JobRollup.objects.filter(which, dimension=DEPLOYER).order_by()
    return rows.filter(key__icontains=q) if q else rows


def _of(name: str, days: str) -> Q:
    return Q(unit=EVER) if name in _NOW else _within(days)


def _within(days: str) -> Q:
    """Return which rows are of the last days, today included, or of all time where none are given."""
    if not days:
        return Q(unit=EVER)
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    return Q(unit=DAY, at__gte=midnight - timedelta(days=int(days) - 1))


@kept
def fee_everywhere() -> Fee:
    """Return the network's fee in all markets that are shown, None where it is not the same in all; one query, kept."""
    markets = Market.objects.worth_showing().order_by("network_fee_percentage").distinct("network_fee_percentage")
    return fee_of(markets.only("network_fee_percentage"))


def burn_of(addresses: Iterable[str]) -> dict[str, Burn]:
    """Return what the running jobs of these deployers cost in an hour; those without any are left out. One query."""
    given: dict[str, Any] = {"deployers": list(addresses), "now": timezone.now(), "fee": money.DEFAULT_FEE_PERCENTAGE}
    with connection.cursor() as cursor:
        cursor.execute(_BURNING, given)
        rows = cursor.fetchall()
    return {
        deployer: Burn(jobs, price * money.SECONDS_PER_HOUR / money.MICRO, usd) for deployer, jobs, price, usd in rows
    }


def last_jobs(addresses: Iterable[str]) -> dict[str, datetime]:
    """Return when the last job of each of these deployers was listed; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_LAST, [list(addresses)])
        return {address: at for address, at in cursor.fetchall() if at}
