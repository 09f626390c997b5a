"""What the poll of the job list asks for."""

from __future__ import annotations

from datetime import UTC, datetime

from django import forms
from django.utils.dateparse import parse_datetime

from explorer.nosana.base58 import is_address
from jobs.forms.filters import JobFilter
from jobs.forms.shared import shares_fields
from jobs.forms.values import ManyField

#: More rows than a page has cannot be waiting for news.
SHOWN_ROWS = 60


@shares_fields
class NewsFilter(JobFilter):
    """What the poll of the job list asks for: a filter, what the page holds, and whether to go on."""

    since = forms.CharField(max_length=40)
    shown = ManyField(required=False, label="Rows")
    paused = forms.BooleanField(required=False)

    def clean_since(self) -> datetime:
        """Return the time of the newest listing that the page knew of, UTC."""
        try:
            moment = parse_datetime(self.cleaned_data["since"])
            if moment and moment.tzinfo:
                return moment.astimezone(UTC)
        except (ValueError, OverflowError):  # no time at all, or one that is in no year of UTC
            pass
        raise forms.ValidationError("The time is not one that this page gave.")

    def clean_shown(self) -> list[str]:
        """Return the addresses of the rows whose state may change."""
        return [address for address in self.cleaned_data["shown"] if is_address(address)][:SHOWN_ROWS]
