"""Django admin for jobs, their definitions and results: to look at, as the network said them."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from explorer.admin import ReadOnlyAdmin
from jobs.models import Definition, Job, Result


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """Jobs, in the order of the site's own list."""

    list_display = ("address", "market", "state", "outcome", "node", "deployer", "order_at", "checked_at")
    list_filter = ("state", "outcome")
    list_select_related = ("market",)
    search_fields = ("=address", "=node", "=deployer", "=ipfs_job", "=ipfs_result")
    show_full_result_count = False
    ordering = ("phase", "-order_at", "-address")


@admin.register(Definition)
class DefinitionAdmin(ReadOnlyAdmin):
    """Definitions, with how their fetch from IPFS stands."""

    list_display = ("key", "is_exact", "error", "fetched_at", "attempts", "due_at", "fetch_error")
    search_fields = ("=key",)
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Definition]:
        """Return the definitions without their texts, which only a single one's page reads."""
        definitions: QuerySet[Definition] = super().get_queryset(request)
        return definitions.defer("text")


@admin.register(Result)
class ResultAdmin(ReadOnlyAdmin):
    """Results, with how their fetch from IPFS stands; the log is on the job's page."""

    list_display = ("job", "cid", "log_lines", "fetched_at", "attempts", "due_at", "fetch_error")
    exclude = ("log",)
    list_select_related = ("job",)
    search_fields = ("=job__address", "=cid")
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Result]:
        """Return the results without what is large in them."""
        results: QuerySet[Result] = super().get_queryset(request)
        return results.defer("log", "body")
