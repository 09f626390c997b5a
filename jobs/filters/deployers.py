"""What the pages of deployers are asked: a time, an order, the stretch that charts are drawn of."""

from __future__ import annotations

from typing import ClassVar

from django import forms
from django.http import QueryDict

from jobs import periods
from jobs.chart_filter import ChartFilter, Link
from jobs.selectors.deployers import PERIODS
from markets.forms.columns import Column, ListFilter, Select


class DeployerFilter(ListFilter):
    """The deployer list's filter: a part of an address, and the time that the figures are of, ever if none is given."""

    columns = (
        Column("Deployer", "address"),
        Column("Running", "running", "-", "r", "now"),
        Column("USD/h now", css="r", note="what its running jobs cost in an hour, the network's fee included"),
        Column("Jobs", "jobs", "-", "r", "listed in the time"),
        Column("Success", css="r", note="of its jobs that were judged"),
        Column("GPU hours", "hours", "-", "r c-mid", "paid for; a job counts as one GPU"),
        Column("Spent, USD", "usd", "-", "r", "on jobs that ended, at the rates when they were listed"),
        Column("NOS", "nos", "-", "r", "spent on jobs that ended"),
        Column("Last job", css="r c-low", note="when it was listed"),
    )
    usual = "-usd"
    #: The column of each sort; the address breaks ties.
    sorts: ClassVar[dict[str, str]] = {
        "running": "at_work",
        "jobs": "jobs",
        "hours": "hours",
        "usd": "spent",
        "nos": "nos",
    }

    days = forms.ChoiceField(
        required=False,
        label="Time",
        choices=[("", "Ever"), *PERIODS.items()],
        error_messages={"invalid_choice": "Figures are those of 1, 7 or 30 days, or ever, not of “%(value)s”."},
    )

    def wanted(self) -> dict[str, str]:
        """Return the valid values that choose deployers, without the sort."""
        return {"days": self.cleaned_data["days"], "q": self.cleaned_data["q"].strip()}

    def order(self) -> tuple[str, ...]:
        """Return the columns of the chosen sort, the last one unique."""
        sort: str = self.cleaned_data["sort"]
        sign, name = ("-", sort[1:]) if sort.startswith("-") else ("", sort)
        return (f"{sign}key",) if name == "address" else (f"{sign}{self.sorts[name]}", f"{sign}key")

    def selects(self) -> list[Select]:
        """Return the times to choose from; no query."""
        return [self.select("days", PERIODS.items())]


class DeployerCharts(ChartFilter):
    """The stretch that a deployer's charts are drawn of: days, weeks or months, for no hours of deployers are kept."""

    per = forms.ChoiceField(
        required=False,
        choices=[(unit.name, unit.title) for unit in periods.UNITS.values() if unit is not periods.HOUR],
        error_messages={"invalid_choice": "A bar is a day, a week or a month, not “%(value)s”."},
    )
    market = None  # type: ignore[assignment]  # which is how a form says that it lacks a field of its base

    def units(self, params: QueryDict) -> list[Link]:
        """Return the units to choose from."""
        return [link for link in super().units(params) if link.label != periods.HOUR.title]
