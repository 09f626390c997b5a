"""What a job costs: the node's part, the fee, the deposit and what comes back, in NOS, and in USD then and now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from explorer import money
from explorer.kept import kept
from explorer.money import Cost, paid_seconds
from jobs.choices import JobState
from jobs.models import Job
from jobs.payment import is_unpaid
from markets.models import NosPrice


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the bill. USD `then` is at the price of NOS when the job was listed, `now` at the last known price."""

    name: str
    nos: Decimal
    then: Decimal | None
    now: Decimal | None
    css: str = ""


@dataclass(frozen=True, slots=True)
class Bill:
    """What a job costs: so far, at most, or in the end. `nos_then` and `nos_now` are USD for one NOS.

    `is_unpaid`: its node gave it up, which pays nothing; the deployer can take the whole deposit back.
    """

    cost: Cost
    timeout: int
    lines: tuple[Line, ...]
    nos_then: Decimal | None
    nos_now: Decimal | None
    now_at: datetime | None
    is_final: bool
    is_limit: bool
    is_unpaid: bool

    @property
    def deposit(self) -> Decimal:
        """What was put down for the whole timeout, in NOS, without the fee."""
        return self.cost.nos_per_hour * self.timeout / money.SECONDS_PER_HOUR

    @property
    def returned(self) -> Decimal:
        """What comes back of the deposit, in NOS."""
        return self.deposit - self.cost.host_nos

    @property
    def usd_per_hour_now(self) -> Decimal | None:
        """The node's rate in USD at the last known price of NOS."""
        return None if self.nos_now is None else self.cost.nos_per_hour * self.nos_now

    @property
    def share(self) -> Decimal | None:
        """The part of the deposit that went to the node, from 0 to 1; None without a deposit."""
        return self.cost.host_nos / self.deposit if self.deposit else None


@kept
def _latest_price() -> NosPrice | None:
    """Return the last known price of NOS; one query, kept."""
    return NosPrice.objects.first()


def bill(job: Job, now: datetime | None = None) -> Bill:
    """Return what a job costs by now; of one that has not run, what it can cost at most. One query, kept."""
    is_queued, is_running = job.state == JobState.QUEUED, job.state == JobState.RUNNING
    found = cost_of(job, now)
    latest = _latest_price()
    price = latest.usd if latest else None
    is_final = not is_queued and not is_running
    return Bill(
        cost=found,
        timeout=job.timeout,
        lines=_lines(job, found, price, is_final=is_final),
        nos_then=money.usd_per_nos(price=job.price, usd_per_hour=job.usd_reward_per_hour),
        nos_now=price,
        now_at=latest.at if latest else None,
        is_final=is_final,
        is_limit=is_queued and not job.delisted_at,
        is_unpaid=is_unpaid(job),
    )


def cost_of(job: Job, now: datetime | None = None) -> Cost:
    """Return what a job costs by now; of one that has not run, what it can cost at most. No query."""
    return money.cost(
        price=job.price,
        seconds=0 if is_unpaid(job) else _seconds(job, now or timezone.now()),
        usd_per_hour=job.usd_reward_per_hour,
        fee_percentage=job.market.network_fee_percentage,
    )


def _seconds(job: Job, now: datetime) -> int:
    if job.state == JobState.QUEUED:
        return job.timeout
    return _paid(job, now if job.state == JobState.RUNNING else job.ended_at)


def _paid(job: Job, ended_at: datetime | None) -> int:
    return paid_seconds(started_at=job.started_at, ended_at=ended_at, timeout=job.timeout)


def _lines(job: Job, cost: Cost, price: Decimal | None, *, is_final: bool) -> tuple[Line, ...]:
    rate = money.usd_per_nos(price=job.price, usd_per_hour=job.usd_reward_per_hour)

    def line(name: str, amount: Decimal, css: str = "") -> Line:
        then = None if rate is None else amount * rate
        return Line(name, amount, then, None if price is None else amount * price, css)

    deposit = money.nos(job.price, job.timeout)
    rows = [
        line("Total", cost.total_nos, "sum"),
        line("to the node", cost.host_nos, "in"),
        line(f"network fee, {cost.fee_percentage.normalize():f}\u00a0%", cost.fee_nos, "in"),
        line("Deposit", deposit),
    ]
    return (*rows, line("Returned, unused time", deposit - cost.host_nos)) if is_final else tuple(rows)
