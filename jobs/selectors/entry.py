"""The page of one image or resource: who requires it, who holds it, what its jobs did, and what is like it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from explorer import images
from explorer.held import HeldImages, Match, Status
from explorer.nosana import caching
from explorer.nosana.payloads import JsonObject
from jobs.selectors.holders import Holders, image_holders, resource_holders
from jobs.shapes import Some
from markets import catalog
from markets.choices import EntryKind
from markets.curation import Entry
from markets.effective import Served, served_in
from markets.models import Curated, Image, Market, RequiredImage, RequiredResource, Resource
from markets.models.record import ImageRecord

#: So many other names, tags and past demands are shown.
SHOWN = 20
#: One image has a handful of names, unless somebody plays; a market drops a handful of resources in a year.
NAMES_READ = 200
PAST_READ = 500
_MERGED = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*:/)(?=[^/])")


@dataclass(frozen=True, slots=True)
class Place:
    """A market that requires an entry, or where jobs with it ran lately.

    `served` and `match` are None where the market does not require it. `match` says whether a node takes what is
    required for what this page is about: it compares names, not contents. `record` is None where no such job ran.
    """

    market: Market
    served: Served | None = None
    match: Match | None = None
    record: ImageRecord | None = None

    @property
    def is_found(self) -> bool:
        """Whether every node of the market has it, under a name that counts."""
        return self.match is not None and self.match.status is Status.CACHED

    @property
    def decided(self) -> str:
        """What a curator did to the entry; "" where none did anything."""
        decision = self.served.decision if self.served else None
        return decision.get_decision_display().lower() if decision else ""

    @property
    def success(self) -> float | None:
        """The share of successes among the judged jobs with it that ran there lately; None without any."""
        judged = self.record.succeeded + self.record.failed if self.record else 0
        return self.record.succeeded / judged if self.record and judged else None


@dataclass(frozen=True, slots=True)
class Past:
    """A market that required an entry once."""

    market: Market
    name: str
    since: datetime
    removed_at: datetime


@dataclass(frozen=True, slots=True)
class Named:
    """Another name of the same image, and what a node that has it under that name does for the page's."""

    image: Image
    match: Match


@dataclass(frozen=True, slots=True)
class ImagePage:
    """All that an image's page shows besides its jobs. `parsed` is None where the reference is none."""

    image: Image
    parsed: images.Image | None
    places: Sequence[Place]
    past: Sequence[Past]
    holders: Holders
    names: Sequence[Named]
    tags: Some[Image]

    @property
    def requiring(self) -> int:
        """How many markets require it, under any name."""
        return sum(place.served is not None for place in self.places)


@dataclass(frozen=True, slots=True)
class ResourcePage:
    """All that a resource's page shows besides its jobs."""

    resource: Resource
    places: Sequence[Place]
    past: Sequence[Past]
    holders: Holders

    @property
    def requiring(self) -> int:
        """How many markets require it."""
        return len(self.places)

    @property
    def link(self) -> str:
        """Where it can be fetched from; "" where its name is no web address."""
        return self.resource.key if self.resource.key.startswith(("https://", "http://")) else ""


def find_image(reference: str) -> Image | None:
    """Return the image of that reference, to the letter; at most three queries.

    What a market requires since a moment ago is not catalogued yet: such a row is not saved.
    """
    if "\0" in reference:
        return None
    found = Image.objects.filter(reference=reference).first()
    if found is None and _is_listed(RequiredImage.objects.filter(reference=reference), identity=reference):
        return catalog.image_of(reference)
    return found


def find_resource(type: str, key: str) -> Resource | None:
    """Return the resource, also where a proxy made one slash of the two in a URL; at most two queries.

    What a market requires since a moment ago is not catalogued yet: such a row is not saved.
    """
    if "\0" in type + key:
        return None
    keys = {key, _MERGED.sub(r"\1/", key)}
    found = {row.key: row for row in Resource.objects.filter(type=type, key__in=keys)}
    if found:
        return found.get(key) or next(iter(found.values()))
    required = RequiredResource.objects.filter(type=type, removed_at=None).values_list("spec", flat=True)
    return Resource(type=type, key=key) if any(caching.resource_key(spec) == key for spec in required) else None


def _is_listed(required: QuerySet[RequiredImage], *, identity: str) -> bool:
    return required.exists() or Curated.objects.filter(kind=EntryKind.IMAGE, identity=identity).exists()


