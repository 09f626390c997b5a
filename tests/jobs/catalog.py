"""Rows of the catalog for tests: images and resources, jobs that use them, nodes that hold them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from markets import catalog
from markets.models import CachedImage, CachedResource, Image, Market, Node, Resource
from tests.markets import factories


def make_image(reference: str, **facts: Any) -> Image:
    """Catalogue an image, or give the one of that reference these facts."""
    number = catalog.image_ids([reference])[reference]
    Image.objects.filter(pk=number).update(**{"reference": reference, **facts})
    return Image.objects.get(pk=number)


def make_resource(type: str, key: str, **facts: Any) -> Resource:
    """Catalogue a resource, or give the one of that name these facts."""
    number = catalog.resource_ids([(type, key)])[type, key]
    Resource.objects.filter(pk=number).update(**{"type": type, **facts})
    return Resource.objects.get(pk=number)


def use(market: Market, name: object, *entries: Image | Resource, **facts: Any) -> None:
    """Create a job that ended with success a minute ago after eight, unless `facts` say otherwise, with the entries."""
    factories.make_finished(
        market,
        name,
        **{
            "image_ids": [entry.pk for entry in entries if isinstance(entry, Image)],
            "resource_ids": [entry.pk for entry in entries if isinstance(entry, Resource)],
            "started_at": timezone.now() - timedelta(minutes=9),
            **facts,
        },
    )


def hold(node: Node, entry: Image | Resource, **facts: Any) -> None:
    """Let a node hold an entry that a job used an hour ago."""
    row = {"node": node.pk, "used_at": timezone.now() - timedelta(hours=1), **facts}
    if isinstance(entry, Image):
        CachedImage.objects.create(image=entry, **row)
    else:
        CachedResource.objects.create(resource=entry, **row)
