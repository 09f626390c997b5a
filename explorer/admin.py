"""Django admin for the explorer's own records: to look at, not to change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from explorer.models import Installation, SyncRecord

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin


class ReadOnlyAdmin(_ModelAdmin):
    """Shows rows that the network wrote; what it says is changed by syncing, not by hand."""

    actions: Any = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds rows here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody changes rows here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody deletes rows here."""
        return False


@admin.register(SyncRecord)
class SyncRecordAdmin(ReadOnlyAdmin):
    """How every source is doing."""

    list_display = ("source", "succeeded_at", "failures", "failed_at", "error", "rows_seen", "rows_skipped")
    list_filter = ("error_kind",)


@admin.register(Installation)
class InstallationAdmin(ReadOnlyAdmin):
    """Which network this database holds."""

    list_display = ("network", "created_at")
