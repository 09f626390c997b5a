"""What a job costs: the one place that multiplies rates by time. Decimals throughout, nothing is rounded.

The node is paid price × min(runtime, timeout) in NOS (nosana-programs, jobs, finish and end); the rest of the deposit
goes back. The network's fee comes on top of what the node gets, as the network's own dashboard shows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

MICRO = Decimal(1_000_000)
SECONDS_PER_HOUR = Decimal(3600)
#: The fee the network's dashboard uses (usd_reward_per_hour × 1.1) where a market does not say its own.
DEFAULT_FEE_PERCENTAGE = Decimal(10)


@dataclass(frozen=True, slots=True)
class Cost:
    """A job's cost for a number of seconds. The USD parts are None where the job's USD rate is not known."""

    seconds: int
    nos_per_hour: Decimal  # the node's rate
    usd_per_hour: Decimal | None
    fee_percentage: Decimal
    host_nos: Decimal
    fee_nos: Decimal
    host_usd: Decimal | None
    fee_usd: Decimal | None

    @property
    def total_nos(self) -> Decimal:
        """What the deployer pays in NOS, the fee included."""
        return self.host_nos + self.fee_nos

    @property
    def total_usd(self) -> Decimal | None:
        """What the deployer pays in USD, the fee included."""
        return None if self.host_usd is None or self.fee_usd is None else self.host_usd + self.fee_usd


def cost(*, price: int, seconds: int, usd_per_hour: Decimal | None, fee_percentage: Decimal | None) -> Cost:
    """Return what `seconds` of paid time cost at `price` micro-NOS per second, and at the node's USD rate per hour."""
    fee = DEFAULT_FEE_PERCENTAGE if fee_percentage is None else fee_percentage
    host_nos = nos(price, seconds)
    host_usd = None if usd_per_hour is None else usd_per_hour * seconds / SECONDS_PER_HOUR
    return Cost(
        seconds=seconds,
        nos_per_hour=nos_per_hour(price),
        usd_per_hour=usd_per_hour,
        fee_percentage=fee,
        host_nos=host_nos,
        fee_nos=host_nos * fee / 100,
        host_usd=host_usd,
        fee_usd=None if host_usd is None else host_usd * fee / 100,
    )


def nos(price: int, seconds: int) -> Decimal:
    """Return the NOS for `seconds` at `price` micro-NOS per second; with a job's timeout, its deposit."""
    return Decimal(price) * seconds / MICRO


def usd_per_nos(*, price: int, usd_per_hour: Decimal | None) -> Decimal | None:
    """Return what one NOS cost when the job was listed; None where its USD rate is not known, or it is free.

    The indexer works the rate out as price × NOS in USD at the listing × 3600, so that it leads back to it.
    """
    return None if usd_per_hour is None or not price else usd_per_hour / nos_per_hour(price)


def nos_per_hour(price: int) -> Decimal:
    """Return `price`, micro-NOS per second, as NOS per hour."""
    return nos(price, 3600)


def paid_seconds(*, started_at: datetime | None, ended_at: datetime | None, timeout: int) -> int:
    """Return the whole seconds a job is paid for: min(runtime, timeout), never below 0; 0 if it did not run."""
    if started_at is None or ended_at is None:
        return 0
    return max(0, min(int((ended_at - started_at).total_seconds()), timeout))
