"""The numbers of catalogued images and resources; those not seen before are catalogued."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from explorer import images
from markets.models import Image, Resource


def image_ids(references: Iterable[str]) -> dict[str, int]:
    """Return the number of each image by its reference, as it was written; one query, three more with a new one.

    An index takes no reference of more than 2,700 bytes; jobs/contents.py leaves out longer ones.
    """
    wanted = sorted(set(references))
    found = _images(wanted)
    if new := [reference for reference in wanted if reference not in found]:
        Image.objects.bulk_create([image_of(reference) for reference in new], ignore_conflicts=True)
        found |= _images(new)
    return found


def resource_ids(pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Return the number of each resource by type and cache key; one query, three more with a new one."""
    wanted = sorted(set(pairs))
    found = _resources(wanted)
    if new := [pair for pair in wanted if pair not in found]:
        rows = [Resource(type=kind, key=key) for kind, key in new]
        Resource.objects.bulk_create(rows, ignore_conflicts=True)
        found |= _resources(new)
    return found


def _images(references: list[str]) -> dict[str, int]:
    return dict(Image.objects.filter(reference__in=references).values_list("reference", "id")) if references else {}


def image_of(reference: str) -> Image:
    """Return the row of an image that is not catalogued yet, not saved."""
    parsed = images.parse(reference)
    if parsed is None:
        return Image(reference=reference)
    tag = parsed.tag or ("" if parsed.digest else "latest")
    return Image(
        reference=reference,
        registry=parsed.registry,
        repository=parsed.repository,
        tag=tag,
        digest=parsed.digest,
    )


def _resources(pairs: list[tuple[str, str]]) -> dict[tuple[str, str], int]:
    if not pairs:
        return {}
    either = Q(type__in={kind for kind, _ in pairs}, key__in=[key for _, key in pairs])
    wanted = set(pairs)
    rows = Resource.objects.filter(either).values_list("type", "key", "id")
    return {(kind, key): number for kind, key, number in rows if (kind, key) in wanted}
