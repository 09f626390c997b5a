"""The catalog's lists: every image and every resource that a market required or a job used, with their figures."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Count, Q, QuerySet

from explorer import images
from markets.models import Image, Resource

Entry = TypeVar("Entry", Image, Resource)

#: What the values of the filter's "use" mean.
_USES = {
    "": Q(),
    "required": Q(markets__gt=0),
    "used": Q(jobs__gt=0),
    "candidate": Q(jobs__gt=0, markets=0),
    "unused": Q(jobs=0, markets__gt=0),
}


def image_list(*, q: str, registry: str, use: str) -> QuerySet[Image]:
    """Return the images that match: by any part of the reference, or as another name of the same image."""
    found = Image.objects.filter(_USES[use])
    if registry:
        found = found.filter(registry=registry)
    return found.filter(_names_image(q)) if q else found


def resource_list(*, q: str, type: str, use: str) -> QuerySet[Resource]:
    """Return the resources that match by any part of what a node keeps them under."""
    found = Resource.objects.filter(_USES[use])
    if type:
        found = found.filter(type=type)
    return found.filter(key__icontains=q) if q else found


def _names_image(text: str) -> Q:
    here = Q(reference__icontains=text)
    image = images.parse(text)
    return here | Q(registry=image.registry, repository=image.repository) if image else here


def commonest(model: type[Entry], column: str, limit: int = 50) -> list[str]:
    """Return the values of a text column that most entries have, in their own order; one query."""
    counted = model._default_manager.exclude(**{column: ""}).order_by().values(column).annotate(entries=Count("pk"))
    return sorted(row[column] for row in counted.order_by("-entries", column)[:limit])
