"""What the query string of the charts may say: the unit of a bar, how far back or from when to when, and a market."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import NamedTuple

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import QueryDict
from django.utils import timezone

from explorer.paging import query_string
from jobs import periods
from jobs.forms.shared import shares_fields
from jobs.periods import Period, Unit
from jobs.selectors import charts
from markets import selectors
from markets.models import Market

MONEY = (("usd", "USD"), ("nos", "NOS"))
#: Days that a calendar can count from and to without leaving its range.
_DAYS = [
    MinValueValidator(date(2000, 1, 1), "Nothing is known of the time before the year 2000."),
    MaxValueValidator(date(2100, 1, 1), "Nothing is known of the time after the year 2100."),
]


class Link(NamedTuple):
    """A choice that is a link: its words, where it leads, whether it is the one shown."""

    label: str
    url: str
    is_chosen: bool


@shares_fields
class ChartFilter(forms.Form):
    """A GET form. Without a range it is the usual one of the unit; `since` and `until` are days, both included."""

    per = forms.ChoiceField(
        required=False,
        choices=[(unit.name, unit.title) for unit in periods.UNITS.values()],
        error_messages={"invalid_choice": "A bar is an hour, a day, a week or a month, not “%(value)s”."},
    )
    last = forms.IntegerField(required=False, min_value=1, max_value=periods.MOST_BARS, label="How many")
    since = forms.DateField(required=False, label="From", validators=_DAYS)
    until = forms.DateField(required=False, label="Until", validators=_DAYS)
    market = forms.CharField(required=False, max_length=200)
    money = forms.ChoiceField(
        required=False,
        choices=MONEY,
        error_messages={"invalid_choice": "Money is shown in usd or nos, not in “%(value)s”."},
    )

    def clean_per(self) -> Unit:
        """Return the unit of a bar."""
        return periods.UNITS[self.cleaned_data["per"] or "day"]

    def clean_market(self) -> Market | None:
        """Return the market with that address or slug; a query at most for an address of the list, one more else."""
        key = self.cleaned_data["market"]
        if not key:
            return None
        listed = next((market for market in charts.markets() if market.pk == key), None)
        if (market := listed or selectors.find_market(key)) is None:
            raise forms.ValidationError("No market has this address or name.")
        return market

    def clean(self) -> None:
        """Refuse a range that ends before it begins, or that has too many bars."""
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and since > until:
            self.add_error("until", "The range ends before it begins.")
        elif "per" in self.cleaned_data and not self.errors and self.period() is None:
            unit = self.cleaned_data["per"].name
            self.add_error("since", f"The range has more than {periods.MOST_BARS} {unit}s; choose longer bars.")

    def period(self) -> Period | None:
        """Return the stretch of time to draw; None where it has too many bars."""
        unit, now = self.cleaned_data["per"], timezone.now()
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        end = datetime.combine(until, time.max, UTC) if until else now
        if not since:
            return periods.latest(unit, self.cleaned_data.get("last") or unit.usual, end)
        begin = datetime.combine(since, time.min, UTC)
        return periods.between(unit, begin, max(begin, end))

    def units(self, params: QueryDict) -> list[Link]:
        """Return the units to choose from; another one comes with its usual range, or with the days that were given."""
        rest, chosen = _without(params, ("per", "last")), self.cleaned_data.get("per")
        return [Link(u.title, query_string(rest, per=u.name), u is chosen) for u in periods.UNITS.values()]

    def lengths(self, params: QueryDict, period: Period) -> list[Link]:
        """Return the ranges that the unit offers."""
        rest, unit = _without(params, ("last", "since", "until")), period.unit
        is_latest = period == periods.latest(unit, period.count, timezone.now())
        return [
            Link(f"{count} {unit.name}s", query_string(rest, last=str(count)), is_latest and count == period.count)
            for count in unit.lengths
        ]

    def currencies(self, params: QueryDict) -> list[Link]:
        """Return the currencies to show money in."""
        chosen = self.cleaned_data["money"] or "usd"
        return [Link(label, query_string(params, money=value), value == chosen) for value, label in MONEY]

    @property
    def sentences(self) -> list[str]:
        """What is wrong with the values, a sentence each."""
        return [str(error) for errors in self.errors.values() for error in errors]


def _without(params: QueryDict, names: Iterable[str]) -> QueryDict:
    left = params.copy()
    for name in names:
        left.pop(name, None)
    return left
