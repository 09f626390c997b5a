"""Who pays for jobs: every deployer with what it ran and spent, in a time or ever, and what it burns now.

Figures are read from sums (jobs/rollups), what runs now from the running jobs; no finished job is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db import connection
from django.db.models import Q, QuerySet, Sum
from django.http import QueryDict
from django.utils import timezone

from explorer import money
from explorer.paging import Count, Page, capped_count, keyset_page
from jobs.models import JobRollup
from jobs.models.rollup import DAY, DEPLOYER, EVER
from jobs.selectors import charts
from jobs.selectors.judged import Judged

#: Days of the times that the list can be of, today included, by their names in the query string.
PERIODS: Final = {"1": "today", "7": "7 days", "30": "30 days"}
_NAMES: Final = ("key", "jobs", "good", "bad", "hours", "nos", "spent", "at_work", "waiting")
#: A job is paid for until its timeout at most. A stranger's timeout is too large for an interval, so seconds compare.
_BURNING: Final = """
    SELECT deployer, COUNT(*), SUM(price * share), SUM(usd_reward_per_hour * share)
    FROM jobs_job JOIN LATERAL (
        SELECT 1 + COALESCE(network_fee_percentage, %(fee)s) / 100 AS share FROM markets_market
        WHERE markets_market.address = jobs_job.market_id) AS its ON true
    WHERE deployer = ANY(%(deployers)s) AND phase = 1
    AND (started_at IS NULL OR EXTRACT(EPOCH FROM %(now)s - started_at) < timeout)
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


def deployers(*, days: str, q: str) -> QuerySet[JobRollup, Any]:
    """Return the deployers with jobs in the last days, or ever, as named rows for list_of()."""
    within = _within(days)
    found = (
        _rows(within | Q(unit=EVER), q)
        .values("key")
        .annotate(
            jobs=Sum("listed", filter=within, default=0),
            over=Sum("ended", filter=within, default=0),
            good=Sum("succeeded", filter=within, default=0),
            bad=Sum("failed", filter=within, default=0),
            hours=Sum("seconds", filter=within, default=0),
            nos=Sum("nos_micro", filter=within, default=0),
            spent=Sum("usd", filter=within, default=0),
            at_work=Sum("running", filter=Q(unit=EVER), default=0),
            waiting=Sum("queued", filter=Q(unit=EVER), default=0),
        )
    )
    return found.exclude(jobs=0, over=0, at_work=0, waiting=0).values_list(*_NAMES, named=True)


def count(*, days: str, q: str) -> Count:
    """Return how many deployers there are in deployers(); one query, which sums nothing."""
    at_work = Q(unit=EVER, running__gt=0) | Q(unit=EVER, queued__gt=0)
    return capped_count(_rows(_within(days) | at_work, q).values("key").distinct())


def _rows(which: Q, q: str) -> QuerySet[JobRollup]:
    rows = JobRollup.objects.filter(which, dimension=DEPLOYER).order_by()
    return rows.filter(key__icontains=q) if q else rows


def _within(days: str) -> Q:
    """Return which rows are of the last days, today included, or of all time where none are given."""
    if not days:
        return Q(unit=EVER)
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    return Q(unit=DAY, at__gte=midnight - timedelta(days=int(days) - 1))


def list_of(found: QuerySet[JobRollup, Any], order: Sequence[str], params: QueryDict) -> Page[Deployer]:
    """Return a page of deployers; four queries. Raises BadCursor."""
    page = keyset_page(found, order, params)
    keys = [row.key for row in page.rows]
    burning, last, fee = burn_of(keys), last_jobs(keys), charts.fee_of(charts.markets())
    rows = [
        Deployer(
            address=row.key,
            jobs=row.jobs,
            succeeded=row.good,
            failed=row.bad,
            seconds=row.hours,
            spent_nos=fee.paid(row.nos / money.MICRO),
            spent_usd=fee.paid(row.spent),
            running=row.at_work,
            queued=row.waiting,
            burn=burning.get(row.key, Burn()),
            last_at=last.get(row.key),
        )
        for row in page.rows
    ]
    return Page(rows, page.newer, page.older)


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
