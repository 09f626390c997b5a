"""What the market and node pages answer alike."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django_htmx.http import push_url

from explorer.htmx import HtmxHttpRequest, render_page
from explorer.paging import query_string
from explorer.text import shortened, visible
from markets import selectors
from markets.forms import ListFilter
from markets.models import Market


def list_page(request: HtmxHttpRequest, template: str, form: ListFilter, context: dict[str, Any]) -> HttpResponse:
    """Render a list with its filter: 422 or 400 for values that cannot be used, and the filter's own URL for htmx."""
    shown = form.shown()
    context = {
        "form": form,
        "heads": form.heads(request.GET),
        "shown": {column.name for column in shown},
        "chosen": ",".join(column.name for column in form.chosen()),
        "top": query_string(request.GET).rstrip("?"),
        **context,
    }
    status = 200 if form.is_valid() else 422 if request.htmx else 400
    response = render_page(request, template, context, partial="rows", status=status)
    if request.htmx.trigger == "filter":
        push_url(response, f"{request.path}{context['top']}")
    return response


def market_or_404(key: str) -> Market:
    """Return the market with that address or slug, or say which one nobody knows; at most two queries."""
    market = selectors.find_market(key)
    if market is None:
        raise Http404(f"No market is known by the address or name “{named(key)}”.")
    return market


def named(key: str) -> str:
    """Return what a URL asked for, fit to be shown."""
    return shortened(visible(key), 100)
