"""What a market demands of its nodes, ready for its page and for the network's own contract."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.db.models import Count

from explorer import images
from explorer.nosana import credentials
from explorer.nosana.payloads import JsonObject, JsonValue
from markets.models import Market, RequiredImage, RequiredResource

#: How many entries that are no longer required a page shows.
GONE_SHOWN = 20
#: Fields of a resource that its name or type column already says.
_SAID = {"type", "url", "repo", "model"}


@dataclass(frozen=True, slots=True)
class Where:
    """In how many of the listed markets an entry is required, this one included."""

    markets: int
    of: int

    def __str__(self) -> str:
        if self.markets >= self.of > 1:
            return "every market"
        return "only here" if self.markets <= 1 else f"{self.markets} of {self.of} markets"


@dataclass(frozen=True, slots=True)
class ImageRow:
    """A required image; `image` is None where the reference cannot be parsed."""

    entry: RequiredImage
    image: images.Image | None
    where: Where


@dataclass(frozen=True, slots=True)
class ResourceRow:
    """A required model or file set: what it is called, a link if that is a web address, and everything else said."""

    entry: RequiredResource
    link: str
    details: tuple[tuple[str, str], ...]
    where: Where


@dataclass(frozen=True, slots=True)
class Required:
    """What a market demands now, and what it no longer does, newest first."""

    images: list[ImageRow]
    resources: list[ResourceRow]
    gone: list[RequiredImage | RequiredResource]

    @property
    def count(self) -> int:
        """How many entries a node must keep."""
        return len(self.images) + len(self.resources)


def required(market: Market) -> Required:
    """Return a market's required entries with where else they are required; seven queries."""
    of = Market.objects.filter(is_listed=True).exclude(pk=market.pk).count() + 1
    others = _image_counts(market)
    image_rows = [
        ImageRow(entry, images.parse(entry.reference), Where(others[images.identity(entry.reference)] + 1, of))
        for entry in market.required_images.filter(removed_at=None)
    ]
    elsewhere = _resource_counts(market)
    resource_rows = [
        ResourceRow(entry, _link(entry.name), _details(entry.spec), Where(elsewhere[(entry.type, entry.name)] + 1, of))
        for entry in market.required_resources.filter(removed_at=None)
    ]
    return Required(image_rows, resource_rows, _gone(market))


def contract(market: Market) -> JsonObject:
    """Return the list as the network's own endpoint serves it, without credentials; two queries."""
    references = market.required_images.filter(removed_at=None).values_list("reference", flat=True)
    specs = market.required_resources.filter(removed_at=None).values_list("spec", flat=True)
    return {
        "required_images": list(references),
        "required_remote_resources": [credentials.without(spec) for spec in specs],
    }


def is_known(market: Market) -> bool:
    """Say whether any answer about the market's list has been stored; at most two queries."""
    return market.required_at is not None or market.required_images.exists() or market.required_resources.exists()


def _image_counts(market: Market) -> dict[Hashable, int]:
    """Return in how many other listed markets each image is required, under any of its names; one query."""
    rows = RequiredImage.objects.filter(removed_at=None, market__is_listed=True).exclude(market=market)
    found: dict[Hashable, set[str]] = defaultdict(set)
    for address, reference in rows.order_by().values_list("market_id", "reference"):
        found[images.identity(reference)].add(address)
    return defaultdict(int, {identity: len(addresses) for identity, addresses in found.items()})


def _resource_counts(market: Market) -> dict[Hashable, int]:
    """Return in how many other listed markets each resource is required, by what a node keys it by; one query."""
    rows = RequiredResource.objects.filter(removed_at=None, market__is_listed=True).exclude(market=market)
    counted = rows.order_by().values_list("type", "name").annotate(Count("market", distinct=True))
    return defaultdict(int, {(kind, name): markets for kind, name, markets in counted})


def _gone(market: Market) -> list[RequiredImage | RequiredResource]:
    """Return what was required once and is not now; two queries."""
    past: list[Any] = []
    for entries in (market.required_images, market.required_resources):
        past += entries.exclude(removed_at=None).order_by("-removed_at")[:GONE_SHOWN]
    return sorted(past, key=lambda entry: entry.removed_at, reverse=True)[:GONE_SHOWN]


def _link(name: str) -> str:
    """Return the name if it is a web address, else an empty text."""
    try:
        return name if urlsplit(name).scheme in {"http", "https"} else ""
    except ValueError:
        return ""


def _details(spec: JsonObject) -> tuple[tuple[str, str], ...]:
    """Return what else an entry says, field by field, without credentials."""
    bare = credentials.without(spec)
    fields = bare.items() if isinstance(bare, dict) else ()
    return tuple((name, _plain(value)) for name, value in fields if name not in _SAID)


def _plain(value: JsonValue) -> str:
    """Return a value as a person reads it: texts as they are, a list of texts with commas, the rest as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ", ".join(map(str, value))
    return json.dumps(value, ensure_ascii=False)
