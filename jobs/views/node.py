"""The page of a node, and the same for programs. It stands here because most of it is what jobs say."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from explorer import charts
from explorer.htmx import HtmxHttpRequest, render_page
from explorer.nosana import base58
from jobs.selectors import node_json
from jobs.selectors.node import node_page
from markets import drawing, facts
from markets.models import Node
from markets.views.shared import named


@require_safe
def node_detail(request: HtmxHttpRequest, address: str) -> HttpResponse:
    """Show one node."""
    found = _node(address)
    if found is None:
        raise Http404(_unknown(address))
    page = node_page(found)
    context: dict[str, Any] = {
        "node": found,
        "page": page,
        "row": page.row,
        "places": page.places,
        "cache": page.cache,
        "reports": page.reports,
        "machine": facts.machine(found, page.reports),
        "gpus_said": facts.gpus_by_source(page.reports),
        "presence_chart": drawing.presence_chart(page.strips),
        "presence_rows": charts.table_rows(drawing.presence_rows(page.strips)),
    }
    return render_page(request, "markets/node.html", context, partial="now")


@require_safe
def node_as_json(request: HttpRequest, address: str) -> JsonResponse:
    """Answer `/nodes/<address>.json`: what the page shows; 404 as {"error"}."""
    found = _node(address)
    if found is None:
        return JsonResponse({"error": _unknown(address)}, status=404)
    return JsonResponse(node_json.told(node_page(found)), json_dumps_params={"indent": 2, "ensure_ascii": False})


def _node(address: str) -> Node | None:
    if not base58.is_address(address):
        return None
    return Node.objects.naming_market().filter(pk=address).first()


def _unknown(address: str) -> str:
    return f"No node with the address “{named(address)}” has been seen at work."
