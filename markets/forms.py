"""The filters of the market and node lists: every value that a query string may carry, and the columns to sort by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from django import forms
from django.http import QueryDict

from explorer.paging import query_string
from explorer.text import visible
from markets.choices import Activity
from markets.models import Market, Node


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; `sort` is empty where it cannot be sorted by, `first` is "-" for largest first."""

    label: str
    sort: str = ""
    first: str = ""
    css: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """A column's head: where its link leads, and how the table is sorted by it now."""

    column: Column
    url: str
    direction: str  # ascending, descending, none, or empty where it cannot be sorted by


class Select(NamedTuple):
    """A field that chooses from a list: what is chosen, and the list."""

    field: forms.BoundField
    chosen: str
    choices: list[tuple[str, str]]


class ListFilter(forms.Form):
    """A GET form over a table with sortable columns. Empty values mean: everything, in the usual order."""

    columns: ClassVar[Sequence[Column]] = ()
    usual: ClassVar[str] = ""

    q = forms.CharField(required=False, max_length=200, label="Text")
    sort = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)

    def clean_sort(self) -> str:
        """Return the name of a column, "-" before it for largest first."""
        sort: str = self.cleaned_data["sort"] or self.usual
        names = {column.sort for column in self.columns if column.sort}
        if sort.removeprefix("-") not in names:
            raise forms.ValidationError(f"The list can be sorted by {', '.join(sorted(names))}.")
        return sort

    @property
    def is_filtering(self) -> bool:
        """Whether any value leaves rows out."""
        return any(value for name, value in self.cleaned_data.items() if name != "sort")

    def selects(self) -> list[Select]:
        """Return the fields that choose from a list."""
        return []

    def select(self, name: str, choices: Iterable[tuple[str, str]]) -> Select:
        """Return a field with its choices, and with the chosen value even where it is not among them."""
        offered, chosen = list(choices), str(self.data.get(name, ""))
        if chosen.isprintable() and chosen and chosen not in dict(offered):
            offered.insert(0, (chosen, chosen))
        return Select(self[name], chosen, offered)

    def heads(self, params: QueryDict) -> list[Head]:
        """Return the heads of all columns for a page with these parameters."""
        sort = self.cleaned_data.get("sort", self.usual)
        return [_head(column, sort, params) for column in self.columns]


def _head(column: Column, sort: str, params: QueryDict) -> Head:
    if not column.sort:
        return Head(column, "", "")
    if sort.removeprefix("-") != column.sort:
        return Head(column, query_string(params, sort=f"{column.first}{column.sort}"), "none")
    is_descending = sort.startswith("-")
    url = query_string(params, sort=column.sort if is_descending else f"-{column.sort}")
    return Head(column, url, "descending" if is_descending else "ascending")


class MarketFilter(ListFilter):
    """The market list's filter."""

    columns = (
        Column("Market", "name"),
        Column("GPU", "gpu", css="c-mid"),
        Column("VRAM", "vram", "-", "r", "lowest of any node"),
        Column("Type", "type", css="c-low"),
        Column("USD/h", "usd", css="r", note="for the deployer, the network's fee included"),
        Column("NOS/h", "nos", css="r c-low", note="for the deployer, the network's fee included"),
        Column("Queue", "queue", "-", "r", "waiting jobs, or free nodes"),
        Column("Running", "running", "-", "r"),
        Column("Nodes", "nodes", "-", "r c-mid", "nodes seen at work here"),
        Column("Success", "success", "-", "r", "of the jobs that ended in the last 7 days"),
        Column("Required", "required", "-", "r", "images and remote resources that its nodes must keep"),
        Column("Refreshed", "refreshed", "-", "r c-op", "when the required list was last fetched"),
    )
    usual = "-running"

    type = forms.CharField(required=False, max_length=40, label="Type")

    def selects(self) -> list[Select]:
        """Return the type, with the types there are; one query."""
        return [self.select("type", _same(Market.objects.worth_showing().types()))]


class NodeFilter(ListFilter):
    """The node list's filter. A GPU or country that no node has is no error: its list is empty."""

    columns = (
        Column("Node", "node"),
        Column("Status"),
        Column("Market"),
        Column("GPU", "gpu"),
        Column("VRAM", css="r", note="of all its GPUs"),
        Column("Processor", css="c-low"),
        Column("RAM", css="r c-mid"),
        Column("Disk", css="r c-op"),
        Column("Down / up", css="r c-low", note="Mbit/s"),
        Column("CUDA", css="c-op"),
        Column("Country", css="c-mid"),
        Column("Version", css="c-op", note="of the node software"),
        Column("Jobs", css="r", note="that it has had"),
        Column("Success", css="r", note="of all its jobs that were judged"),
        Column("Seen", "seen", "-", "r", "last time a job or a queue named it"),
    )
    usual = "-seen"
    #: The order of each sort: non-null, indexed columns, the last one unique.
    orders: ClassVar[dict[str, tuple[str, ...]]] = {
        "node": ("address",),
        "-node": ("-address",),
        "gpu": ("gpu_name", "address"),
        "-gpu": ("-gpu_name", "-address"),
        "seen": ("seen_at", "-address"),
        "-seen": ("-seen_at", "address"),
    }

    market = forms.CharField(required=False, max_length=44, label="Market")
    gpu = forms.CharField(required=False, max_length=200, label="GPU")
    country = forms.CharField(required=False, max_length=40, label="Country")
    status = forms.ChoiceField(
        required=False,
        label="Status",
        choices=[("", "Any status"), *Activity.choices],
        error_messages={"invalid_choice": "A node is busy, free or idle, not “%(value)s”."},
    )

    def clean_market(self) -> str:
        """Return the address of a market there is."""
        address: str = self.cleaned_data["market"]
        if address and not Market.objects.filter(pk=address).exists():
            raise forms.ValidationError(f"No market has the address “{address}”.")
        return address

    def wanted(self) -> dict[str, str]:
        """Return the valid values that choose nodes, without the sort."""
        return {name: value for name, value in self.cleaned_data.items() if name != "sort"}

    def order(self) -> tuple[str, ...]:
        """Return the columns of the chosen sort."""
        return self.orders[self.cleaned_data["sort"]]

    def selects(self) -> list[Select]:
        """Return status, market, GPU and country, with what there is of each; three queries."""
        with_nodes = Market.objects.with_nodes().by_name().only("address", "name")
        return [
            self.select("status", Activity.choices),
            self.select("market", [(market.pk, visible(market)) for market in with_nodes]),
            self.select("gpu", _same(Node.objects.commonest("gpu_name"))),
            self.select("country", _same(Node.objects.commonest("country"))),
        ]


def _same(values: Iterable[str]) -> list[tuple[str, str]]:
    """Return choices that are called what they are; one with odd characters, which no page may carry, is left out."""
    return [(value, value) for value in values if value.isprintable()]
