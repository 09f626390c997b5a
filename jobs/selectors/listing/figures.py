"""Jobs of a list with their figures, and the markets they name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Final, NamedTuple

from django.utils import timezone

from explorer.kept import kept
from explorer.money import cost, nos_per_hour, paid_seconds
from jobs.choices import JobState
from jobs.payment import is_unpaid
from markets.choices import QueueType
from markets.models import Market


class Seen(NamedTuple):
    """The columns of a job that a list shows or is sorted by: a tenth of what making a Job of them would take."""

    address: str
    market_id: str
    deployer: str
    payer: str
    node: str
    state: int
    outcome: str
    price: int
    timeout: int
    listed_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    delisted_at: datetime | None
    duration: int | None
    usd_reward_per_hour: Decimal | None
    trigger: str
    image: str
    op_count: int | None
    phase: int
    order_at: datetime
    started_key: datetime
    ended_key: datetime
    duration_key: int

    @property
    def pk(self) -> str:
        """The address, as of a Job."""
        return self.address


#: To be read of a job for a Seen, in this order.
SEEN: Final = Seen._fields


@dataclass(frozen=True, slots=True)
class Row:
    """A job in a list. Seconds are whole; `share` is of the timeout, for a job that runs."""

    job: Seen
    market: Market | None
    begins_block: bool  # the first running, the first finished one
    seconds: int | None
    share: float | None
    usd: Decimal | None
    nos: Decimal | None
    is_limit: bool  # the cost is what it can be at most
    nos_per_hour: Decimal
    queue_place: int | None  # from 1
    queue_length: int | None

    @property
    def more_ops(self) -> int:
        """How many ops there are besides the one whose image is shown."""
        return max((self.job.op_count or 0) - 1, 0)

    @property
    def is_unfinished(self) -> bool:
        """Whether the job's state will change."""
        return bool(self.job.phase < 2)


@kept
def markets() -> Mapping[str, Market]:
    """Return all markets by address, in the order of their names, with what lists need of them; one query, kept."""
    found = Market.objects.by_name().only(
        "address", "name", "slug", "gpu_types", "is_listed", "network_fee_percentage", "queue_type", "queue"
    )
    return {market.pk: market for market in found}


def rows(page: Sequence[Seen], known: Mapping[str, Market], *, in_phases: bool = True) -> list[Row]:
    """Return jobs of a list with their figures; no query. `in_phases` says that queued and running come first."""
    now = timezone.now()
    return [
        _row(job, known.get(job.market_id), now, begins_block=in_phases and bool(before and before.phase != job.phase))
        for before, job in pairwise([None, *page])
        if job
    ]


def _row(job: Seen, market: Market | None, now: datetime, *, begins_block: bool) -> Row:
    is_queued, is_running = job.state == JobState.QUEUED, job.state == JobState.RUNNING and not job.delisted_at
    end = now if is_running else job.ended_at
    seconds = max(int((end - job.started_at).total_seconds()), 0) if job.started_at and end else None
    paid = paid_seconds(started_at=job.started_at, ended_at=end, timeout=job.timeout) if not is_unpaid(job) else 0
    paid = job.timeout if is_queued else paid
    known = bool(is_queued or seconds is not None) and not job.delisted_at
    fee = market.network_fee_percentage if market else None
    found = cost(price=job.price, seconds=paid, usd_per_hour=job.usd_reward_per_hour, fee_percentage=fee)
    place, length = _place(job, market) if is_queued and market else (None, None)
    return Row(
        job=job,
        market=market,
        begins_block=begins_block,
        seconds=seconds,
        share=min(seconds / job.timeout, 1) if is_running and seconds is not None and job.timeout else None,
        usd=found.total_usd if known else None,
        nos=found.total_nos if known else None,
        is_limit=is_queued,
        nos_per_hour=nos_per_hour(job.price),
        queue_place=place,
        queue_length=length,
    )


def _place(job: Seen, market: Market) -> tuple[int | None, int | None]:
    """Return a job's place in its market's queue and the queue's length; nothing where it is not in it."""
    if market.queue_type == QueueType.NODES or job.pk not in market.queue:
        return None, None
    return market.queue.index(job.pk) + 1, len(market.queue)
