"""The list of nodes; the page of one is jobs/views/node.py."""

from __future__ import annotations

from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from explorer.htmx import HtmxHttpRequest
from explorer.paging import BadCursor, Page, keyset_page
from markets import selectors
from markets.forms import NodeFilter
from markets.models import Node
from markets.views.shared import list_page


@require_safe
def node_list(request: HtmxHttpRequest) -> HttpResponse:
    """Show every node that was ever seen at work, a page at a time, with the facets to narrow them by."""
    form = NodeFilter(request.GET)
    page: Page[Node] = Page([], None, None)
    q, chosen = (form.cleaned_data["q"], form.wanted()) if form.is_valid() else ("", {})
    if form.is_valid():
        try:
            order = form.order()
            page = keyset_page(selectors.nodes(q=q, chosen=chosen, order=order), order, request.GET)
        except BadCursor as error:
            raise BadRequest(str(error)) from error
    faceted = selectors.facets(q=q, chosen=chosen)
    context = {
        "page": page,
        "rows": selectors.listed_rows(page.rows),
        "facets": faceted.views,
        "count": faceted.total if form.is_valid() else 0,
        "chips": selectors.chips(q, faceted.views, request.GET),
    }
    return list_page(request, "markets/nodes.html", form, context)
