"""The list of markets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Count, QuerySet

from explorer.kept import kept
from markets.models import Market, MarketRecord, Node, RequiredImage, RequiredResource
from markets.selectors.history import busy_shares
from markets.selectors.sums import Success, success_lately, sums

#: What is read of a market, for a page and as JSON.
_SHOWN: Final = (
    "slug", "name", "type", "gpu_types", "lowest_vram_gb", "usd_reward_per_hour", "network_fee_percentage", "is_listed",
    "job_price", "queue_type", "queue", "required_at", "required_error",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class MarketNow:
    """A market with how much it does, and how that went lately."""

    market: Market
    running: int
    success: Success

    @property
    def demand(self) -> int | None:
        """Waiting jobs as a positive number, free nodes as a negative one; None while the queue is not known."""
        if self.market.jobs_waiting is None or self.market.nodes_free is None:
            return None
        return self.market.jobs_waiting - self.market.nodes_free


@dataclass(frozen=True, slots=True)
class MarketRow(MarketNow):
    """A market with what a list says of it."""

    nodes: int
    images: int
    resources: int
    median_wait_s: float | None  # of the jobs that started in the last 7 days
    busy_share: float | None  # of the nodes there in the last 7 days, as seen


_SORT_KEYS: dict[str, Callable[[MarketRow], Any]] = {
    "name": lambda row: row.market.name.casefold() or None,
    "gpu": lambda row: " ".join(row.market.gpu_types).casefold() or None,
    "vram": lambda row: row.market.lowest_vram_gb,
    "type": lambda row: row.market.type or None,
    "usd": lambda row: row.market.usd_per_hour,
    "nos": lambda row: row.market.nos_per_hour,
    "queue": lambda row: row.demand,
    "running": lambda row: _busy_and_wanted(row),
    "nodes": lambda row: row.nodes,
    "success": lambda row: row.success.share,
    "wait": lambda row: row.median_wait_s,
    "busy": lambda row: row.busy_share,
    "required": lambda row: row.images + row.resources,
    "refreshed": lambda row: row.market.required_at,
}


@kept
def busiest() -> list[MarketNow]:
    """Return all markets, the one with the most jobs running first; three queries, kept for a moment."""
    running, success = running_now(), success_now()
    markets = Market.objects.worth_showing().by_name().only(*_SHOWN)
    rows = [MarketNow(market, running.get(market.pk, 0), success.get(market.pk, Success())) for market in markets]
    return sorted(rows, key=_busy_and_wanted, reverse=True)


def _busy_and_wanted(row: MarketNow) -> tuple[int, int]:
    return row.running, row.demand or 0


# What the syncs wrote about all markets is the same on every page that names some, whatever is asked for.
success_now = kept(success_lately)
busy_now = kept(busy_shares)


@kept
def running_now() -> dict[str, int]:
    """Return how many jobs run in each market; one query, kept."""
    return dict(sums("market", "ever").values_list("key", "running"))


def board(*, q: str, type: str, sort: str) -> list[MarketRow]:
    """Return the markets that match, sorted by a name of `_SORT_KEYS`, "-" before it for largest first.

    Eight queries, all but one of which are kept for a moment.
    """
    markets = list(Market.objects.worth_showing().of_type(type).matching(q).by_name().only(*_SHOWN))
    running, success, waits, busy = running_now(), success_now(), _waits(), busy_now()
    nodes, (images, resources) = nodes_known(), _required()
    rows = [
        MarketRow(
            market=market,
            running=running.get(market.pk, 0),
            nodes=nodes.get(market.pk, 0),
            success=success.get(market.pk, Success()),
            images=images.get(market.pk, 0),
            resources=resources.get(market.pk, 0),
            median_wait_s=waits.get(market.pk),
            busy_share=busy.get(market.pk),
        )
        for market in markets
    ]
    return _sorted(rows, sort)


def _sorted(rows: list[MarketRow], sort: str) -> list[MarketRow]:
    """Return the rows in order; those without a value come last both ways, and ties stay as they were."""
    key = _SORT_KEYS[sort.removeprefix("-")]
    present = [row for row in rows if key(row) is not None]
    absent = [row for row in rows if key(row) is None]
    return sorted(present, key=key, reverse=sort.startswith("-")) + absent


@kept
def _waits() -> dict[str, float | None]:
    return dict(MarketRecord.objects.order_by().values_list("market", "median_wait_s"))


@kept
def nodes_known() -> dict[str, int]:
    """Return how many nodes each market has; one query, kept."""
    return _counts(Node.objects.exclude(market=None))


@kept
def _required() -> tuple[dict[str, int], dict[str, int]]:
    """Return how many required images and required resources each market has; two queries."""
    return (
        _counts(RequiredImage.objects.filter(removed_at=None)),
        _counts(RequiredResource.objects.filter(removed_at=None)),
    )


def _counts(queryset: QuerySet[Any]) -> dict[str, int]:
    """Return how many rows each market has; one query."""
    return dict(queryset.order_by().values_list("market").annotate(Count("pk")))
