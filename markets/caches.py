"""What a node holds, entry by entry, as its page shows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.utils import timezone

from explorer import images
from explorer.held import tag_of
from explorer.nosana import caching
from markets import effective
from markets.models import CachedImage, CachedResource, CacheReport, Node
from markets.models.cache import KEPT, end_of

#: How many entries a page shows; what a node must hold, and what it used last, come first.
SHOWN: Final = 200
_IMAGE: Final = "Image"


@dataclass(frozen=True, slots=True)
class CacheRow:
    """Something that a node holds. `kind` is Image, or the type of a resource ("" where nobody told it).

    `until` is None for what it must hold.
    """

    kind: str
    name: str
    is_required: bool = False
    used_at: datetime | None = None
    reported_at: datetime | None = None

    @property
    def is_image(self) -> bool:
        """Whether it is an image, not a resource."""
        return self.kind == _IMAGE

    @property
    def image(self) -> images.Image | None:
        """The parsed reference; None for a resource, and where it cannot be parsed."""
        return images.parse(self.name) if self.is_image else None

    @property
    def origins(self) -> list[str]:
        """Why it is believed to be there: required, used, reported."""
        facts = {"required": self.is_required, "used": self.used_at, "reported": self.reported_at}
        return [origin for origin, fact in facts.items() if fact]

    @property
    def until(self) -> datetime | None:
        """When it goes, 24 hours after its last use; the latest that is possible where no use is known."""
        return None if self.is_required else end_of(self.used_at, self.reported_at)


@dataclass(frozen=True, slots=True)
class Cache:
    """A node's cache. `report` is its own answer, None if it was never asked."""

    rows: list[CacheRow]
    total: int
    required: int
    report: CacheReport | None


def cache_of(node: Node) -> Cache:
    """Return what a node holds: what its market requires, what its jobs used, what it says itself; six queries."""
    report = _answer(node)
    rows = [*_confirmed(_known(node).values(), report)] if report else [*_known(node).values()]
    rows.sort(key=_order)
    return Cache(rows[:SHOWN], len(rows), sum(row.is_required for row in rows), report)


def _order(row: CacheRow) -> tuple[bool, float, bool, str, str]:
    return not row.is_required, -(row.until.timestamp() if row.until else 0), not row.is_image, row.kind, row.name


def _known(node: Node) -> dict[tuple[bool, str], CacheRow]:
    """Return what the market requires and what jobs used, by kind and name."""
    found: dict[tuple[bool, str], CacheRow] = {}
    for row in _required(node):
        found[row.is_image, row.name] = row
    used = CachedImage.objects.held().filter(node=node.pk, used_at__isnull=False)
    for name, at in used.values_list("image__reference", "used_at"):
        found[True, name] = replace(found.get((True, name), CacheRow(_IMAGE, name)), used_at=at)
    models = CachedResource.objects.held().filter(node=node.pk, used_at__isnull=False)
    for kind, name, at in models.values_list("resource__type", "resource__key", "used_at"):
        found[False, name] = replace(found.get((False, name), CacheRow(kind, name)), used_at=at)
    return found


def _required(node: Node) -> Iterator[CacheRow]:
    for served in effective.served(node.market) if node.market else ():
        entry = served.entry
        if served.is_hidden:
            continue
        if entry.spec is None:
            yield CacheRow(_IMAGE, entry.identity, is_required=True)
        else:
            yield CacheRow(entry.type, caching.resource_key(entry.spec) or entry.name, is_required=True)


def _answer(node: Node) -> CacheReport | None:
    """Return what a node says of itself, without the names where it said them over a day ago."""
    report = CacheReport.objects.filter(pk=node.pk).first()
    if report and report.reported_at and timezone.now() - report.reported_at >= KEPT:
        report.images, report.volumes = [], []
    return report


def _confirmed(rows: Iterable[CacheRow], report: CacheReport) -> Iterator[CacheRow]:
    """Yield the rows, those that an answer names with its time, then what nothing but the answer names."""
    left = {True: dict.fromkeys(report.images), False: dict.fromkeys(report.volumes)}
    for row in rows:
        said = [name for name in _names(row) if name in left[row.is_image]]
        yield replace(row, reported_at=report.reported_at) if said else row
    taken = {(row.is_image, name) for row in rows for name in _names(row)}
    for is_image, names in left.items():
        for name in names:
            if (is_image, name) not in taken:
                yield CacheRow(_IMAGE if is_image else "", name, reported_at=report.reported_at)


def _names(row: CacheRow) -> set[str]:
    """Return the names under which a node's answer may have an entry."""
    return {row.name, tag_of(row.name), *caching.image_names(row.name)} if row.is_image else {row.name}
