"""The screens of one market in the admin: its list with decisions, its history, a revert, import and export."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse

from markets import changes, effective, facts
from markets.admin.exchange import ExchangeScreens
from markets.admin.permissions import person
from markets.curation import latest, may_curate
from markets.forms.curation import NEW_LINES, Sheet
from markets.listing import listing
from markets.models import Market
from markets.views.curation import save, saved
from markets.views.history import history_context, revision_context, take_back


class Screens(ExchangeScreens):
    """One screen a market, in the place of Django's change form, and those that hang on it."""

    def screen_urls(self) -> list[URLPattern]:
        """Return the URLs of all screens."""
        view = self.admin_site.admin_view
        return [
            *self.bulk_urls(),
            *self.exchange_urls(),
            path("<str:address>/revision/<int:number>/", view(self.revision_view), name="markets_market_revision"),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show a market's list with the decisions about it, and save them."""
        saves = request.method == "POST"
        market = self.market_or_403(request, unquote(object_id), to_curate=saves)
        served = effective.served(market)
        conflict: list[changes.Entry] = []
        sheet = Sheet.blank(served, seen=latest(market), new=NEW_LINES)
        if saves:
            sheet = Sheet(served, request.POST)
            revision, conflict = save(market, sheet, person(request))
            if sheet.is_saved and not conflict:
                return self._said(request, market, saved(revision))
            if conflict:
                sheet = sheet.again(effective.served(market), seen=conflict[0].row.number)
        status = 409 if conflict else 422 if saves else 200
        return self._screen(request, market, {"sheet": sheet, "conflict": conflict}, status)

    def _screen(self, request: HttpRequest, market: Market, context: dict[str, Any], status: int) -> HttpResponse:
        curates = may_curate(request.user, market)
        context = {
            **self.frame(request, str(market), market),
            **context,
            "required": listing(market, shows_hidden=curates),
            "may_curate": curates,
            "changes": changes.timeline(market),
            "curators": market.curators.select_related("user"),
            "on_chain": facts.on_chain(market),
            "listed": facts.listed(market),
            "is_open": facts.is_open(market),
        }
        return render(request, "admin/markets/market/screen.html", context, status=status)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Show every change of a market's list, in the place of Django's log."""
        market = self.market_or_403(request, unquote(object_id))
        context = {**self.frame(request, f"Changes of {market}", market), **history_context(market, request.GET)}
        return render(request, "admin/markets/market/history.html", context)

    def revision_view(self, request: HttpRequest, address: str, number: int) -> HttpResponse:
        """Show one change in full, and go back to it."""
        reverts = request.method == "POST"
        market = self.market_or_403(request, address, to_curate=reverts)
        context = {
            **self.frame(request, f"Change {number} of {market}", market),
            **revision_context(request.user, market, number),
        }
        if reverts:
            revision = take_back(market, number, context, request.POST, person(request))
            if not context["form"].errors and not context.get("conflict"):
                return self._said(request, market, saved(revision))
        status = 409 if context.get("conflict") else 422 if reverts else 200
        return render(request, "admin/markets/market/revision.html", context, status=status)

    def _said(self, request: HttpRequest, market: Market, sentence: str) -> HttpResponse:
        """Say what was done, note it in Django's own log too, and go back to the market's screen."""
        messages.success(request, sentence)
        self.log_change(request, market, sentence)
        return redirect(reverse("admin:markets_market_change", args=[market.pk]))
