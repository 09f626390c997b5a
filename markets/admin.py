"""Django admin for markets, what they require, nodes and prices: to look at, as the network said them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest

from explorer.admin import ReadOnlyAdmin
from markets.models import Market, Node, NosPrice, RequiredImage, RequiredResource


@admin.register(Market)
class MarketAdmin(ReadOnlyAdmin):
    """Markets, with how the refresh of their required resources stands."""

    list_display = ("name", "address", "type", "is_listed", "required", "required_at", "required_error")
    list_filter = ("is_listed", "type")
    search_fields = ("name", "slug", "address")
    ordering = ("name", "address")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Market]:
        """Return the markets with the number of images and resources each requires now; one query."""
        images = Count("required_images", filter=Q(required_images__removed_at=None), distinct=True)
        resources = Count("required_resources", filter=Q(required_resources__removed_at=None), distinct=True)
        markets: QuerySet[Market] = super().get_queryset(request)
        return markets.annotate(images=images, resources=resources)

    @admin.display(description="images + resources")
    def required(self, market: Market) -> str:
        """Say how many images and resources a market requires."""
        return f"{getattr(market, 'images', 0)} + {getattr(market, 'resources', 0)}"


class RequiredEntryAdmin(ReadOnlyAdmin):
    """What markets require now and required once."""

    list_filter: ClassVar[Any] = (("removed_at", admin.EmptyFieldListFilter), "market")
    list_select_related = ("market",)
    date_hierarchy = "since"


@admin.register(RequiredImage)
class RequiredImageAdmin(RequiredEntryAdmin):
    """Required images."""

    list_display = ("reference", "market", "since", "removed_at")
    search_fields = ("reference", "market__name", "market__address")


@admin.register(RequiredResource)
class RequiredResourceAdmin(RequiredEntryAdmin):
    """Required models and file sets."""

    list_display = ("type", "name", "market", "since", "removed_at")
    list_display_links = ("name",)
    list_filter: ClassVar[Any] = (*RequiredEntryAdmin.list_filter, "type")
    search_fields = ("name", "type", "market__name", "market__address")


@admin.register(Node)
class NodeAdmin(ReadOnlyAdmin):
    """Nodes, with what they reported of their machines."""

    list_display = ("address", "market", "gpu_name", "gpu_count", "country", "node_version", "seen_at", "specs_error")
    list_filter = ("market", "country")
    list_select_related = ("market",)
    search_fields = ("address", "gpu_name", "cpu", "market__name")
    show_full_result_count = False
    ordering = ("-seen_at", "address")


@admin.register(NosPrice)
class NosPriceAdmin(ReadOnlyAdmin):
    """The price of NOS over time."""

    list_display = ("at", "usd")
    date_hierarchy = "at"
    show_full_result_count = False
