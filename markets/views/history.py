"""The history of a market's list: every change has a page, and curators a way back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from explorer.htmx import HtmxHttpRequest, render_page
from explorer.paging import BadCursor, keyset_page
from markets import changes
from markets.curation import Conflict, InvalidWish, latest, may_curate, plan_revert, revert
from markets.curation.permissions import Person
from markets.forms.curation import ReasonForm
from markets.models import Market, Revision
from markets.views.access import CuratorHttpRequest, curators_only
from markets.views.shared import market_or_404

#: The largest number that a revision can have.
MOST = 2**31 - 1


@require_safe
def market_history(request: HtmxHttpRequest, address: str) -> HttpResponse:
    """Show every change of what a market requires, newest first, a page at a time."""
    market = market_or_404(address)
    return render_page(request, "markets/history.html", history_context(market, request.GET), partial="rows")


def history_context(market: Market, params: QueryDict) -> dict[str, Any]:
    """Return a page of a market's changes; one query, or 400 for a cursor that was not made here."""
    try:
        page = keyset_page(changes.revisions(market), ("-number",), params, size=25)
    except BadCursor as error:
        raise BadRequest(str(error)) from error
    return {"market": market, "page": page, "revisions": changes.entries(page.rows)}


@require_safe
def revision_page(request: HtmxHttpRequest, address: str, number: int) -> HttpResponse:
    """Show one change in full, and its curators what going back to it would do."""
    market = market_or_404(address)
    return render(request, "markets/revision.html", revision_context(request.user, market, number))


def revision_context(user: Person, market: Market, number: int) -> dict[str, Any]:
    """Return one change of a market, and for its curators the plan of a revert."""
    revision = changes.revisions(market).filter(number=number).first() if number <= MOST else None
    if revision is None:
        raise Http404(f"This market has no change {number}.")
    context = {
        "market": market,
        "revision": changes.entries([revision], changes.WHOLE)[0],
        "newest": latest(market),
        "may_curate": may_curate(user, market),
    }
    if context["may_curate"]:
        context["going_back"] = changes.plan_lines(plan_revert(market, number))
        context["form"] = ReasonForm(initial={"seen": context["newest"]})
    return context


@require_POST
@curators_only
def revert_to(request: CuratorHttpRequest, market: Market, number: int) -> HttpResponse:
    """Make the decisions of a revision hold again; a conflict or a missing reason shows the page again."""
    context = revision_context(request.user, market, number)
    revision = take_back(market, number, context, request.POST, request.user)
    if context["form"].errors or context.get("conflict"):
        return render(request, "markets/revision.html", context, status=409 if context.get("conflict") else 422)
    said = f"Went back to change {number}, as change {revision.number}." if revision else "Nothing was changed."
    messages.success(request, said)
    return redirect(f"{market.get_absolute_url()}#required")


def take_back(market: Market, number: int, context: dict[str, Any], data: QueryDict, author: User) -> Revision | None:
    """Revert, or note in the page's `context` what spoke against it: the form's errors or a conflict."""
    form = context["form"] = ReasonForm({**data.dict(), "count": "0"})
    if not form.is_valid():
        return None
    said = form.cleaned_data
    try:
        return revert(market=market, to=number, author=author, reason=said["reason"], seen=said["seen"])
    except Conflict as error:
        context["conflict"] = changes.entries(error.newer)
        context["form"] = ReasonForm(initial={"reason": said["reason"], "seen": error.newer[0].number})
    except InvalidWish as error:
        form.add_error("reason", str(error))
    return None
