"""Which nodes likely hold an image or a resource now: those that used it in the last day, and those that must."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, Count, F, Q, Value, When

from markets import selectors
from markets.models import CachedImage, CachedResource, Market, Node, Resource
from markets.models.cache import CachedEntry, CachedQuerySet
from markets.selectors import NodeRow

#: So many nodes are shown.
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Holder:
    """A node that likely holds an entry. `until` is None where its market requires it, which has no end."""

    row: NodeRow
    used_at: datetime | None
    reported_at: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Holders:
    """Who holds an entry, and how many: those shown are last used first, then those that only must, free first."""

    rows: Sequence[Holder]
    total: int
    free: int


def image_holders(numbers: Collection[int], markets: Collection[str]) -> Holders:
    """Return the nodes that used one of the images lately or are in these markets, which require it; seven queries."""
    return _holders(CachedImage.objects.filter(image__in=numbers), markets)


def resource_holders(resource: Resource, markets: Collection[str]) -> Holders:
    """Return the nodes that used the resource lately or are in these markets, which require it; seven queries."""
    return _holders(CachedResource.objects.filter(resource_id=resource.pk), markets)


def _holders(cached: CachedQuerySet[Any], markets: Collection[str]) -> Holders:
    held = cached.held()
    newest: dict[str, CachedEntry] = {}
    for entry in held.order_by(F("used_at").desc(nulls_last=True), "node")[: 2 * SHOWN]:
        if len(newest) < SHOWN:
            newest.setdefault(entry.node, entry)
    everyone = Node.objects.filter(Q(market__in=markets) | Q(address__in=held.values("node")))
    counted = everyone.aggregate(
        total=Count("pk"), free=Count("pk", filter=Q(address__in=Market.objects.nodes_in_line()))
    )
    found = {node.pk: node for node in Node.objects.filter(pk__in=newest).select_related("market")}
    nodes = [found[address] for address in newest if address in found]
    if len(nodes) < SHOWN and markets:
        others = Node.objects.filter(market__in=markets).exclude(pk__in=newest).select_related("market")
        nodes += others.order_by(_is_busy(), "-seen_at", "address")[: SHOWN - len(nodes)]
    rows = [_holder(row, newest.get(row.node.pk), markets) for row in selectors.node_rows(nodes)]
    return Holders(rows, counted["total"], counted["free"])


def _is_busy() -> Case:
    return Case(When(address__in=Market.objects.nodes_in_line(), then=Value(0)), default=Value(1))


def _holder(row: NodeRow, entry: CachedEntry | None, markets: Collection[str]) -> Holder:
    used_at, reported_at = (entry.used_at, entry.reported_at) if entry else (None, None)
    is_required = row.node.market_id in markets
    return Holder(row, used_at, reported_at, until=entry.until if entry and not is_required else None)
