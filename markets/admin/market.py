"""The list of markets in the admin: filters, counts, how the refresh stands, and actions over many markets."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, reverse

from explorer.formats import DASH
from explorer.templatetags.explorer import when
from explorer.text import shortened, visible
from markets.admin.permissions import MarketPermissions
from markets.admin.screens import Screens
from markets.choices import Decision
from markets.models import Curated, Market, RequiredImage, RequiredResource


class RefreshFilter(admin.SimpleListFilter):
    """How the last refresh went."""

    title = "refresh"
    parameter_name = "refresh"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Name the states."""
        return [("failing", "Failing"), ("never", "Never answered"), ("fine", "Fine")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Market]) -> QuerySet[Market]:
        """Choose the markets in that state."""
        chosen = {
            "failing": queryset.exclude(required_error=""),
            "never": queryset.filter(required_at=None),
            "fine": queryset.filter(required_error="").exclude(required_at=None),
        }
        return chosen.get(self.value() or "", queryset)


class CurationFilter(admin.SimpleListFilter):
    """Whether curators decided about anything."""

    title = "curation"
    parameter_name = "curation"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Name the decisions."""
        return [("any", "Any decision"), *((choice.value, choice.label) for choice in Decision), ("none", "None")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Market]) -> QuerySet[Market]:
        """Choose the markets that have such a decision."""
        value = self.value()
        if value == "none":
            return queryset.filter(curated=None)
        decided = Curated.objects.all() if value == "any" else Curated.objects.filter(decision=value)
        return queryset.filter(pk__in=decided.values("market")) if value else queryset


def _count(rows: QuerySet[Any]) -> Coalesce:
    """Return how many of these rows a market has, as a column."""
    counted = rows.filter(market=OuterRef("pk")).order_by().values("market").annotate(count=Count("pk"))
    return Coalesce(Subquery(counted.values("count"), output_field=IntegerField()), 0)


@admin.register(Market)
class MarketAdmin(Screens, MarketPermissions):
    """Markets, with how the refresh of their required resources stands and what curators decided."""

    list_display = ("called", "type", "listed", "required", "decided", "refreshed", "due", "problem")
    list_filter: ClassVar[Any] = (RefreshFilter, CurationFilter, "is_listed", "type")
    search_fields = ("name", "slug", "address")
    ordering = ("name", "address")
    list_per_page = 100
    change_list_template = "admin/markets/market/list.html"
    actions: Any = ("add_entry", "pin_entry", "hide_entry", "take_back_entry", "refresh_now", "export_lists")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Market]:
        """Return the markets with how many entries the network lists and how many decisions stand; one query."""
        kept = Curated.objects.filter(decision__in=[Decision.ADD, Decision.PIN])
        return (
            super()
            .get_queryset(request)
            .annotate(
                images=_count(RequiredImage.objects.filter(removed_at=None)),
                resources=_count(RequiredResource.objects.filter(removed_at=None)),
                kept=_count(kept),
                hidden=_count(Curated.objects.filter(decision=Decision.HIDE)),
            )
        )

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show the list under its own name."""
        return super().changelist_view(request, {"title": "Markets", "may_curate": self.has_curate_permission(request)})

    def get_urls(self) -> list[URLPattern]:
        """Return the screens of one market and of many, before Django's own."""
        return [*self.screen_urls(), *super().get_urls()]

    @admin.display(description="market", ordering="name")
    def called(self, market: Market) -> str:
        """Name the market, or give its address."""
        return shortened(visible(market), 60)

    @admin.display(description="listed", boolean=True, ordering="is_listed")
    def listed(self, market: Market) -> bool:
        """Say whether the network's newest list has the market."""
        return market.is_listed

    @admin.display(description="images + resources")
    def required(self, market: Market) -> str:
        """Say how many images and resources the network lists."""
        return f"{getattr(market, 'images', 0)} + {getattr(market, 'resources', 0)}"

    @admin.display(description="kept, hidden")
    def decided(self, market: Market) -> str:
        """Say how many entries curators add or pin, and how many they hide."""
        kept, hidden = getattr(market, "kept", 0), getattr(market, "hidden", 0)
        return f"+{kept} −{hidden}" if kept or hidden else DASH

    @admin.display(description="refreshed", ordering="required_at")
    def refreshed(self, market: Market) -> str:
        """Say when the network last gave a good answer."""
        return when(market.required_at)

    @admin.display(description="next", ordering="required_due_at")
    def due(self, market: Market) -> str:
        """Say when the network is asked again."""
        return when(market.required_due_at) if market.is_listed else DASH

    @admin.display(description="error", ordering="required_error")
    def problem(self, market: Market) -> str:
        """Show why the last refresh failed."""
        return shortened(visible(market.required_error), 80)

    @admin.action(description="Add an entry …", permissions=["curate"])
    def add_entry(self, request: HttpRequest, chosen: QuerySet[Market]) -> HttpResponse:
        """Go to the form that adds an entry to the chosen markets."""
        return self._to("bulk", chosen, decision=Decision.ADD.value)

    @admin.action(description="Pin an entry …", permissions=["curate"])
    def pin_entry(self, request: HttpRequest, chosen: QuerySet[Market]) -> HttpResponse:
        """Go to the form that pins one."""
        return self._to("bulk", chosen, decision=Decision.PIN.value)

    @admin.action(description="Hide an entry …", permissions=["curate"])
    def hide_entry(self, request: HttpRequest, chosen: QuerySet[Market]) -> HttpResponse:
        """Go to the form that hides one."""
        return self._to("bulk", chosen, decision=Decision.HIDE.value)

    @admin.action(description="Take back the decision about an entry …", permissions=["curate"])
    def take_back_entry(self, request: HttpRequest, chosen: QuerySet[Market]) -> HttpResponse:
        """Go to the form that takes a decision back."""
        return self._to("bulk", chosen, decision="none")

    @admin.action(description="Refresh now …", permissions=["curate"])
    def refresh_now(self, request: HttpRequest, chosen: QuerySet[Market]) -> HttpResponse:
        """Go to the page that asks the network about the chosen markets."""
        return self._to("refresh_many", chosen)

    @admin.action(description="Export lists and decisions", permissions=["curate"])
    def export_lists(self, request: HttpRequest, chosen: QuerySet[Market]) -> HttpResponse:
        """Download what is decided about the chosen markets."""
        return self._to("export_many", chosen)

    def _to(self, name: str, chosen: QuerySet[Market], **values: str) -> HttpResponseRedirect:
        """Redirect to a page about the chosen markets; they stand in its address."""
        markets = [("market", pk) for pk in chosen.order_by("name", "pk").values_list("pk", flat=True)]
        query = urlencode([*values.items(), *markets])
        return HttpResponseRedirect(f"{reverse(f'admin:markets_market_{name}')}?{query}")
