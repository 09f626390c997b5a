"""What a filter names, as jobs and definitions have it: places, images, resources, types of ops."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Q

from explorer import images
from explorer.kept import kept
from markets.models import Image, Market, Resource


def places(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Return the addresses and trigger asked for, as filter() takes them."""
    found = {name: wanted[name] for name in ("node", "deployer", "payer", "trigger") if name in wanted}
    markets = markets_of(wanted)
    if markets is None:
        return found
    return {**found, "market": markets[0]} if len(markets) == 1 else {**found, "market__in": markets}


def markets_of(wanted: Mapping[str, Any]) -> list[str] | None:
    """Return the addresses of the markets that a filter leaves, by market and GPU; None for all. A query for a GPU."""
    markets: set[str] | None = set(wanted["market"]) if "market" in wanted else None
    if "gpu" in wanted:
        with_it = set(markets_with(wanted["gpu"]))
        markets = with_it if markets is None else markets & with_it
    return None if markets is None else sorted(markets)


def contents(wanted: Mapping[str, Any]) -> Iterator[Q]:
    """Yield the conditions on an image, a resource and an op type: of jobs and of definitions the same."""
    if "image" in wanted:
        yield Q(image_ids__overlap=image_ids(wanted["image"]))
    if "resource" in wanted:
        yield Q(resource_ids__overlap=resource_ids(wanted["resource"]))
    if "op_type" in wanted:
        yield Q(op_types__contains=[wanted["op_type"]])


@kept
def markets_with(gpu: str) -> list[str]:
    """Return the addresses of markets with a GPU whose name holds this text; one query, kept."""
    found = Market.objects.exclude(gpu_types=[]).values_list("pk", "gpu_types")
    return [pk for pk, names in found if any(gpu.casefold() in name.casefold() for name in names)]


@kept
def image_ids(text: str) -> list[int]:
    """Return the catalog's numbers of an image, however it is written; all tags of it where none is; one query."""
    return list(Image.objects.filter(images_named(text)).order_by("pk").values_list("pk", flat=True))


def images_named(text: str) -> Q:
    """Return the condition of the images that a text names, however it is written; all tags of it where none is."""
    image = images.parse(text)
    if image is None:
        return Q(reference=text)
    if image.tag or image.digest:
        return Q(repository=image.repository, registry=image.registry, tag=image.tag, digest=image.digest)
    return Q(repository=image.repository, registry=image.registry)


@kept
def resource_ids(text: str) -> list[int]:
    """Return the catalog's numbers of a resource by "type:key", or by its key alone; one query."""
    kind, _, key = text.partition(":")
    named = Q(key=text) | Q(type__iexact=kind, key=key)
    return list(Resource.objects.filter(named).order_by("pk").values_list("pk", flat=True))
