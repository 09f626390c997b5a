"""Markets side by side, by their addresses or slugs in the query string."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from explorer.nosana import base58
from markets import market_json, selectors
from markets.models import Market, MarketQuerySet
from markets.selectors.comparison import compare
from markets.views.shared import named

#: More do not fit beside each other.
MOST: Final = 6


@require_safe
def compare_markets(request: HttpRequest) -> HttpResponse:
    """Show up to six markets side by side: `?markets=a,b,c`, with `all=1` also what does not differ."""
    keys = _asked(request.GET)
    if len(request.GET.getlist("markets")) > 1:  # what boxes without a script send
        return redirect(f"{request.path}?markets={','.join(keys)}")
    markets, unknown = _found(keys)
    context = {
        "comparison": compare(markets),
        "unknown": unknown,
        "shows_all": request.GET.get("all") == "1",
        "ways": [_without(markets, market) for market in markets],
        "here": _query(markets),
        "others": _others(markets),
        "most": MOST,
    }
    return render(request, "markets/compare.html", context)


@require_safe
def compare_json(request: HttpRequest) -> JsonResponse:
    """Answer `/markets/compare.json?markets=a,b`: every fact, with its values; 404 for a market nobody knows."""
    try:
        markets, unknown = _found(_asked(request.GET))
    except BadRequest as error:
        return JsonResponse({"error": str(error)}, status=400)
    if unknown:
        return JsonResponse({"error": f"No market is known by “{unknown[0]}”."}, status=404)
    return JsonResponse(market_json.compared(compare(markets)), json_dumps_params=market_json.STYLE)


def _asked(params: QueryDict) -> list[str]:
    """Return the addresses or slugs that are asked for, each once; 400 for more than fit."""
    texts = (text.strip() for value in params.getlist("markets") for text in value.split(","))
    keys = list(dict.fromkeys(text for text in texts if text))
    if len(keys) > MOST:
        raise BadRequest(f"At most {MOST} markets fit side by side; {len(keys)} were asked for.")
    return keys


def _found(keys: Sequence[str]) -> tuple[list[Market], list[str]]:
    """Return the markets in their order, each once, and what no market is known by; one query for all addresses."""
    known = Market.objects.in_bulk([key for key in keys if base58.is_address(key)])
    found = {key: known.get(key) or selectors.find_market(key) for key in keys}
    markets: dict[Any, Market] = {market.pk: market for market in found.values() if market}
    return [*markets.values()], [named(key) for key, market in found.items() if market is None]


def _others(markets: Sequence[Market]) -> MarketQuerySet:
    """Return the markets to choose from, of which no more is read than that takes."""
    return Market.objects.worth_showing().by_name().exclude(pk__in=[market.pk for market in markets]).only("name")


def _query(markets: Sequence[Market]) -> str:
    return f"?markets={','.join(market.pk for market in markets)}"


def _without(markets: Sequence[Market], market: Market) -> str:
    return _query([other for other in markets if other != market])
