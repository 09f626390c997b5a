"""Pages of markets."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from explorer.htmx import HtmxHttpRequest, render_page
from markets import changes, contract, effective, facts, market_charts, market_json, selectors
from markets.curation import may_curate
from markets.forms import MarketFilter
from markets.forms.curation import Sheet
from markets.listing import listing
from markets.models import Market, MarketRecord
from markets.selectors.history import RANGES, USUAL, USUAL_QUEUE, Range, range_of
from markets.views.shared import list_page, market_or_404, named


@require_safe
def market_list(request: HtmxHttpRequest) -> HttpResponseBase:
    """Show every market that is listed or has jobs."""
    form = MarketFilter(request.GET)
    rows = selectors.board(**form.cleaned_data) if form.is_valid() else []
    return list_page(request, "markets/list.html", form, {"rows": rows})


@require_safe
def market_page(request: HtmxHttpRequest, key: str) -> HttpResponseBase:
    """Show one market; a slug leads to its address."""
    market = market_or_404(key)
    if market.address != key:
        return redirect(market)
    if request.htmx and not request.htmx.boosted:
        return required_region(request, market)
    context: dict[str, Any] = {
        **required_context(request, market),
        **past_context(market, _range(request)),
        "figures": selectors.figures(market),
        "queue": selectors.queue_of(market),
        "rows": selectors.first_nodes(market),
        "on_chain": facts.on_chain(market),
        "is_open": facts.is_open(market),
        "listed": facts.listed(market),
        "twin": Market.objects.filter(pk=market.relation).first() if market.relation else None,
        "said": " ".join(str(message) for message in messages.get_messages(request)),
    }
    return render_page(request, "markets/market.html", context, partial="required")


def _range(request: HttpRequest) -> Range | None:
    """Return how far back `range` asks to look, None where it does not; 400 for a range there is none of."""
    name = request.GET.get("range", "")
    asked = range_of(name)
    if name and asked is None:
        raise BadRequest(f"The range is {', '.join(known.name for known in RANGES)}.")
    return asked


def past_context(market: Market, asked: Range | None) -> dict[str, Any]:
    """Return what a market's charts need; three queries."""
    queue, past = selectors.pasts(market, *((asked, asked) if asked else (USUAL_QUEUE, USUAL)))
    record = MarketRecord.objects.filter(pk=market.pk).first()
    return {
        "past": past,
        "record": record,
        "asked": asked,
        "ranges": RANGES,
        "charts": market_charts.on_top(queue, past),
        "more_charts": market_charts.below(past, record),
        "past_rows": market_charts.table(past),
    }


@require_safe
def market_as_json(request: HttpRequest, key: str) -> JsonResponse:
    """Answer `/markets/<address or slug>.json`: what the page shows, with its history; 404 and 400 as {"error"}."""
    market = selectors.find_market(key)
    if market is None:
        return JsonResponse({"error": f"No market is known by the address or name “{named(key)}”."}, status=404)
    try:
        past = selectors.past(market, _range(request) or USUAL)
    except BadRequest as error:
        return JsonResponse({"error": str(error)}, status=400)
    record = MarketRecord.objects.filter(pk=market.pk).first()
    facts_of = market_json.told(market, selectors.figures(market), past, record)
    return JsonResponse(facts_of, json_dumps_params=market_json.STYLE)


def required_region(request: HtmxHttpRequest, market: Market, *, said: str = "", done: str = "") -> HttpResponse:
    """Answer htmx with the market's list as it is now, and its newest changes.

    `said` is what was just done, `done` the key of the row that it was done to: the focus goes back there.
    """
    context = {**required_context(request, market), "said": said, "done": done}
    return render_page(request, "markets/market.html", context, partial="required")


def required_context(request: HtmxHttpRequest, market: Market) -> dict[str, Any]:
    """Return what the list of a market needs, with an empty form for its curators; a constant number of queries."""
    is_curator = may_curate(request.user, market)
    timeline = changes.timeline(market)
    return {
        "market": market,
        "required": listing(market, shows_hidden=is_curator),
        "two_lists": effective.difference(market),
        "changes": timeline,
        "may_curate": is_curator,
        "quick": Sheet.blank([], seen=timeline.newest, new=1) if is_curator else None,
    }


@require_safe
def required_resources(request: HtmxHttpRequest, address: str) -> HttpResponseBase:
    """Serve what a market's page lists, for reading: the network's own contract is at /api/."""
    market = selectors.find_market(address)
    if market is None or market.address != address:
        return _json_error(404, "NotFound", f"No market is known by the address “{named(address)}”.")
    if not contract.is_known(market):
        return _json_error(503, "NotFetched", "The list of this market has not been fetched yet.")
    return JsonResponse(contract.document(market), json_dumps_params={"indent": 2, "ensure_ascii": False})


def _json_error(status: int, name: str, message: str) -> JsonResponse:
    return JsonResponse({"name": name, "message": message}, status=status)
