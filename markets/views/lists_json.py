"""The lists of markets and nodes as JSON: `/markets.json` and `/nodes.json`, with the query strings of their pages.

Times are ISO 8601 in UTC, durations end in `_s` and are seconds, shares go from 0 to 1, amounts are decimal texts, and
what is not known is null. An error is {"error": sentence}.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from explorer.formats import known_iso
from explorer.paging import BadCursor, keyset_page
from markets import selectors
from markets.forms import ListFilter, MarketFilter, NodeFilter
from markets.market_json import STYLE, identity
from markets.selectors import MarketRow, NodeRow

Facts = dict[str, Any]


@require_safe
def market_list(request: HttpRequest) -> JsonResponse:
    """Answer `/markets.json`: {"markets": […]}, all that are listed or have jobs; 400 for a bad filter."""
    form = MarketFilter(request.GET)
    if not form.is_valid():
        return _refusal(form)
    rows = selectors.board(**form.cleaned_data)
    return JsonResponse({"markets": [_market(row) for row in rows]}, json_dumps_params=STYLE)


@require_safe
def node_list(request: HttpRequest) -> JsonResponse:
    """Answer `/nodes.json`: {"nodes": […], "newer", "older"}; 400 for a bad filter or place."""
    form = NodeFilter(request.GET)
    if not form.is_valid():
        return _refusal(form)
    order = form.order()
    found = selectors.nodes(q=form.cleaned_data["q"], chosen=form.wanted(), order=order)
    try:
        page = keyset_page(found, order, request.GET)
    except BadCursor as problem:
        return JsonResponse({"error": str(problem)}, status=400)
    ends = {"newer": page.newer, "older": page.older}
    links = {name: f"{request.path}{query}" if query else None for name, query in ends.items()}
    rows = [_node(row) for row in selectors.listed_rows(page.rows)]
    return JsonResponse({"nodes": rows, **links}, json_dumps_params=STYLE)


def _market(row: MarketRow) -> Facts:
    market = row.market
    return {
        **identity(market),
        "is_listed": market.is_listed,
        "gpu_types": market.gpu_types,
        "lowest_vram_gb": market.lowest_vram_gb,
        "usd_per_hour": _amount(market.usd_per_hour),
        "nos_per_hour": _amount(market.nos_per_hour),
        "jobs_waiting": market.jobs_waiting,
        "nodes_free": market.nodes_free,
        "running": row.running,
        "nodes_known": row.nodes,
        "success_share_7_days": row.success.share,
        "median_wait_s": row.median_wait_s,
        "busy_share_7_days": row.busy_share,
        "required_images": row.images,
        "required_resources": row.resources,
    }


def _node(row: NodeRow) -> Facts:
    node = row.node
    return {
        "address": node.pk,
        "url": node.get_absolute_url(),
        "activity": str(row.activity),
        "job": row.job or None,
        "market": identity(node.market) if node.market else None,
        "status": node.status or None,
        "country": node.country or None,
        "gpu_name": node.gpu_name or None,
        "gpu_count": node.gpu_count,
        "vram_mb": node.vram_mb,
        "cpu": node.cpu or None,
        "ram_mb": node.ram_mb,
        "disk_gb": node.disk_gb,
        "download_mbps": node.download_mbps,
        "upload_mbps": node.upload_mbps,
        "cuda_version": node.cuda_version or None,
        "driver_version": node.driver_version or None,
        "node_version": node.node_version or None,
        "jobs": row.jobs,
        "success_share": row.success.share,
        "busy_share_7_days": node.busy_share,
        "uptime_share": node.uptime,
        "first_seen_at": known_iso(node.first_seen_at),
        "seen_at": known_iso(node.seen_at),
    }


def _amount(number: Decimal | None) -> str | None:
    return None if number is None else f"{number.normalize():f}"


def _refusal(form: ListFilter) -> JsonResponse:
    """Answer 400 with what is wrong with a filter."""
    sentences = " ".join(str(error) for errors in form.errors.values() for error in errors)
    return JsonResponse({"error": sentences}, status=400)
