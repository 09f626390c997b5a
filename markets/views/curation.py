"""What a curator does on a market's page: decide about entries, ask the network now, take the list along."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django_htmx.http import reswap, retarget

from markets import changes, effective
from markets.curation import Conflict, InvalidWish, decide, latest
from markets.forms.curation import NEW_LINES, Sheet
from markets.listing import row_key
from markets.models import Market, Revision
from markets.views.access import CuratorHttpRequest, curators_only
from markets.views.markets import required_region


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@curators_only
def curate(request: CuratorHttpRequest, market: Market) -> HttpResponse:
    """Show the decisions about a market's entries, all of them or the one that `entry` names, and save them."""
    if request.method == "POST":
        return _save(request, market)
    seen, served = latest(market), effective.served(market)
    if key := request.GET.get("entry"):
        served = [s for s in served if row_key(s.entry) == key]
        if not served:
            raise Http404("This entry is not in the list any more.")
    sheet = Sheet.blank(served, seen=seen, new=0 if key else NEW_LINES)
    template = "markets/_quick.html" if key and request.htmx else "markets/curate.html"
    return render(request, template, {"market": market, "sheet": sheet, "row": sheet.rows[0], "may_curate": True})


def _save(request: CuratorHttpRequest, market: Market) -> HttpResponse:
    sheet = Sheet(effective.served(market), request.POST)
    revision, conflict = save(market, sheet, request.user)
    if conflict:
        sheet = sheet.again(effective.served(market), seen=conflict[0].row.number)
    if conflict or not sheet.is_saved:
        return _refused(request, market, sheet, conflict)
    said = saved(revision)
    if request.htmx:
        return required_region(request, market, said=said, done=sheet.rows[0].key if sheet.rows else "")
    messages.success(request, said)
    return redirect(f"{market.get_absolute_url()}#required")


def save(market: Market, sheet: Sheet, author: User) -> tuple[Revision | None, list[changes.Entry]]:
    """Save a sheet if it is valid; return its revision, or what somebody else changed meanwhile."""
    if not sheet.is_valid:
        return None, []
    try:
        revision = decide(market=market, wishes=sheet.wishes, author=author, reason=sheet.reason, seen=sheet.seen)
    except Conflict as error:
        return None, changes.entries(error.newer)
    except InvalidWish as error:
        sheet.refuse(str(error))
        return None, []
    return revision, []


def saved(revision: Revision | None) -> str:
    """Return the sentence that follows a save."""
    return f"Saved as change {revision.number}." if revision else "Nothing was changed."


def _refused(
    request: CuratorHttpRequest, market: Market, sheet: Sheet, conflict: Sequence[changes.Entry]
) -> HttpResponse:
    """Show the sheet again with what is wrong and all that was typed; for htmx the one form it came from."""
    context: dict[str, Any] = {"market": market, "sheet": sheet, "conflict": conflict, "may_curate": True}
    if request.htmx and sheet.rows:
        row = sheet.rows[0]
        response = render(request, "markets/_quick.html", {**context, "row": row, "refocus": True}, status=422)
        return reswap(retarget(response, f"#ask-{row.key}"), "outerHTML")
    return render(request, "markets/curate.html", context, status=409 if conflict else 422)