def image_page(image: Image) -> ImagePage:
    """Return an image's page; a constant number of queries."""
    names = _other_names(image)
    places = _image_places(image)
    taken = [image.pk or 0, *(name.image.pk for name in names if name.match.status is Status.CACHED)]
    past = [
        Past(row.market, row.reference, row.since, row.removed_at)
        for row in _past(RequiredImage.objects.filter(reference__contains=_name(image)))[:PAST_READ]
        if _is_same(image, row.reference)
    ]
    return ImagePage(
        image=image,
        parsed=images.parse(image.reference),
        places=places,
        past=past[:SHOWN],
        holders=image_holders(taken, [place.market.pk for place in places if place.is_found]),
        names=names[:SHOWN],
        tags=_tags(image),
    )


def resource_page(resource: Resource) -> ResourcePage:
    """Return a resource's page; a constant number of queries."""
    places = _resource_places(resource)
    past = [
        Past(row.market, row.name, row.since, row.removed_at)
        for row in _past(RequiredResource.objects.filter(type=resource.type))[:PAST_READ]
        if caching.resource_key(row.spec) == resource.key
    ]
    return ResourcePage(resource, places, past[:SHOWN], resource_holders(resource, [one.market.pk for one in places]))


def _image_places(image: Image) -> list[Place]:
    """Return the markets that require the image under any name, then those where jobs with it ran lately."""
    served = _served(
        RequiredImage.objects.filter(reference__contains=_name(image)),
        Curated.objects.filter(kind=EntryKind.IMAGE, identity__contains=_name(image)),
        lambda entry: entry.kind == EntryKind.IMAGE and _is_same(image, entry.identity),
    )
    records = {record.market_id: record for record in ImageRecord.objects.filter(image_id=image.pk)}
    return _places(served, lambda entry: _match(image, entry.identity), records)


def _name(image: Image) -> str:
    """Return what every name of an image has in it; the tables it is looked for in are small."""
    parsed = images.parse(image.reference)
    return parsed.name if parsed else image.reference


def _is_same(image: Image, reference: str) -> bool:
    return images.identity(reference) == images.identity(image.reference)


def _match(image: Image, held: str) -> Match:
    return HeldImages([held]).match(image.reference)


def _resource_places(resource: Resource) -> list[Place]:
    served = _served(
        RequiredResource.objects.filter(type=resource.type),
        Curated.objects.filter(kind=EntryKind.RESOURCE),
        lambda entry: entry.spec is not None and _keeps(entry.spec, resource),
    )
    return _places(served, lambda entry: Match(Status.CACHED, "Kept under this name.", resource.key), {})


def _keeps(spec: JsonObject, resource: Resource) -> bool:
    return spec.get("type") == resource.type and caching.resource_key(spec) == resource.key


def _served(
    required: QuerySet[Any], curated: QuerySet[Curated], is_wanted: Callable[[Entry], bool]
) -> dict[str, Served]:
    """Return what each market serves that is wanted, looked for where the network or a curator has it at all."""
    candidates = set(required.filter(removed_at=None).values_list("market", flat=True))
    candidates |= set(curated.values_list("market", flat=True))
    found: dict[str, Served] = {}
    for market, entries in served_in(sorted(candidates)).items():
        wanted = [one for one in entries if not one.is_hidden and is_wanted(one.entry)]
        if wanted:
            found[market] = min(wanted, key=lambda one: one.since)
    return found


def _places(served: dict[str, Served], match: Callable[[Entry], Match], records: dict[str, ImageRecord]) -> list[Place]:
    """Return the markets that require something first, each group by name."""
    markets = Market.objects.filter(pk__in={*served, *records}).by_name()
    pairs = [(market, served.get(market.pk)) for market in markets]
    places = [Place(market, one, match(one.entry) if one else None, records.get(market.pk)) for market, one in pairs]
    return sorted(places, key=lambda place: place.served is None)


def _past(required: QuerySet[Any]) -> QuerySet[Any]:
    return required.exclude(removed_at=None).select_related("market").order_by("-removed_at", "-id")


def _other_names(image: Image) -> list[Named]:
    """Return the catalogued references that name the same image, the most used first; one query."""
    if not image.repository:
        return []
    same = Image.objects.filter(
        registry=image.registry, repository=image.repository, tag=image.tag, digest=image.digest
    )
    rows = same.exclude(pk=image.pk).order_by("-jobs", "reference")[:NAMES_READ]
    return [Named(row, _match(image, row.reference)) for row in rows]


def _tags(image: Image) -> Some[Image]:
    """Return the other tags of the image's repository, the most used first; one query."""
    if not image.repository:
        return Some()
    rows = Image.objects.filter(registry=image.registry, repository=image.repository)
    others = list(rows.exclude(tag=image.tag, digest=image.digest).order_by("-jobs", "reference")[: SHOWN + 1])
    return Some(tuple(others[:SHOWN]), max(len(others) - SHOWN, 0))
