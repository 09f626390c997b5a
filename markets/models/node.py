"""Nodes: the hosts that run jobs."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Count, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from markets.choices import Activity
from markets.models.market import Market


class NodeQuerySet(models.QuerySet["Node"]):
    """Reads of nodes, in the words of the pages."""

    def newest_first(self) -> NodeQuerySet:
        """Ordered by when they were last seen at work."""
        return self.order_by("-seen_at", "address")

    def doing(self, activity: str) -> NodeQuerySet:
        """Those that run a job (busy), wait in a queue for one (free), or neither (idle); all where it is empty."""
        at_work = Q(address__in=Market.objects.nodes_at_work())
        in_line = Q(address__in=Market.objects.nodes_in_line())
        wanted = {Activity.BUSY: at_work, Activity.FREE: in_line & ~at_work, Activity.IDLE: ~in_line & ~at_work}
        return self.filter(wanted[Activity(activity)]) if activity else self

    def of(self, *, market: str = "", gpu: str = "", country: str = "") -> NodeQuerySet:
        """Those of a market, with a GPU of that name, in a country; an empty one leaves nothing out."""
        facts = {"market": market, "gpu_name": gpu, "country": country}
        return self.filter(**{name: value for name, value in facts.items() if value})

    def commonest(self, column: str, limit: int = 100) -> list[str]:
        """The values of a text column that most nodes have, in their own order; one query."""
        counted = self.exclude(**{column: ""}).values(column).annotate(nodes=Count("pk"))
        return sorted(row[column] for row in counted.order_by("-nodes", column)[:limit])

    def matching(self, text: str) -> NodeQuerySet:
        """Those with the text in their GPU, processor, country or version, or with that address or its start."""
        if not text:
            return self
        machine = Q(gpu_name__icontains=text) | Q(cpu__icontains=text) | Q(node_version__istartswith=text)
        return self.filter(machine | Q(address__startswith=text) | Q(country__iexact=text))


def _or_least(column: str, kind: models.Field[Any, Any] | None = None) -> models.GeneratedField:
    """Return a column that is never null: the value of another, or less than any value of it."""
    kind = kind or models.BigIntegerField()
    value = Coalesce(models.F(column), models.Value(-1, output_field=kind), output_field=kind)
    return models.GeneratedField(expression=value, output_field=kind, db_persist=True)


class Node(models.Model):
    """A host that runs jobs, named by its wallet on Solana. Its machine is self-reported."""

    address = models.CharField(max_length=44, primary_key=True)
    market = models.ForeignKey(Market, models.SET_NULL, null=True, related_name="nodes", db_constraint=False)
    status = models.CharField(max_length=40, blank=True, help_text="ONBOARDED, PREMIUM, …")
    country = models.CharField(max_length=40, blank=True)
    cpu = models.CharField(max_length=200, blank=True)
    ram_mb = models.PositiveBigIntegerField(null=True)
    disk_gb = models.PositiveBigIntegerField(null=True)
    gpus = models.JSONField(default=list, help_text="name, memory_mb, architecture of each")
    gpu_name = models.CharField(max_length=200, blank=True, db_index=True)
    gpu_count = models.PositiveSmallIntegerField(default=0)
    vram_mb = models.PositiveBigIntegerField(null=True, help_text="of all its GPUs")
    cuda_version = models.CharField(max_length=40, blank=True)
    driver_version = models.CharField(max_length=40, blank=True)
    node_version = models.CharField(max_length=40, blank=True)
    system_environment = models.CharField(max_length=300, blank=True)
    download_mbps = models.FloatField(null=True)
    upload_mbps = models.FloatField(null=True)
    ping_ms = models.FloatField(null=True)
    first_seen_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now, help_text="last time a job or a queue named it")
    specs_at = models.DateTimeField(null=True, help_text="the last good answer about its machine")
    specs_due_at = models.DateTimeField(default=timezone.now, db_index=True)
    specs_error = models.TextField(blank=True)

    # What the list is sorted by: where a node did not report something, it is less than any.
    vram_key = _or_least("vram_mb")
    ram_key = _or_least("ram_mb")
    disk_key = _or_least("disk_gb")
    down_key = _or_least("download_mbps", models.FloatField())

    objects = NodeQuerySet.as_manager()

    class Meta:
        ordering = ["-seen_at", "address"]
        indexes = [models.Index(fields=["-seen_at", "address"], name="node_newest")]

    def __str__(self) -> str:
        return self.address

    def get_absolute_url(self) -> str:
        return reverse("markets:node", args=[self.address])
