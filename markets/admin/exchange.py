"""Decisions as files in the admin: taken along, and brought in after a look at what that changes."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from explorer.nosana import strict_json
from markets import changes
from markets.admin.bulk import BulkScreens, Effect
from markets.admin.permissions import person
from markets.curation import Conflict, InvalidWish
from markets.curation.exchange import Preview, bring_in, preview, read
from markets.curation.writing import to_csv, to_json
from markets.forms.exchange import ImportForm
from markets.models import Market


class ExchangeScreens(BulkScreens):
    """Import and export, of one market or of many."""

    def exchange_urls(self) -> list[URLPattern]:
        """Return their URLs."""
        view = self.admin_site.admin_view
        return [
            path("export/", view(self.export_many_view), name="markets_market_export_many"),
            path("import/", view(self.import_view), name="markets_market_import_many"),
            path("<str:address>/export/", view(self.export_view), name="markets_market_export"),
            path("<str:address>/import/", view(self.import_view), name="markets_market_import"),
        ]

    def export_view(self, request: HttpRequest, address: str) -> HttpResponse:
        """Download one market's list and decisions."""
        return _file(request, [self.market_or_403(request, address)])

    def export_many_view(self, request: HttpRequest) -> HttpResponse:
        """Download the lists and decisions of the markets that the address names."""
        return _file(request, self.chosen(request))

    def import_view(self, request: HttpRequest, address: str = "") -> HttpResponse:
        """Take a file, show what it would change, and save it; `address` is the market of rows that name none."""
        market = self.market_or_403(request, address, to_curate=True) if address else None
        self.curator_or_403(request)
        form = ImportForm(request.POST or None, request.FILES or None)
        title = f"Import decisions for {market}" if market else "Import decisions"
        context: dict[str, Any] = {**self.frame(request, title, market), "form": form}
        if request.method != "POST":
            return render(request, "admin/markets/market/import.html", context)
        done = form.is_valid() and self._bring_in(request, market, form, context)
        if done and market:
            return redirect(reverse("admin:markets_market_change", args=[market.pk]))
        if done:
            return redirect(reverse("admin:markets_market_changelist"))
        status = 409 if context.get("conflict") else 422 if form.errors else 200
        return render(request, "admin/markets/market/import.html", context, status=status)

    def _bring_in(self, request: HttpRequest, market: Market | None, form: ImportForm, context: dict[str, Any]) -> bool:
        """Save the file if that is what was asked for, else leave in the context what it would change."""
        author = person(request)
        found = preview(read(form.cleaned_data["text"]), author=author, market=market)
        if request.POST.get("step") == "apply" and not found.flaws:
            try:
                seen = form.seen(found.wishes)
                written = bring_in(found, author=author, reason=form.cleaned_data["reason"], seen=seen)
                self.note_saved(request, list(found.outcomes), written)
                return True
            except Conflict as error:
                context["conflict"] = changes.entries(error.newer)
            except InvalidWish as error:
                form.add_error(None, str(error))
        context |= {"found": found, "effects": _effects(found), "changing": len(found.outcomes)}
        context["text"] = form.cleaned_data["text"]
        return False


def _effects(found: Preview) -> list[Effect]:
    return [Effect(market, outcome, found.seen[market.pk]) for market, outcome in found.outcomes.items()]


def _file(request: HttpRequest, markets: list[Market]) -> HttpResponse:
    """Return the lists and decisions of these markets as a file, JSON unless `format` asks for CSV."""
    name = f"required-resources-{timezone.now():%Y%m%d-%H%M}"
    if request.GET.get("format") == "csv":
        body, kind, ending = to_csv(markets).encode("utf-8-sig"), "text/csv; charset=utf-8", "csv"
    else:
        body, kind, ending = strict_json.write(to_json(markets)).encode(), "application/json", "json"
    headers = {"Content-Disposition": f'attachment; filename="{name}.{ending}"'}
    return HttpResponse(body, content_type=kind, headers=headers)
