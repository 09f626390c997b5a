"""What readiness answers: for each market what is there, what it costs, how it went before, and why it stands there."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from explorer.held import Status
from explorer.nosana.payloads import JsonObject

FITS, TOO_SMALL, UNKNOWN = "fits", "too_small", "unknown"


class ItemReadiness(NamedTuple):  # made a thousand times for an answer, faster than a dataclass
    """An image or resource of an op in a market: `status` against what every node there must have.

    `held` is the required name that decided it, "" without one; `nodes_holding` counts the free nodes that have it.
    """

    op: str
    kind: str  # image, resource
    name: str
    status: Status
    reason: str
    held: str
    nodes_holding: int

    def as_json(self) -> JsonObject:
        """Return the item as `POST /api/readiness` answers it."""
        return {
            "op": self.op,
            "kind": self.kind,
            "name": self.name,
            "status": self.status.value,
            "reason": self.reason,
            "nodes_holding": self.nodes_holding,
        }


@dataclass(frozen=True, slots=True)
class Price:
    """What the timeout costs at most: the node's share in NOS and USD, and the network's fee on top of it.

    None where the market's price, or its price in USD, is not known.
    """

    nos: Decimal | None
    usd: Decimal | None
    fee_nos: Decimal | None
    fee_usd: Decimal | None

    @property
    def total_usd(self) -> Decimal | None:
        """What the deployer pays at most, in USD."""
        return None if self.usd is None or self.fee_usd is None else self.usd + self.fee_usd

    def as_json(self) -> JsonObject:
        """Return the price in numbers."""
        named = {"nos": self.nos, "usd": self.usd, "fee_usd": self.fee_usd, "fee_nos": self.fee_nos}
        return {name: None if amount is None else float(amount) for name, amount in named.items()}


@dataclass(frozen=True, slots=True)
class MarketReadiness:
    """A market's answer. Times in seconds, shares from 0 to 1; None where nothing is known.

    `nodes_warm` are the free nodes that hold every item. `success_share`, of `runs`, and `start_delay_s`, from listing
    until the first op ran (the median), are those of the definition's images in this market, lately.
    """

    address: str
    slug: str
    name: str
    rank: int
    summary: str
    reasons: tuple[str, ...]
    nodes_free: int | None
    nodes_warm: int | None
    jobs_waiting: int | None
    median_wait_s: float | None
    runs: int
    success_share: float | None
    start_delay_s: float | None
    price: Price
    vram: str  # fits, too_small, unknown
    vram_reason: str
    items: tuple[ItemReadiness, ...]

    def count(self, status: Status) -> int:
        """Return how many items have a status."""
        return sum(item.status is status for item in self.items)

    def as_json(self) -> JsonObject:
        """Return the market as `POST /api/readiness` answers it."""
        return {
            "address": self.address,
            "slug": self.slug,
            "name": self.name,
            "rank": self.rank,
            "summary": self.summary,
            "reasons": [*self.reasons],
            "nodes_free": self.nodes_free,
            "nodes_warm": self.nodes_warm,
            "jobs_waiting": self.jobs_waiting,
            "median_wait_s": self.median_wait_s,
            "runs": self.runs,
            "success_share": self.success_share,
            "start_delay_s": self.start_delay_s,
            "price": self.price.as_json(),
            "vram": self.vram,
            "vram_reason": self.vram_reason,
            "items": [item.as_json() for item in self.items],
        }


@dataclass(frozen=True, slots=True)
class Readiness:
    """The markets, best first, for a timeout in seconds."""

    timeout: int
    markets: tuple[MarketReadiness, ...]

    def as_json(self) -> JsonObject:
        """Return what `POST /api/readiness` answers."""
        return {"timeout": self.timeout, "markets": [market.as_json() for market in self.markets]}
