"""Images and resources that the network was seen to use, for the form's suggestions."""

from __future__ import annotations

from typing import Final

from explorer.kept import kept
from jobs.builder.form.suggesting import Datalists
from markets.models import Image, Resource

_IMAGES: Final = 150
_RESOURCES: Final = 60


@kept
def network_lists() -> Datalists:
    """Return the images and resources that most jobs have; four queries by an index, kept for a moment."""
    images = Image.objects.order_by("-jobs", "-id").values_list("reference", flat=True)[:_IMAGES]
    return Datalists(
        images=tuple(images),
        repositories=_keys("HF"),
        s3=_keys("S3"),
        ollama=_keys("Ollama"),
    )


def _keys(kind: str) -> tuple[str, ...]:
    found = Resource.objects.filter(type=kind).order_by("-jobs", "-id")
    return tuple(found.values_list("key", flat=True)[:_RESOURCES])
