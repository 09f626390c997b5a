"""Whole page or fragment: the one place that decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django_htmx.middleware import HtmxDetails


class HtmxHttpRequest(HttpRequest):
    """A request with django-htmx's details."""

    htmx: HtmxDetails


def render_page(
    request: HtmxHttpRequest, template: str, context: Mapping[str, Any], *, partial: str, status: int = 200
) -> HttpResponse:
    """Render the whole page, or only its `partial` when htmx asked for a part; caches are told to keep both apart."""
    is_partial = bool(request.htmx) and not request.htmx.boosted
    name = f"{template}#{partial}" if is_partial else template
    response = render(request, name, {**context, "is_partial": is_partial}, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response
