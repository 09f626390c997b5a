"""Who may curate which market, without the right to curate all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest

from markets.models import MarketCurator

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin


@admin.register(MarketCurator)
class MarketCuratorAdmin(_ModelAdmin):
    """Curators of single markets; whoever has the permission "curate all markets" needs no row here."""

    list_display = ("user", "market")
    list_filter = ("market",)
    list_select_related = ("user", "market")
    search_fields = ("user__username", "market__name", "market__address")
    autocomplete_fields = ("user", "market")
    ordering = ("market__name", "user__username")

    def has_change_permission(self, request: HttpRequest, obj: MarketCurator | None = None) -> bool:
        """Nobody turns one grant into another: it is taken away and given anew, and both are logged."""
        return False
