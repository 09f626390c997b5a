"""What the overview shows: the network now, what ended when, the busiest markets, the newest jobs.

Every read is grouped in SQL; none loops over jobs in Python.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import (
    Count,
    DecimalField,
    DurationField,
    Expression,
    ExpressionWrapper,
    F,
    Min,
    Q,
    Sum,
    Value,
)
from django.db.models.functions import Cast, Coalesce, Extract, Floor, Greatest, Least
from django.utils import timezone

from explorer import money
from jobs.choices import JobState
from jobs.models import Job, JobQuerySet
from jobs.selectors.ended import COMPLETED, FAILED, SUCCEEDED
from markets import selectors

NEWEST = 8
BOARD = 8


_NUMBER: DecimalField[Any, Any] = DecimalField(max_digits=40, decimal_places=12)


def _seconds(start: Any, end: Any) -> Extract:
    return Extract(ExpressionWrapper(end - start, DurationField()), "epoch", output_field=_NUMBER)


def _at_least_zero(seconds: Expression) -> Greatest:
    return Greatest(seconds, Value(Decimal(0)), output_field=_NUMBER)


#: money.paid_seconds() in SQL.
PAID_SECONDS = _at_least_zero(
    Least(Floor(_seconds(F("started_at"), F("ended_at"))), Cast("timeout", _NUMBER), output_field=_NUMBER)
)
_FEE = Coalesce(F("market__network_fee_percentage"), money.DEFAULT_FEE_PERCENTAGE, output_field=_NUMBER)
_PAID_WITH_FEE = PAID_SECONDS * (Value(Decimal(1)) + _FEE / Value(Decimal(100)))
#: money.Cost.total_nos and total_usd in SQL.
COST_NOS = ExpressionWrapper(F("price") * _PAID_WITH_FEE / Value(money.MICRO), _NUMBER)
COST_USD = ExpressionWrapper(F("usd_reward_per_hour") * _PAID_WITH_FEE / Value(money.SECONDS_PER_HOUR), _NUMBER)


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
    """Return the figures of this moment; two queries, of the unfinished jobs and of those that ended today."""
    now = timezone.now()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    open_jobs = _unfinished(now, midnight)
    ended = _ended_today(midnight)
    judged = ended["succeeded"] + ended["failed"]
    return Live(
        queued=open_jobs["queued"],
        longest_wait=now - open_jobs["oldest"] if open_jobs["oldest"] else None,
        running=open_jobs["running"],
        nodes=open_jobs["nodes"],
        completed=ended["completed"],
        failed=ended["failed"],
        success_share=ended["succeeded"] / judged if judged else None,
        gpu_hours=float((open_jobs["seconds"] or 0) + (ended["seconds"] or 0)) / 3600,
        spent_nos=ended["nos"],
        spent_usd=ended["usd"],
    )


def _unfinished(now: datetime, midnight: datetime) -> dict[str, Any]:
    running = Q(state=JobState.RUNNING)
    since = _seconds(Greatest(F("started_at"), Value(midnight)), Value(now))
    return Job.objects.unfinished().aggregate(
        queued=Count("pk", filter=Q(state=JobState.QUEUED)),
        oldest=Min("order_at", filter=Q(state=JobState.QUEUED)),
        running=Count("pk", filter=running),
        nodes=Count("node", distinct=True, filter=running & ~Q(node="")),
        seconds=Sum(_at_least_zero(since), filter=running),
    )


def _ended_today(midnight: datetime) -> dict[str, Any]:
    today = _seconds(Greatest(F("started_at"), Value(midnight)), F("ended_at"))
    return _ended_since(midnight).aggregate(
        completed=Count("pk", filter=COMPLETED),
        failed=Count("pk", filter=FAILED),
        succeeded=Count("pk", filter=SUCCEEDED),
        seconds=Sum(_at_least_zero(today), filter=Q(started_at__isnull=False)),
        nos=Sum(COST_NOS, filter=Q(started_at__isnull=False)),
        usd=Sum(COST_USD, filter=Q(started_at__isnull=False)),
    )


def _ended_since(moment: datetime) -> JobQuerySet:
    return Job.objects.filter(phase=2, ended_at__gte=moment)


def newest_jobs(limit: int = NEWEST) -> Sequence[Job]:
    """Return the jobs that were listed last, whatever their state; one query that reads three ends of an index."""
    by_phase = [
        Job.objects.present().with_names().filter(phase=phase).order_by("-order_at", "-address")[:limit]
        for phase in (0, 1, 2)
    ]
    return list(by_phase[0].union(*by_phase[1:], all=True).order_by("-order_at", "-address")[:limit])


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
