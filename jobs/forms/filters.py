"""The job list's filter: one GET form reads, checks and writes every value that its query string may carry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django import forms
from django.http import QueryDict

from explorer.nosana.base58 import is_address
from jobs import columns
from jobs.choices import OUTCOMES, STATES
from jobs.forms.shared import shares_fields
from jobs.forms.values import AddressField, Given, ManyField, MomentField, PriceField, SpanField, is_day, quoted
from markets.models import Market

#: The two ends of each range, and what it is a range of.
RANGES = (
    ("listed_from", "listed_to", "listing"),
    ("started_from", "started_to", "start"),
    ("ended_from", "ended_to", "end"),
    ("duration_min", "duration_max", "duration"),
    ("price_min", "price_max", "price"),
)
#: What only says how the jobs are shown, not which.
LOOKS = ("sort", "columns")
#: The groups of the filter's fields that stay folded until one of theirs is used, by the field each begins with.
GROUPS = {
    "image": ("image", "resource"),
    "node": ("node", "deployer", "payer", "gpu"),
    "listed_from": ("listed_from", "listed_to", "started_from", "started_to", "ended_from", "ended_to"),
    "price_min": ("duration_min", "duration_max", "price_min", "price_max"),
    "trigger": ("op_type", "trigger"),
}


@shares_fields
class JobFilter(forms.Form):
    """The job list's filter. Empty values leave nothing out; all others must hold together.

    Times are UTC. A date as the end of a range includes that day. Prices are NOS per hour for the node, without fee.
    """

    state = forms.MultipleChoiceField(
        required=False,
        choices=[("", "Any"), *STATES],
        error_messages={
            "invalid_choice": "A job is queued, running, completed, stopped or withdrawn, not “%(value)s”."
        },
    )
    outcome = forms.ChoiceField(
        required=False,
        choices=[("", "Any"), *OUTCOMES],
        error_messages={"invalid_choice": "An outcome is success, failed or unknown, not “%(value)s”."},
    )
    market = ManyField(required=False, label="Market")
    node = AddressField(label="Node")
    deployer = AddressField(label="Deployer")
    payer = AddressField(label="Payer")
    image = forms.CharField(required=False, max_length=2000, label="Image")
    resource = forms.CharField(required=False, max_length=2000, label="Resource")
    op_type = forms.CharField(required=False, max_length=40, label="Op type")
    gpu = forms.CharField(required=False, max_length=100, label="GPU")
    trigger = forms.CharField(required=False, max_length=100, label="Trigger")
    q = forms.CharField(required=False, max_length=200, label="Text")
    listed_from = MomentField(label="Listed from")
    listed_to = MomentField(label="Listed to", is_end=True)
    started_from = MomentField(label="Started from")
    started_to = MomentField(label="Started to", is_end=True)
    ended_from = MomentField(label="Ended from")
    ended_to = MomentField(label="Ended to", is_end=True)
    duration_min = SpanField(label="Ran at least")
    duration_max = SpanField(label="Ran at most")
    price_min = PriceField(label="Price from")
    price_max = PriceField(label="Price to")
    sort = forms.ChoiceField(
        required=False,
        choices=[(name, name) for name in columns.ORDERS],
        error_messages={
            "invalid_choice": "Jobs can be sorted by listed, started, ended, duration or price, with a minus for the "
            "largest first, not by “%(value)s”."
        },
    )
    columns = ManyField(required=False, label="Columns")
    at = MomentField(label="Jump to")

    def clean_state(self) -> list[str]:
        """Return the names of the states in their order, without the empty ones a hand-written address may have."""
        chosen = set(self.cleaned_data["state"])
        return [name for name, _ in STATES if name in chosen]

    def clean_market(self) -> list[str]:
        """Return addresses of markets, each of which may be given by its slug; one query where one is."""
        given: list[str] = self.cleaned_data["market"]
        slugs = [text for text in given if not is_address(text)]
        known = dict(Market.objects.filter(slug__in=slugs).order_by("pk").values_list("slug", "pk")) if slugs else {}
        for text in slugs:
            if text not in known:
                raise forms.ValidationError(f"{quoted(text)} is neither the address nor the slug of a market.")
        return sorted({known.get(text, text) for text in given})

    def clean_columns(self) -> list[str]:
        """Return the names of the columns in their order; none where they are the usual ones."""
        given = {name for text in self.cleaned_data["columns"] for name in text.split(",") if name}
        if unknown := sorted(given - set(columns.BY_NAME)):
            known = ", ".join(columns.BY_NAME)
            raise forms.ValidationError(f"There is no column {quoted(unknown[0])}; there are {known}.")
        names = [name for name in columns.BY_NAME if name in given]
        return [] if tuple(names) == columns.USUAL else names

    def clean(self) -> dict[str, Any]:
        """Refuse ranges that end before they begin."""
        cleaned = self.cleaned_data
        for low, high, what in RANGES:
            first, last = cleaned.get(low), cleaned.get(high)
            if first and last and (first.value > last.value or _is_day_before(last, first)):
                self.add_error(high, f"The range of {what} ends before it begins: {first.text} to {last.text}.")
        if cleaned.get("at") and cleaned.get("sort", "").removeprefix("-") not in columns.TIMES:
            self.add_error("at", "One can jump to a date only where the list is sorted by a time.")
        return cleaned

    @property
    def wanted(self) -> dict[str, Any]:
        """The valid values by the names of their fields, without empty ones; times and numbers as such.

        `sort` is among them, `columns` and `at` are not: they change neither the jobs nor their order.
        """
        return {
            name: value.value if isinstance(value, Given) else value
            for name, value in self._given()
            if name not in {"columns", "at"}
        }

    @property
    def jump(self) -> datetime | None:
        """Where a page begins that jumps to a time: a day counts from the end at which the list reaches it."""
        at: Given[datetime] | None = self.cleaned_data["at"]
        sort: str = self.cleaned_data["sort"]
        if at is None:
            return None
        is_whole = is_day(at.text) and (not sort or sort.startswith("-"))
        return at.value + timedelta(days=is_whole)

    @property
    def filters(self) -> dict[str, list[str]]:
        """The canonical texts of the valid values that leave rows out, by the names of their fields."""
        return {name: texts for name, texts in self.texts.items() if name not in LOOKS and name != "at"}

    @cached_property
    def texts(self) -> dict[str, list[str]]:
        """The canonical texts of all valid values, by the names of their fields."""
        return {name: _texts(name, value) for name, value in self._given()}

    @property
    def canonical(self) -> QueryDict:
        """The query of this list: the same for all filters that mean the same, without a page's position."""
        query = QueryDict(mutable=True)
        for name, texts in sorted(self.texts.items()):
            query.setlist(name, list(texts))
        return query

    @property
    def looks(self) -> QueryDict:
        """The part of the canonical query that only says how the jobs are shown."""
        query = QueryDict(mutable=True)
        for name in LOOKS:
            query.setlist(name, self.texts.get(name, []))
        return query

    @property
    def groups_in_use(self) -> set[str]:
        """The folded groups in which a field has a value."""
        return {group for group, names in GROUPS.items() if any(self.data.get(name) for name in names)}

    @property
    def sentences(self) -> list[str]:
        """What is wrong with the values, a sentence each."""
        return [str(error) for errors in self.errors.values() for error in errors]

    def _given(self) -> Iterator[tuple[str, Any]]:
        cleaned: Mapping[str, Any] = self.cleaned_data
        return ((name, cleaned[name]) for name in JobFilter.base_fields if _is_given(cleaned.get(name)))


def filter_of(params: QueryDict) -> JobFilter:
    """Return the filter that a query string carries; ask `is_valid()` before anything else."""
    return JobFilter(params)


def canonical_query(form: JobFilter) -> str:
    """Return "?…" for the list that a valid filter shows, "" for the list of all jobs."""
    return f"?{form.canonical.urlencode()}" if form.canonical else ""


def _is_day_before(last: Given[Any], first: Given[Any]) -> bool:
    """Say whether a range ends with the day that is over when it begins: its end is the first moment beyond."""
    return is_day(last.text) and first.value == last.value


def _is_given(value: Any) -> bool:
    return isinstance(value, Given) or bool(value)


def _texts(name: str, value: Any) -> list[str]:
    if isinstance(value, Given):
        return [value.text]
    if name == "columns":
        return [",".join(value)]
    return list(value) if isinstance(value, list) else [str(value)]
