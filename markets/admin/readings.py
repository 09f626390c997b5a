"""Django admin for what markets require, nodes and prices: to look at, as the network said them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin

from explorer.admin import ReadOnlyAdmin
from markets.models import Node, NosPrice, RequiredImage, RequiredResource


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
