"""The filters of the market and node lists: every value that a query string may carry, and the columns to sort by."""

from __future__ import annotations

from typing import ClassVar

from django import forms

from explorer.text import visible
from markets.choices import Activity
from markets.forms.columns import Column, ListFilter, Select, same
from markets.models import Market, Node


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
        return [self.select("type", same(Market.objects.worth_showing().types()))]


class NodeFilter(ListFilter):
    """The node list's filter. A GPU or country that no node has is no error: its list is empty."""

    columns = (
        Column("Node", "node"),
        Column("Status"),
        Column("Market"),
        Column("GPU", "gpu"),
        Column("VRAM", "vram", "-", "r", "of all its GPUs"),
        Column("Processor", "cpu", css="c-low"),
        Column("RAM", "ram", "-", "r c-mid"),
        Column("Disk", "disk", "-", "r c-op"),
        Column("Down / up", "down", "-", "r c-low", "Mbit/s"),
        Column("CUDA", "cuda", "-", "c-op"),
        Column("Country", "country", css="c-mid"),
        Column("Version", "version", "-", "c-op", "of the node software"),
        Column("Jobs", css="r", note="that it has had"),
        Column("Success", css="r", note="of all its jobs that were judged"),
        Column("Seen", "seen", "-", "r", "last time a job or a queue named it"),
    )
    usual = "-seen"
    #: The column of each sort, never null; the address breaks ties.
    sorts: ClassVar[dict[str, str]] = {
        "gpu": "gpu_name",
        "vram": "vram_key",
        "cpu": "cpu",
        "ram": "ram_key",
        "disk": "disk_key",
        "down": "down_key",
        "cuda": "cuda_version",
        "country": "country",
        "version": "node_version",
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
        """Return the columns of the chosen sort, the last one unique; "seen" has its index in both directions."""
        sort: str = self.cleaned_data["sort"]
        sign, name = ("-", sort[1:]) if sort.startswith("-") else ("", sort)
        if name == "node":
            return (f"{sign}address",)
        if name == "seen":
            return ("-seen_at", "address") if sign else ("seen_at", "-address")
        return (f"{sign}{self.sorts[name]}", f"{sign}address")

    def selects(self) -> list[Select]:
        """Return status, market, GPU and country, with what there is of each; three queries."""
        with_nodes = Market.objects.with_nodes().by_name().only("address", "name")
        return [
            self.select("status", Activity.choices),
            self.select("market", [(market.pk, visible(market)) for market in with_nodes]),
            self.select("gpu", same(Node.objects.commonest("gpu_name"))),
            self.select("country", same(Node.objects.commonest("country"))),
        ]
