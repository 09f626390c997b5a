"""What a node held when it took a job, told from what its market required and what its jobs used in the day before."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Min, Q, QuerySet

from explorer.held import HeldImages, HeldResource, HeldResources
from jobs.models import Job
from jobs.ops import Held
from markets.models import Image, RequiredImage, RequiredResource, Resource
from markets.models.cache import KEPT

#: A job that used something in the day before was listed no longer ago than this: a timeout is a few days at most.
_REACH: Final = timedelta(days=8)
#: No node runs more jobs in a day that anybody would look at.
_MOST: Final = 500


def held_by_node(job: Job) -> Held | None:
    """Return what the job's node held when it took it; None while none did. At most six queries."""
    if not job.node or job.started_at is None:
        return None
    images, resources = _used(job, job.started_at)
    references = dict(Image.objects.filter(pk__in=images).values_list("pk", "reference")) if images else {}
    kept = list(Resource.objects.filter(pk__in=resources).values_list("pk", "type", "key")) if resources else []
    first_read = _first_read(job.market_id)
    at = max(job.started_at, first_read or job.started_at)
    required = _then(RequiredImage.objects.all(), job.market_id, at).values_list("reference", flat=True)
    specs = _then(RequiredResource.objects.all(), job.market_id, at).values_list("spec", flat=True)
    return Held(
        at=job.started_at,
        read_at=at,
        required_images=HeldImages(required),
        required_resources=HeldResources(filter(None, map(HeldResource.of, specs))),
        used_images=HeldImages(references.values()),
        used_resources=HeldResources(HeldResource(kind, key) for _, kind, key in kept),
        uses={references[number]: at for number, at in images.items() if number in references}
        | {key: resources[number] for number, _, key in kept},
    )


def _first_read(market: str) -> datetime | None:
    """Return when the explorer first read what a market requires, as far back as its list is known; one query."""
    found: datetime | None = RequiredImage.objects.filter(market=market).aggregate(first=Min("since"))["first"]
    return found


def _then(rows: QuerySet[Any], market: str, at: datetime) -> QuerySet[Any]:
    """Return what the network required of a market's nodes at a moment."""
    return rows.filter(Q(removed_at=None) | Q(removed_at__gt=at), market=market, since__lte=at)


def _used(job: Job, at: datetime) -> tuple[dict[int, datetime], dict[int, datetime]]:
    """Return the numbers of images and resources that the node's jobs used in the day before, and when last."""
    before = Job.objects.filter(node=job.node, phase__in=(1, 2), order_at__range=(at - _REACH, at)).exclude(pk=job.pk)
    rows = before.filter(started_at__lt=at).exclude(ended_at__lt=at - KEPT).order_by("-order_at")[:_MOST]
    images: dict[int, datetime] = {}
    resources: dict[int, datetime] = {}
    for used_images, used_resources, ended_at in rows.values_list("image_ids", "resource_ids", "ended_at"):
        last = min(ended_at or at, at)
        _note(images, used_images, last)
        _note(resources, used_resources, last)
    return images, resources


def _note(found: dict[int, datetime], numbers: Iterable[int], at: datetime) -> None:
    for number in numbers:
        found[number] = max(found.get(number, at), at)
