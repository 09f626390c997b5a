"""How a market did over time: its queue and price as the sync saw them, and what the sums over its jobs say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache, reduce
from operator import or_
from typing import Final, NamedTuple

from django.db.models import Q, Sum
from django.utils import timezone

from explorer import money
from markets.models import Market, MarketHistory
from markets.models.history import DAY, HOUR
from markets.selectors.sums import LATELY, midnight, sums, sums_in


@dataclass(frozen=True, slots=True)
class Range:
    """A stretch of time up to now: its name in a URL, the unit of a bar, how many, and what stands under the chart."""

    name: str
    unit: str
    count: int
    title: str

    @property
    def step(self) -> timedelta:
        """How long a bar is."""
        return timedelta(hours=1) if self.unit == HOUR else timedelta(days=1)

    def times(self, now: datetime) -> list[datetime]:
        """Return when each bar begins, oldest first; the last is not over."""
        last = now.replace(minute=0, second=0, microsecond=0)
        last, step = last if self.unit == HOUR else last.replace(hour=0), self.step
        return [last - number * step for number in reversed(range(self.count))]


RANGES: Final = (
    Range("24h", HOUR, 24, "24 hours"),
    Range("7d", HOUR, 168, "7 days"),
    Range("30d", DAY, 30, "30 days"),
    Range("90d", DAY, 90, "90 days"),
    Range("1y", DAY, 365, "a year"),
)
#: Where none is asked for: a queue changes by the hour, a price by the day.
USUAL_QUEUE: Final = RANGES[0]
USUAL: Final = RANGES[2]


def range_of(name: str) -> Range | None:
    """Return the range of that name, None where there is no such range."""
    return next((known for known in RANGES if known.name == name), None)


class Moment(NamedTuple):
    """A market in one hour or day: as it was seen, None where nobody looked, and what its jobs say.

    Prices are what a deployer pays for an hour, the fee included: `is_listed` where the market asked for it, else
    what the jobs that ended then were listed at. Shares go from 0 to 1.
    """

    at: datetime
    reads: int = 0
    waiting: float | None = None
    most_waiting: int = 0
    free: float | None = None
    most_free: int = 0
    running: float | None = None
    usd_per_hour: Decimal | None = None
    nos_per_hour: Decimal | None = None
    is_listed: bool = False
    completed: int = 0
    stopped: int = 0
    failed: int = 0
    success_share: float | None = None
    mean_wait_s: float | None = None

    @property
    def ended(self) -> int:
        """Jobs that ended then."""
        return self.completed + self.stopped + self.failed

    @property
    def busy_share(self) -> float | None:
        """Of the nodes that ran a job or waited for one, the share that ran one; None where none was there."""
        if self.running is None or self.free is None or not self.running + self.free:
            return None
        return self.running / (self.running + self.free)


@dataclass(frozen=True, slots=True)
class Past:
    """A range of a market's time, oldest first."""

    range: Range
    moments: Sequence[Moment]

    @property
    def seen(self) -> list[Moment]:
        """Those in which the queue was read."""
        return [moment for moment in self.moments if moment.reads]

    @property
    def priced(self) -> list[Moment]:
        """Those whose price is known."""
        return [moment for moment in self.moments if moment.usd_per_hour is not None or moment.nos_per_hour is not None]


def past(market: Market, asked: Range) -> Past:
    """Return a market's last hours or days; two queries."""
    return pasts(market, asked)[0]


def pasts(market: Market, *asked: Range) -> list[Past]:
    """Return several stretches of a market's time, each of its own unit; two queries for all."""
    now = timezone.now()
    times = {range: range.times(now) for range in asked}
    within = reduce(or_, (Q(unit=range.unit, at__gte=begins[0]) for range, begins in times.items()))
    noted = MarketHistory.objects.filter(within, market=market).order_by().values_list("unit", "at", *Seen._fields)
    seen = {(unit, at): Seen(*row) for unit, at, *row in noted}
    summed = sums_in("market", within).filter(key=market.pk).values_list("unit", "at", *Worked._fields)
    worked = {(unit, at): Worked(*row) for unit, at, *row in summed}

    def moment(unit: str, at: datetime) -> Moment:
        return _moment(at, seen.get((unit, at)), worked.get((unit, at), _NOTHING), market)

    made = {range: Past(range, [moment(range.unit, at) for at in begins]) for range, begins in times.items()}
    return [made[range] for range in asked]


