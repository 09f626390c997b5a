"""Who pays for jobs: the list of deployers, and the page of each one."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from explorer.htmx import HtmxHttpRequest, render_page
from explorer.nosana.base58 import is_address
from explorer.paging import BadCursor, Page, query_string
from explorer.text import shortened, visible
from jobs.filters.deployers import DeployerCharts, DeployerFilter
from jobs.models.rollup import DEPLOYER
from jobs.selectors import charts, deployers
from jobs.selectors.deployer import DeployerPage, deployer_page
from markets.views.shared import list_page


@require_safe
def deployer_list(request: HtmxHttpRequest) -> HttpResponse:
    """Show the deployers, those that spent most first; at most seven queries. 400 or 422 for bad values."""
    form = DeployerFilter(request.GET)
    page: Page[deployers.Deployer] = Page([], None, None)
    context: dict[str, Any] = {"json_url": f"{reverse('jobs:deployers_json')}{query_string(request.GET)}".rstrip("?")}
    if form.is_valid():
        wanted = form.wanted()
        try:
            page, count = deployers.page_of(**wanted, order=form.order(), params=request.GET)
        except BadCursor as error:
            raise BadRequest(str(error)) from error
        context |= {"count": count, "period": deployers.PERIODS.get(wanted["days"], "ever")}
    return list_page(request, "deployers/list.html", form, {**context, "page": page})


@require_safe
def deployer_detail(request: HtmxHttpRequest, address: str) -> HttpResponse:
    """Show one deployer; a constant number of queries, whatever it runs. 404 for one without jobs."""
    page = page_or_404(address)
    form = DeployerCharts(request.GET)
    is_valid = form.is_valid()
    context: dict[str, Any] = {"page": page, "form": form, "is_valid": is_valid, "units": form.units(request.GET)}
    if is_valid and not request.htmx:  # which asks for what is now, without the charts
        spell = spell_of(page, form)
        context |= {
            "spell": spell,
            "charts": charts.drawn(spell),
            "rows": charts.table(spell),
            "lengths": form.lengths(request.GET, spell.period),
            "currencies": form.currencies(request.GET),
            "json_url": query_string(request.GET).rstrip("?"),
        }
    return render_page(request, "deployers/detail.html", context, partial="now", status=200 if is_valid else 400)


def page_or_404(address: str) -> DeployerPage:
    """Return a deployer's page, or say what was looked for."""
    shown = shortened(visible(address), 100)
    if not is_address(address):
        raise Http404(f"“{shown}” is not the address of a deployer: those have 32 to 44 letters and digits.")
    page = deployer_page(address)
    if page is None:
        raise Http404(f"No job of a deployer {shown} is known here. Older jobs are read in the background.")
    return page


def spell_of(page: DeployerPage, form: DeployerCharts) -> charts.Spell:
    """Return the totals that a valid form asks for; one query."""
    period = form.period()
    assert period is not None  # noqa: S101 - the form is valid
    return charts.spell_of(DEPLOYER, page.address, period, page.fee, form.cleaned_data["money"] or "usd")
