"""The values that the query strings of the job pages may carry."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.dateparse import parse_datetime

from explorer.nosana.base58 import is_address
from explorer.text import shortened, visible
from jobs.choices import OUTCOMES, STATES
from markets.models import Market

ADDRESS_LENGTH = 44
#: More rows than a page has cannot be waiting for news.
SHOWN_ROWS = 60


class JobFilter(forms.Form):
    """The job list's filter, a GET form. Empty values leave nothing out."""

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
    market = forms.CharField(required=False, max_length=200)
    node = forms.CharField(required=False, max_length=200)
    deployer = forms.CharField(required=False, max_length=200)

    def clean_state(self) -> list[str]:
        """Return the names of the states, without the empty ones that a hand-written address may have."""
        return [name for name in self.cleaned_data["state"] if name]

    def clean_market(self) -> str:
        """Return the address of a market."""
        return _address(self.cleaned_data["market"], "market")

    def clean_node(self) -> str:
        """Return the address of a node."""
        return _address(self.cleaned_data["node"], "node")

    def clean_deployer(self) -> str:
        """Return the address of a deployer."""
        return _address(self.cleaned_data["deployer"], "deployer")

    @property
    def wanted(self) -> dict[str, Any]:
        """The valid values that leave rows out, by the name of their field."""
        return {name: value for name, value in self.cleaned_data.items() if name in JobFilter.base_fields and value}

    @property
    def sentences(self) -> list[str]:
        """What is wrong with the values, a sentence each."""
        return [str(error) for errors in self.errors.values() for error in errors]


class NewsFilter(JobFilter):
    """What the poll of the job list asks for: a filter, what the page holds, and whether to go on."""

    since = forms.CharField(max_length=40)
    shown = forms.CharField(required=False, max_length=SHOWN_ROWS * (ADDRESS_LENGTH + 1))
    paused = forms.BooleanField(required=False)

    def clean_since(self) -> Any:
        """Return the time of the newest listing that the page knew of."""
        try:
            moment = parse_datetime(self.cleaned_data["since"])
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            raise forms.ValidationError("The time is not one that this page gave.")
        return moment

    def clean_shown(self) -> list[str]:
        """Return the addresses of the rows whose state may change."""
        return [address for address in self.cleaned_data["shown"].split(",") if is_address(address)]


class LogFilter(forms.Form):
    """The window of a log: the number of its first line, or of the line after its last, one op, one stream."""

    log = forms.IntegerField(required=False, min_value=1, max_value=10**6)
    before = forms.IntegerField(required=False, min_value=1, max_value=10**6)
    op = forms.CharField(required=False, max_length=1000, strip=False)
    stream = forms.CharField(required=False, max_length=200, strip=False)


def markets() -> list[Market]:
    """Return the markets to choose from, by name; one query."""
    return list(Market.objects.worth_showing().by_name().only("address", "name", "slug"))


def _address(text: str, kind: str) -> str:
    if text and not is_address(text):
        raise forms.ValidationError(
            f"“{shortened(visible(text), 60)}” is not the address of a {kind}: those have 32 to 44 letters and digits."
        )
    return text