class Seen(NamedTuple):
    """What is read of a market's history in a time, by the names of its columns: sums over all reads, and prices."""

    reads: int
    waiting: int
    most_waiting: int
    free: int
    most_free: int
    running: int
    job_price: int | None
    usd_per_hour: Decimal | None
    fee_percentage: Decimal | None


class Worked(NamedTuple):
    """What is read of the sums over a market's jobs that ended in a time, by the names of their columns."""

    ended_completed: int = 0
    ended_stopped: int = 0
    ended_failed: int = 0
    ended_succeeded: int = 0
    seconds: int = 0
    nos_micro: Decimal = Decimal(0)
    usd: Decimal = Decimal(0)
    wait_seconds: int = 0
    waits: int = 0


_NOTHING: Final = Worked()


def _moment(at: datetime, seen: Seen | None, worked: Worked, market: Market) -> Moment:
    judged = worked.ended_succeeded + worked.ended_failed
    return Moment(
        at,
        *(_looked(seen) if seen else _UNSEEN),
        *_price(seen, worked, market),
        worked.ended_completed,
        worked.ended_stopped,
        worked.ended_failed,
        worked.ended_succeeded / judged if judged else None,
        worked.wait_seconds / worked.waits if worked.waits else None,
    )


_UNSEEN: Final = (0, None, 0, None, 0, None)


def _looked(seen: Seen) -> tuple[int, float | None, int, float | None, int, float | None]:
    """Return the figures of a moment from `reads` to `running`."""
    reads = seen.reads
    return reads, seen.waiting / reads, seen.most_waiting, seen.free / reads, seen.most_free, seen.running / reads


#: What an hour cost in USD and NOS, with the fee, and whether the market itself asked for it.
Price = tuple[Decimal | None, Decimal | None, bool]


def _price(seen: Seen | None, worked: Worked, market: Market) -> Price:
    if seen and (seen.usd_per_hour is not None or seen.job_price is not None):
        return _listed_price(seen.job_price, seen.usd_per_hour, seen.fee_percentage)
    if not worked.seconds:
        return None, None, False
    hours = Decimal(worked.seconds) / 3600
    fee = money.DEFAULT_FEE_PERCENTAGE if market.network_fee_percentage is None else market.network_fee_percentage
    with_fee = (1 + fee / 100) / hours
    return worked.usd * with_fee or None, worked.nos_micro / money.MICRO * with_fee, False


@lru_cache(maxsize=1000)  # a market asks for the same for days
def _listed_price(job_price: int | None, usd_per_hour: Decimal | None, fee_percentage: Decimal | None) -> Price:
    price = money.cost(price=job_price or 0, seconds=3600, usd_per_hour=usd_per_hour, fee_percentage=fee_percentage)
    return price.total_usd, None if job_price is None else price.total_nos, True


@dataclass(frozen=True, slots=True)
class Lately:
    """A market in the last days: the share of its nodes' time that was busy, as seen, and its jobs' sums."""

    busy_share: float | None = None
    ended: int = 0
    gpu_hours: float = 0.0


def lately(markets: Sequence[str]) -> dict[str, Lately]:
    """Return the last LATELY days of these markets; those with neither reads nor jobs are left out.

    Two queries that read a row a day.
    """
    busy = busy_shares(markets)
    days = sums("market", "day").filter(at__gt=midnight(LATELY), key__in=markets)
    worked = {key: rest for key, *rest in days.values_list("key").annotate(Sum("ended"), Sum("seconds"))}
    found = {}
    for key in {*busy, *worked}:
        ended, seconds = worked.get(key, (0, 0))
        found[key] = Lately(busy.get(key), ended, seconds / 3600)
    return found


def busy_shares(markets: Sequence[str] | None = None) -> dict[str, float]:
    """Return the share of their nodes' time that was busy in the last LATELY days, of all markets for None; one query.

    Those where no node was seen are left out.
    """
    seen = MarketHistory.objects.filter(unit=DAY, at__gt=midnight(LATELY)).order_by()
    if markets is not None:
        seen = seen.filter(market__in=markets)
    summed = seen.values_list("market").annotate(Sum("running"), Sum("free"))
    return {key: running / (running + free) for key, running, free in summed if running + free}
