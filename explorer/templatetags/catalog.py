"""Links to the catalog's pages of images and resources; {% load catalog %}."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django import template
from django.urls import get_script_prefix, reverse

from explorer.nosana import caching, credentials

register = template.Library()

#: Bytes of the longest name that is catalogued (jobs/contents.py).
LONGEST = 2000


@register.simple_tag
def image_url(reference: str | None) -> str:
    """Return the address of an image's page; "" for what is none, or is only known when the job runs."""
    return _page(get_script_prefix(), "jobs:image", reference) if reference and _is_name(reference) else ""


@register.simple_tag
def resource_url(type: str, key: str | None) -> str:
    """Return the address of a resource's page by type and name in the cache; "" for what is none."""
    return _page(get_script_prefix(), "jobs:resource", type, key) if key and _is_name(key) else ""


@register.simple_tag
def spec_url(spec: Any) -> str:
    """Return the address of a resource's page, for a resource as a market or a definition writes it; "" for none."""
    bare = credentials.without(spec)
    kind = bare.get("type") if isinstance(bare, dict) else None
    if not isinstance(bare, dict) or not isinstance(kind, str):
        return ""
    return str(resource_url(kind, caching.resource_key(bare)))


@lru_cache(maxsize=1000)  # the same few names stand on many pages
def _page(prefix: str, name: str, *parts: str) -> str:
    return reverse(name, args=parts)


def _is_name(text: str) -> bool:
    return "%%" not in text and len(text.encode("utf-8", "replace")) <= LONGEST
