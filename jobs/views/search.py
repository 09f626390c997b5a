"""The search."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from explorer.htmx import HtmxHttpRequest
from jobs.selectors import search as selectors


@require_safe
def search(request: HtmxHttpRequest) -> HttpResponse:
    """Go to the only hit; show several; say what was looked for when there is none. For htmx, the hits alone."""
    response = _under_the_field(request) if request.htmx and not request.htmx.boosted else _page(request)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _page(request: HtmxHttpRequest) -> HttpResponse:
    query = selectors.read(request.GET.get("q", ""), request.get_host())
    if not query.text:
        return render(request, "jobs/search.html", {"found": None})
    found = selectors.search(query)
    if found.only:
        return redirect(found.only)
    return render(request, "jobs/search.html", {"found": found}, status=200 if found.groups else 404)


def _under_the_field(request: HtmxHttpRequest) -> HttpResponse:
    query = selectors.read(request.GET.get("q", ""), request.get_host())
    found = selectors.search(query, selectors.FEW) if query.text else None
    return render(request, "jobs/_found.html", {"found": found})
