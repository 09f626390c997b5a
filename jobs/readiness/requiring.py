"""What the markets require of their nodes, ready to be matched: the rule of markets/effective.py, for many at once.

An answer needs only the names, of forty markets that mostly require the same: rows come grouped by entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import QuerySet

from explorer.held import HeldImages, HeldResource, HeldResources
from explorer.nosana.payloads import JsonObject
from markets.choices import Decision, EntryKind
from markets.models import Curated, RequiredImage, RequiredResource

#: Decisions that put an entry into the list, whether or not the network lists it.
_KEEPING: Final = (Decision.ADD, Decision.PIN)


class Required(NamedTuple):
    """What every node of a market must have; `curated` are the names of what only curators of ours demand."""

    images: HeldImages
    resources: HeldResources
    curated: frozenset[str]


def required_in(markets: list[str]) -> dict[str, Required]:
    """Return what each market requires, curators' decisions applied; three queries, whatever the number."""
    names: dict[str, dict[str, bool]] = {market: {} for market in markets}
    kept: dict[str, dict[str, tuple[HeldResource | None, bool]]] = {market: {} for market in markets}
    decided = _decided(markets)
    for reference, listing in _grouped(RequiredImage.objects.all(), markets, "reference"):
        for market in listing:
            names[market][reference] = False
    for digest, spec, listing in _grouped(RequiredResource.objects.all(), markets, "digest", "spec"):
        held = HeldResource.of(spec)
        for market in listing:
            kept[market][digest] = held, False
    for market, kind, identity, decision, spec in decided:
        found: dict[str, Any] = names[market] if kind == EntryKind.IMAGE else kept[market]
        if decision == Decision.HIDE:
            found.pop(identity, None)
        elif decision in _KEEPING and identity not in found:
            found[identity] = True if kind == EntryKind.IMAGE else (HeldResource.of(spec or {}), True)
    return {market: _required(names[market], kept[market].values()) for market in markets}


def _grouped(rows: QuerySet[Any], markets: list[str], *columns: str) -> Iterable[Any]:
    """Return each entry that the network lists, with the markets that it lists it for; one query."""
    current = rows.filter(market__in=markets, removed_at=None).order_by(*columns[:1])
    found: Iterable[Any] = current.values_list(*columns).annotate(markets=ArrayAgg("market_id"))
    return found


def _decided(markets: list[str]) -> Iterable[tuple[str, str, str, str, JsonObject | None]]:
    rows = Curated.objects.filter(market__in=markets).exclude(decision=Decision.NOTE).order_by("id")
    return rows.values_list("market_id", "kind", "identity", "decision", "spec")


def _required(names: Mapping[str, bool], kept: Iterable[tuple[HeldResource | None, bool]]) -> Required:
    resources = [(resource, is_ours) for resource, is_ours in kept if resource is not None]
    ours = {name for name, is_ours in names.items() if is_ours}
    ours |= {resource.key for resource, is_ours in resources if is_ours}
    return Required(_images(tuple(names)), _resources(tuple(one for one, _ in resources)), frozenset(ours))


@lru_cache(maxsize=512)
def _images(references: tuple[str, ...]) -> HeldImages:
    return HeldImages(references)


@lru_cache(maxsize=512)
def _resources(kept: tuple[HeldResource, ...]) -> HeldResources:
    return HeldResources(kept)
