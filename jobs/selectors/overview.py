"""What the overview shows: the network now, what ended when, the busiest markets, the newest jobs.

Figures of finished jobs come from sums (jobs/rollups); what waits and runs now is counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, DurationField, ExpressionWrapper, F, FloatField, Min, Q, Sum, Value
from django.db.models.functions import Extract, Greatest
from django.utils import timezone

from explorer import money
from jobs.choices import JobState
from jobs.models import Job, JobRollup
from jobs.models.rollup import DAY, FIGURES, MARKET
from jobs.rollups.reading import Totals
from markets import selectors
from markets.models import Market

NEWEST = 8
BOARD = 8


def _seconds(start: Any, end: Any) -> Greatest:
    """Return the seconds between two times, never below zero, in SQL."""
    span = ExpressionWrapper(end - start, DurationField())
    return Greatest(Extract(span, "epoch", output_field=FloatField()), Value(0.0), output_field=FloatField())


@dataclass(frozen=True, slots=True)
class Live:
    """The strip of figures. "Today" began at midnight UTC; a share or a sum without anything to count is None."""

    queued: int
    longest_wait: timedelta | None
    running: int
    nodes: int
    completed: int
    failed: int
    success_share: float | None  # of the jobs whose ops are known
    gpu_hours: float  # hours that jobs ran today; a job counts as one GPU
    spent_nos: Decimal | None  # by jobs that ended today, with the network's fee
    spent_usd: Decimal | None


def live() -> Live:
    """Return the figures of this moment; four queries: of the unfinished jobs, the time that those of today ran, and
    two of the sums of today by market, each of which has its own fee.
    """
    now = timezone.now()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    open_jobs = _unfinished(now, midnight)
    by_market = _sums_of(midnight)
    today = sum(by_market.values(), Totals())
    spent_nos, spent_usd = _spent(by_market)
    return Live(
        queued=open_jobs["queued"],
        longest_wait=now - open_jobs["oldest"] if open_jobs["oldest"] else None,
        running=open_jobs["running"],
        nodes=open_jobs["nodes"],
        completed=today.ended_completed,
        failed=today.ended_failed,
        success_share=today.success_share,
        gpu_hours=((open_jobs["seconds"] or 0) + _ran_today(midnight)) / 3600,
        spent_nos=spent_nos,
        spent_usd=spent_usd,
    )


def _unfinished(now: datetime, midnight: datetime) -> dict[str, Any]:
    running = Q(state=JobState.RUNNING)
    since = _seconds(Greatest(F("started_at"), Value(midnight)), Value(now))
    return Job.objects.unfinished().aggregate(
        queued=Count("pk", filter=Q(state=JobState.QUEUED)),
        oldest=Min("order_at", filter=Q(state=JobState.QUEUED)),
        running=Count("pk", filter=running),
        nodes=Count("node", distinct=True, filter=running & ~Q(node="")),
        seconds=Sum(since, filter=running),
    )


def _ran_today(midnight: datetime) -> float:
    """Return the seconds since midnight that the jobs ran that ended since then; reads each of them by an index."""
    today = _seconds(Greatest(F("started_at"), Value(midnight)), F("ended_at"))
    ended = Job.objects.present().filter(phase=2, ended_key__gte=midnight, started_at__isnull=False)
    return float(ended.aggregate(seconds=Sum(today))["seconds"] or 0)


def _sums_of(day: datetime) -> dict[str, Totals]:
    """Return the sums of a day by market; one query."""
    rows = JobRollup.objects.filter(dimension=MARKET, unit=DAY, at=day).order_by()
    return {key: Totals(None, *figures) for key, *figures in rows.values_list("key", *FIGURES)}


def _spent(by_market: dict[str, Totals]) -> tuple[Decimal | None, Decimal | None]:
    """Return what deployers paid in NOS and USD, each market's fee included; None where nothing was."""
    fees = dict(Market.objects.filter(pk__in=by_market).values_list("pk", "network_fee_percentage"))
    shares = {key: 1 + (money.DEFAULT_FEE_PERCENTAGE if fee is None else fee) / 100 for key, fee in fees.items()}
    spent_nos = sum((totals.nos_micro * shares[key] for key, totals in by_market.items()), Decimal())
    spent_usd = sum((totals.usd * shares[key] for key, totals in by_market.items()), Decimal())
    return spent_nos / money.MICRO or None, spent_usd or None


#: What a row of the newest jobs shows.
_SHOWN = ("address", "state", "outcome", "delisted_at", "image", "order_at")
_MARKET_SHOWN = ("market__address", "market__name", "market__slug")


def newest_jobs(limit: int = NEWEST) -> Sequence[Job]:
    """Return the jobs that were listed last, whatever their state; one query that reads one end of an index."""
    return list(
        Job.objects.present().with_names().only(*_SHOWN, *_MARKET_SHOWN).order_by("-order_at", "-address")[:limit]
    )


@dataclass(frozen=True, slots=True)
class Busy:
    """A market on the board, with the jobs that run in it as a share of the busiest one's."""

    row: selectors.MarketRow
    share: float


@dataclass(frozen=True, slots=True)
class Board:
    """The busiest markets, and how many there are."""

    rows: Sequence[Busy]
    total: int


def board(limit: int = BOARD) -> Board:
    """Return the busiest markets; six queries, as the list of markets takes."""
    rows = selectors.board(q="", type="", sort="-running")
    most = max((row.running for row in rows), default=0) or 1
    return Board([Busy(row, row.running / most) for row in rows[:limit]], len(rows))
