"""Pages of nodes."""

from __future__ import annotations

from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from explorer.htmx import HtmxHttpRequest, render_page
from explorer.nosana import base58
from explorer.paging import BadCursor, Page, capped_count, keyset_page
from markets import facts, selectors
from markets.caches import cache_of
from markets.forms import NodeFilter
from markets.models import Node
from markets.views.shared import list_page, named


@require_safe
def node_list(request: HtmxHttpRequest) -> HttpResponse:
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
    return list_page(request, "markets/nodes.html", form, context)


@require_safe
def node_page(request: HtmxHttpRequest, address: str) -> HttpResponse:
    """Show one node."""
    node = Node.objects.select_related("market").filter(pk=address).first() if base58.is_address(address) else None
    if node is None:
        raise Http404(f"No node with the address “{named(address)}” has been seen at work.")
    context = {
        "node": node,
        "row": selectors.node_rows([node])[0],
        "places": selectors.places_of(node.pk),
        "cache": cache_of(node),
        "machine": facts.machine(node),
    }
    return render_page(request, "markets/node.html", context, partial="now")
