"""What the overview shows: the network now, what ended when, the busiest markets, the newest jobs.

Figures of finished jobs come from sums (jobs/rollups); what waits and runs now is counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from django.db import connection
from django.utils import timezone

from explorer import money
from jobs.models import Job, JobRollup
from jobs.models.rollup import DAY, MARKET
from markets import selectors
from markets.models import Market

NEWEST = 8
BOARD = 8


#: The unfinished jobs and those that ended today, in one look; each half is one range of an index.
_NOW: Final = """
    SELECT count(*) FILTER (WHERE phase = 0), min(order_at) FILTER (WHERE phase = 0),
        count(*) FILTER (WHERE phase = 1),
        count(DISTINCT node COLLATE "C") FILTER (WHERE phase = 1 AND node <> ''),
        coalesce(sum(greatest(extract(epoch FROM %(now)s - greatest(started_at, %(midnight)s)), 0))
            FILTER (WHERE phase = 1), 0)::float
        + (SELECT coalesce(sum(greatest(extract(epoch FROM ended_at - greatest(started_at, %(midnight)s)), 0)), 0)
            FROM jobs_job
            WHERE delisted_at IS NULL AND phase = 2 AND ended_key >= %(midnight)s AND started_at IS NOT NULL)::float
    FROM jobs_job WHERE phase < 2 AND delisted_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class Live:
    """The strip of figures. "Today" began at midnight UTC; a share or a sum without anything to count is None."""

    queued: int
    longest_wait: timedelta | None
    running: int
    nodes: int
    day: date  # of today
    completed: int  # without those in which an op failed, as far as that is known
    succeeded: int
    failed: int
    unknown: int  # jobs that ended, of whose ops nothing is known
    success_share: float | None  # of the jobs whose ops are known
    gpu_hours: float  # hours that jobs ran today; a job counts as one GPU
    spent_nos: Decimal | None  # by jobs that ended today, with the network's fee
    spent_usd: Decimal | None

    @property
    def known(self) -> int:
        """The jobs that ended today and whose ops are known."""
        return self.succeeded + self.failed


def live() -> Live:
    """Return the figures of this moment; three queries: of the unfinished jobs and the time that those of today ran,
    of the sums of today by market, and of each market's fee.
    """
    now = timezone.now()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    queued, oldest, running, nodes, seconds = _now(now, midnight)
    today = _sums_of(midnight)
    succeeded, failed = sum(row.succeeded for row in today), sum(row.failed for row in today)
    spent_nos, spent_usd = _spent(today)
    return Live(
        queued=queued,
        longest_wait=now - oldest if oldest else None,
        running=running,
        nodes=nodes,
        day=midnight.date(),
        completed=sum(row.completed for row in today),
        succeeded=succeeded,
        failed=failed,
        unknown=sum(row.ended for row in today) - succeeded - failed,
        success_share=succeeded / (succeeded + failed) if succeeded + failed else None,
        gpu_hours=seconds / 3600,
        spent_nos=spent_nos,
        spent_usd=spent_usd,
    )


def _now(now: datetime, midnight: datetime) -> tuple[int, datetime | None, int, int, float]:
    """Return the jobs that wait and since when the first does, those that run, on how many nodes, and for how long.

    The time, in seconds, is that since midnight, and that of the jobs that ended since then.
    """
    with connection.cursor() as cursor:
        cursor.execute(_NOW, {"now": now, "midnight": midnight})
        found: tuple[int, datetime | None, int, int, float] = cursor.fetchone()
    return found


class Today(NamedTuple):
    """A market's sums of a day, over the jobs that ended then."""

    market: str
    ended: int
    completed: int
    succeeded: int
    failed: int
    nos_micro: Decimal
    usd: Decimal


def _sums_of(day: datetime) -> list[Today]:
    """Return the sums of a day by market; one query."""
    rows = JobRollup.objects.filter(dimension=MARKET, unit=DAY, at=day).order_by()
    ended = rows.values_list("key", "ended", "ended_completed", "ended_succeeded", "ended_failed", "nos_micro", "usd")
    return [Today(*row) for row in ended]


def _spent(today: Sequence[Today]) -> tuple[Decimal | None, Decimal | None]:
    """Return what deployers paid in NOS and USD, each market's fee included; None where nothing was; one query."""
    fees = dict(Market.objects.order_by().values_list("pk", "network_fee_percentage"))
    spent_nos, spent_usd = Decimal(), Decimal()
    for row in today:
        fee = fees[row.market]
        share = 1 + (money.DEFAULT_FEE_PERCENTAGE if fee is None else fee) / 100
        spent_nos += row.nos_micro * share
        spent_usd += row.usd * share
    return spent_nos / money.MICRO or None, spent_usd or None


#: What a row of the newest jobs shows.
_SHOWN = ("address", "state", "outcome", "delisted_at", "image", "listed_at", "order_at")
_MARKET_SHOWN = ("market__address", "market__name", "market__slug")


def newest_jobs(limit: int = NEWEST) -> Sequence[Job]:
    """Return the jobs that were listed last, whatever their state; one query that reads one end of an index."""
    return list(
        Job.objects.present().with_names().only(*_SHOWN, *_MARKET_SHOWN).order_by("-order_at", "-address")[:limit]
    )


@dataclass(frozen=True, slots=True)
class Busy:
    """A market on the board, with the jobs that run in it as a share of the busiest one's."""

    row: selectors.MarketNow
    share: float


@dataclass(frozen=True, slots=True)
class Board:
    """The busiest markets, and how many there are."""

    rows: Sequence[Busy]
    total: int


def board(limit: int = BOARD) -> Board:
    """Return the busiest markets; three queries, kept."""
    rows = selectors.busiest()
    most = max((row.running for row in rows), default=0) or 1
    return Board([Busy(row, row.running / most) for row in rows[:limit]], len(rows))
