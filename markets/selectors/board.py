"""The list of markets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from markets.models import Market, MarketRecord, Node, RequiredImage, RequiredResource
from markets.selectors.history import busy_shares
from markets.selectors.sums import Success, success_lately, sums


@dataclass(frozen=True, slots=True)
class MarketRow:
    """A market with what a list says of it."""

    market: Market
    running: int
    nodes: int
    success: Success
    images: int
    resources: int
    median_wait_s: float | None = None  # of the jobs that started in the last 7 days
    busy_share: float | None = None  # of the nodes there in the last 7 days, as seen

    @property
    def demand(self) -> int | None:
        """Waiting jobs as a positive number, free nodes as a negative one; None while the queue is not known."""
        if self.market.jobs_waiting is None or self.market.nodes_free is None:
            return None
        return self.market.jobs_waiting - self.market.nodes_free


_SORT_KEYS: dict[str, Callable[[MarketRow], Any]] = {
    "name": lambda row: row.market.name.casefold() or None,
    "gpu": lambda row: " ".join(row.market.gpu_types).casefold() or None,
    "vram": lambda row: row.market.lowest_vram_gb,
    "type": lambda row: row.market.type or None,
    "usd": lambda row: row.market.usd_per_hour,
    "nos": lambda row: row.market.nos_per_hour,
    "queue": lambda row: row.demand,
    "running": lambda row: (row.running, row.demand or 0),
    "nodes": lambda row: row.nodes,
    "success": lambda row: row.success.share,
    "wait": lambda row: row.median_wait_s,
    "busy": lambda row: row.busy_share,
    "required": lambda row: row.images + row.resources,
    "refreshed": lambda row: row.market.required_at,
}


def board(*, q: str, type: str, sort: str, is_whole: bool = False) -> list[MarketRow]:
    """Return the markets that match, sorted by a name of `_SORT_KEYS`, "-" before it for largest first.

    Six queries; with `is_whole` two more, for how long jobs waited and how busy nodes were.
    """
    markets = list(Market.objects.worth_showing().of_type(type).matching(q).by_name())
    running = dict(sums("market", "ever").values_list("key", "running"))
    nodes = _counts(Node.objects.exclude(market=None))
    images = _counts(RequiredImage.objects.filter(removed_at=None))
    resources = _counts(RequiredResource.objects.filter(removed_at=None))
    success = success_lately()
    waits = dict(MarketRecord.objects.values_list("market", "median_wait_s")) if is_whole else {}
    busy = busy_shares() if is_whole else {}
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


def _counts(queryset: QuerySet[Any]) -> dict[str, int]:
    """Return how many rows each market has; one query."""
    return dict(queryset.order_by().values_list("market").annotate(Count("pk")))
