"""One decision about one entry in many markets at once, after a page that shows what it will change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from explorer.nosana import base58
from markets import changes, tasks
from markets.admin.permissions import MarketPermissions, person
from markets.curation import Conflict, InvalidWish, Outcome, curated_by, decide_many, outcomes_of
from markets.curation.revisions import numbers
from markets.forms.bulk import BulkForm
from markets.models import Market
from markets.progress import progress
from markets.views.refreshing import asked_at

#: How many markets one action takes.
MOST = 500


@dataclass(frozen=True, slots=True)
class Effect:
    """What would change in one market; `seen` is its newest revision."""

    market: Market
    outcome: Outcome
    seen: int

    @property
    def lines(self) -> list[changes.Line]:
        """The decisions and entries that would change."""
        return changes.outcome_lines(self.outcome)


class BulkScreens(MarketPermissions):
    """Screens about several markets, which stand in their address or in the form."""

    def bulk_urls(self) -> list[URLPattern]:
        """Return their URLs."""
        view = self.admin_site.admin_view
        return [
            path("bulk/", view(self.bulk_view), name="markets_market_bulk"),
            path("refresh/", view(self.refresh_view), name="markets_market_refresh_many"),
        ]

    def frame(self, request: HttpRequest, title: str, market: Market | None = None) -> dict[str, Any]:
        """Return what every page of the admin needs."""
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "market": market,
            "in_admin": True,
        }

    def chosen(self, request: HttpRequest) -> list[Market]:
        """Return the markets that the request names; 403 if the person may not curate one, 400 for none."""
        wanted = set((request.POST if request.method == "POST" else request.GET).getlist("market")[:MOST])
        found = list(curated_by(request.user).filter(pk__in=filter(base58.is_address, wanted)).order_by("name", "pk"))
        if not wanted:
            raise BadRequest("No market is chosen.")
        if len(found) < len(wanted):
            raise PermissionDenied
        return found

    def bulk_view(self, request: HttpRequest) -> HttpResponse:
        """Ask what to decide, show what that changes in each market, and do it."""
        markets = self.chosen(request)
        form = BulkForm(request.POST or None, initial={"decision": request.GET.get("decision", "add")})
        context = {**self.frame(request, "Decide about one entry in many markets"), "markets": markets, "form": form}
        status = 200
        if request.method == "POST":
            done = form.is_valid() and self._decide(request, markets, form, context)
            if done:
                return redirect(reverse("admin:markets_market_changelist"))
            status = 409 if context.get("conflict") else 200 if context.get("effects") else 422
        return render(request, "admin/markets/market/bulk.html", context, status=status)

    def _decide(self, request: HttpRequest, markets: list[Market], form: BulkForm, context: dict[str, Any]) -> bool:
        """Save if that is what was asked for, else leave in the context what would change; say whether it was saved."""
        wishes = {market.pk: [form.wish()] for market in markets}
        author, reason = person(request), form.cleaned_data["reason"]
        try:
            if request.POST.get("step") == "apply":
                written = decide_many(wishes=wishes, author=author, reason=reason, seen=form.seen(wishes))
                self.note_saved(request, markets, written)
                return True
        except Conflict as error:
            context["conflict"] = changes.entries(error.newer)
        except InvalidWish as error:
            form.add_error(None, str(error))
            return False
        outcomes = outcomes_of(wishes, author=author.get_username(), reason=reason)
        seen = numbers(wishes)
        context["effects"] = [Effect(market, outcomes[market.pk], seen[market.pk]) for market in markets]
        context["changing"] = sum(bool(outcome.changes) for outcome in outcomes.values())
        return False

    def note_saved(self, request: HttpRequest, markets: list[Market], written: dict[str, Any]) -> None:
        """Say what was saved where, and note it in Django's own log too."""
        changed = [market for market in markets if written.get(market.pk)]
        for market in changed:
            self.log_change(request, market, f"Saved as change {written[market.pk].number}.")
        messages.success(request, f"Changed {len(changed)} of {len(markets)} markets.")

    def refresh_view(self, request: HttpRequest) -> HttpResponse:
        """Ask the network about the chosen markets, and show how that goes."""
        markets = self.chosen(request)
        addresses = [market.pk for market in markets]
        context = {**self.frame(request, "Refresh what markets require"), "markets": markets}
        if request.method == "POST":
            since = timezone.now()
            tasks.refresh_these.delay(addresses)
            return redirect(self._again(addresses, since))
        if "since" in request.GET:
            since = asked_at(request)
            context |= {"asked": progress(addresses, since), "again": self._again(addresses, since)}
        return render(request, "admin/markets/market/refresh.html", context)

    def _again(self, markets: list[str], since: datetime) -> str:
        """Return the address at which the progress of a refresh is seen."""
        query = urlencode([("since", since.isoformat()), *(("market", market) for market in markets)])
        return f"{reverse('admin:markets_market_refresh_many')}?{query}"
