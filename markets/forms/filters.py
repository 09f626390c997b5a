"""The filters of the market and node lists: every value that a query string may carry, and the columns to sort by."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from explorer.kept import kept
from markets.choices import Activity
from markets.facets import FACETS
from markets.forms.columns import Column, ListFilter, ManyField, Select, same
from markets.models import Market


@kept
def _types() -> list[str]:
    return Market.objects.worth_showing().types()


class MarketFilter(ListFilter):
    """The market list's filter."""

    columns = (
        Column("Market", "name", css="c-key"),
        Column("GPU", "gpu", css="c-mid"),
        Column("VRAM", "vram", "-", "r", "lowest of any node"),
        Column("Type", "type", css="c-low"),
        Column("USD/h", "usd", css="r", note="for the deployer, the network's fee included"),
        Column("NOS/h", "nos", css="r c-low", note="for the deployer, the network's fee included"),
        Column("Queue", "queue", "-", "r", "waiting jobs, or free nodes"),
        Column("Running", "running", "-", "r"),
        Column("Nodes", "nodes", "-", "r c-mid", "nodes seen at work here"),
        Column("Success", "success", "-", "r", "of the jobs that ended in the last 7 days"),
        Column("Wait", "wait", "", "r c-low", "median of the jobs that started in the last 7 days"),
        Column("At work", "busy", "-", "r c-low", "share of the nodes there that ran a job, in the last 7 days"),
        Column("Required", "required", "-", "r", "images and remote resources that its nodes must keep"),
        Column("Refreshed", "refreshed", "-", "r c-op", "when the required list was last fetched"),
    )
    usual = "-running"

    type = forms.CharField(required=False, max_length=40, label="Type")

    def selects(self) -> list[Select]:
        """Return the type, with the types there are; one query, kept for a moment."""
        return [self.select("type", same(_types()))]


class NodeFilter(ListFilter):
    """The node list's filter: a field for each facet, of which any number of values can be chosen.

    A GPU, country or version that no node has is no error: its list is empty.
    """

    columns = (
        Column("Node", "node", css="c-key"),
        Column("Status", "status", "-"),
        Column("Market", "market"),
        Column("GPU", "gpu"),
        Column("VRAM", "vram", "-", "r", "of all its GPUs"),
        Column("Processor", "cpu", is_extra=True),
        Column("RAM", "ram", "-", "r c-low"),
        Column("Disk", "disk", "-", "r", is_extra=True),
        Column("Down / up", "down", "-", "r", "Mbit/s", is_extra=True),
        Column("CUDA", "cuda", "-", "c-low"),
        Column("Driver", "driver", "-", is_extra=True),
        Column("Country", "country", css="c-mid"),
        Column("Version", "version", "-", note="of the node software", is_extra=True),
        Column("Jobs", "jobs", "-", "r", "that it has had"),
        Column("Success", "success", "-", "r", "of all its jobs that were judged"),
        Column("Busy", "busy", "-", "r c-op", "share of the last 7 days in which it ran jobs"),
        Column("Uptime", "uptime", "-", "r c-op", "of the quarters of an hour watched in 7 days, those it was seen in"),
        Column("Seen", "seen", "-", "r", "last time a job or a queue named it"),
    )
    usual = "-seen"
    #: The column of each sort, never null; the address breaks ties.
    sorts: ClassVar[dict[str, str]] = {
        "status": "activity_key",
        "market": "market_key",
        "gpu": "gpu_name",
        "vram": "vram_key",
        "cpu": "cpu",
        "ram": "ram_key",
        "disk": "disk_key",
        "down": "down_key",
        "cuda": "cuda_version",
        "driver": "driver_version",
        "country": "country",
        "version": "node_version",
        "jobs": "jobs",
        "success": "success_key",
        "busy": "busy_share",
        "uptime": "uptime_key",
    }

    status = ManyField(required=False, label="Status")
    gpu = ManyField(required=False, label="GPU")
    vram = ManyField(required=False, label="VRAM")
    market = ManyField(required=False, label="Market")
    country = ManyField(required=False, label="Country")
    success = ManyField(required=False, label="Success rate")
    busy = ManyField(required=False, label="Busy")
    uptime = ManyField(required=False, label="Uptime")
    cuda = ManyField(required=False, label="CUDA")
    driver = ManyField(required=False, label="Driver")
    version = ManyField(required=False, label="Node software")

    def clean_status(self) -> list[str]:
        """Return what a node can do."""
        chosen: list[str] = self.cleaned_data["status"]
        if wrong := [value for value in chosen if value not in Activity.values]:
            raise forms.ValidationError(f"A node is busy, free or idle, not “{wrong[0]}”.")
        return chosen

    def clean_market(self) -> list[str]:
        """Return the addresses of markets there are."""
        chosen: list[str] = self.cleaned_data["market"]
        known = set(Market.objects.filter(pk__in=chosen).values_list("pk", flat=True)) if chosen else set()
        if wrong := [address for address in chosen if address not in known]:
            raise forms.ValidationError(f"No market has the address “{wrong[0]}”.")
        return chosen

    def clean(self) -> dict[str, Any]:
        """Refuse a band that there is none of."""
        for facet in FACETS:
            known = [band.value for band in facet.bands]
            wrong = [value for value in self.cleaned_data.get(facet.name, ()) if known and value not in known]
            if wrong:
                sentence = f"There is no “{wrong[0]}” to choose, but {', '.join(known[:-1])} and {known[-1]}."
                self.add_error(facet.name, sentence)
        return self.cleaned_data

    def wanted(self) -> dict[str, list[str]]:
        """Return the values of each facet that is on."""
        return {facet.name: self.cleaned_data[facet.name] for facet in FACETS if self.cleaned_data[facet.name]}

    def order(self) -> tuple[str, ...]:
        """Return the columns of the chosen sort, the last one unique; "seen" has its index in both directions."""
        sort: str = self.cleaned_data["sort"]
        sign, name = ("-", sort[1:]) if sort.startswith("-") else ("", sort)
        if name == "node":
            return (f"{sign}address",)
        if name == "seen":
            return ("-seen_at", "address") if sign else ("seen_at", "-address")
        return (f"{sign}{self.sorts[name]}", f"{sign}address")
