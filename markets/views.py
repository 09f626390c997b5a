"""Pages of markets and nodes."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe
from django_htmx.http import push_url

from explorer.htmx import HtmxHttpRequest, render_page
from explorer.nosana import base58
from explorer.paging import BadCursor, Page, capped_count, keyset_page, query_string
from explorer.text import shortened, visible
from markets import facts, required, selectors
from markets.forms import ListFilter, MarketFilter, NodeFilter
from markets.models import Market, Node


@require_safe
def market_list(request: HtmxHttpRequest) -> HttpResponseBase:
    """Show every market that is listed or has jobs."""
    form = MarketFilter(request.GET)
    rows = selectors.board(**form.cleaned_data) if form.is_valid() else []
    return _listing(request, "markets/list.html", form, {"rows": rows})


@require_safe
def market_page(request: HtmxHttpRequest, key: str) -> HttpResponseBase:
    """Show one market; a slug leads to its address."""
    market = selectors.find_market(key)
    if market is None:
        raise Http404(f"No market is known by the address or name “{_named(key)}”.")
    if market.address != key:
        return redirect(market)
    context: dict[str, Any] = {
        "market": market,
        "figures": selectors.figures(market),
        "queue": selectors.queue_of(market),
        "required": required.required(market),
        "rows": selectors.first_nodes(market),
        "on_chain": facts.on_chain(market),
        "is_open": facts.is_open(market),
        "listed": facts.listed(market),
        "twin": Market.objects.filter(pk=market.relation).first() if market.relation else None,
    }
    return render_page(request, "markets/market.html", context, partial="required")


@require_safe
def required_resources(request: HtmxHttpRequest, address: str) -> HttpResponseBase:
    """Serve a market's required resources under the network's own contract, errors included."""
    market = selectors.find_market(address)
    if market is None or market.address != address:
        return _json_error(404, "NotFound", f"No market is known by the address “{_named(address)}”.")
    if not required.is_known(market):
        return _json_error(503, "NotFetched", "The list of this market has not been fetched yet.")
    return JsonResponse(required.contract(market), json_dumps_params={"indent": 2, "ensure_ascii": False})


@require_safe
def node_list(request: HtmxHttpRequest) -> HttpResponseBase:
    """Show every node that was ever seen at work, a page at a time."""
    form = NodeFilter(request.GET)
    page: Page[Node] = Page([], None, None)
    count = None
    if form.is_valid():
        found = selectors.nodes(**form.wanted())
        try:
            page, count = keyset_page(found, form.order(), request.GET), capped_count(found)
        except BadCursor as error:
            raise BadRequest(str(error)) from error
    context = {"page": page, "rows": selectors.node_rows(page.rows), "count": count}
    return _listing(request, "markets/nodes.html", form, context)


@require_safe
def node_page(request: HtmxHttpRequest, address: str) -> HttpResponseBase:
    """Show one node."""
    node = Node.objects.select_related("market").filter(pk=address).first() if base58.is_address(address) else None
    if node is None:
        raise Http404(f"No node with the address “{_named(address)}” has been seen at work.")
    context = {
        "node": node,
        "row": selectors.node_rows([node])[0],
        "places": selectors.places_of(node.pk),
        "required": required.required(node.market) if node.market else None,
        "machine": facts.machine(node),
    }
    return render_page(request, "markets/node.html", context, partial="now")


def _listing(request: HtmxHttpRequest, template: str, form: ListFilter, context: dict[str, Any]) -> HttpResponse:
    """Render a list with its filter: 422 or 400 for values that cannot be used, and the filter's own URL for htmx."""
    context = {"form": form, "heads": form.heads(request.GET), **context}
    status = 200 if form.is_valid() else 422 if request.htmx else 400
    response = render_page(request, template, context, partial="rows", status=status)
    if request.htmx.trigger == "filter":
        push_url(response, f"{request.path}{query_string(request.GET)}".rstrip("?"))
    return response


def _json_error(status: int, name: str, message: str) -> JsonResponse:
    return JsonResponse({"name": name, "message": message}, status=status)


def _named(key: str) -> str:
    """Return what a URL asked for, fit to be shown."""
    return shortened(visible(key), 100)
