"""Every change of every market's list in one table, for those who look after the curators."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from explorer.admin import ReadOnlyAdmin
from explorer.text import shortened, visible
from markets.models import Revision


@admin.register(Revision)
class RevisionAdmin(ReadOnlyAdmin):
    """Revisions, newest first: when, where, by whom, why."""

    list_display = ("at", "page", "change", "author_name", "why", "differences")
    list_display_links = None
    list_filter: ClassVar[Any] = ("change", ("author", admin.RelatedOnlyFieldListFilter), "market")
    list_select_related = ("market",)
    search_fields = ("reason", "author_name", "market__name", "market__address")
    date_hierarchy = "at"
    ordering = ("-at", "-id")
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Revision]:
        """Return the revisions without the states, which only a revert needs."""
        found: QuerySet[Revision] = super().get_queryset(request)
        return found.defer("state")

    @admin.display(description="market, change")
    def page(self, revision: Revision) -> SafeString:
        """Link to the change's own screen."""
        url = reverse("admin:markets_market_revision", args=[revision.market_id, revision.number])
        name = shortened(visible(revision.market), 60)
        return format_html('<a href="{}"><bdi>{}</bdi> #{}</a>', url, name, revision.number)

    @admin.display(description="reason")
    def why(self, revision: Revision) -> str:
        """Show the reason, odd characters visible."""
        return shortened(visible(revision.reason), 120)

    @admin.display(description="served")
    def differences(self, revision: Revision) -> str:
        """Say how many entries the served list gained and lost."""
        return f"+{len(revision.added)} −{len(revision.removed)}"
