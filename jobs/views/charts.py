"""The charts: how the network or a market did over time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from explorer.htmx import HtmxHttpRequest, render_page
from explorer.paging import query_string
from jobs.chart_filter import ChartFilter
from jobs.selectors import charts as selectors
from markets.models import Market


@require_safe
def chart_page(request: HtmxHttpRequest) -> HttpResponse:
    """Show four charts and their table; three queries at most, none of which reads a job."""
    form, markets = ChartFilter(request.GET), selectors.markets()
    is_valid = form.is_valid()
    context: dict[str, Any] = {"form": form, "markets": markets, "units": form.units(request.GET)}
    if not is_valid:
        return render_page(request, "jobs/charts.html", context, partial="charts", status=422 if request.htmx else 400)
    spell = _spell(form, markets)
    context |= {
        "spell": spell,
        "market": form.cleaned_data["market"],
        "charts": selectors.drawn(spell),
        "rows": selectors.table(spell),
        "lengths": form.lengths(request.GET, spell.period),
        "currencies": form.currencies(request.GET),
        "json_url": query_string(request.GET).rstrip("?"),
    }
    return render_page(request, "jobs/charts.html", context, partial="charts")


@require_safe
def chart_json(request: HttpRequest) -> JsonResponse:
    """Answer with the figures that the charts are drawn from, or 400 with what is wrong with the query string."""
    form = ChartFilter(request.GET)
    if not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=400)
    return JsonResponse(selectors.told_as_json(_spell(form, selectors.markets())))


def _spell(form: ChartFilter, markets: Sequence[Market]) -> selectors.Spell:
    period, wanted = form.period(), form.cleaned_data
    assert period is not None  # noqa: S101 - the form is valid
    return selectors.spell(period, markets, wanted["market"], wanted["money"] or "usd")
