"""What every page's frame shows: the network's name and how fresh the data is."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from explorer.kept import kept
from explorer.sources import health

_health = kept(health)


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return the frame's context; one query, made only if the template reads `sync`, and kept."""
    return {"network": settings.NETWORK, "sync": SimpleLazyObject(_health)}
