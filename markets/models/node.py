"""Nodes: the hosts that run jobs."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone

from explorer.markup import page_of
from markets.choices import Activity
from markets.models.market import Market

#: What does not name a market.
_NOT_NAMING: Final = [
    f"market__{field.name}"
    for field in Market._meta.concrete_fields
    if field.name not in {"address", "name", "slug", "type"}
]


class NodeQuerySet(models.QuerySet["Node"]):
    """Reads of nodes, in the words of the pages."""

    def newest_first(self) -> NodeQuerySet:
        """Ordered by when they were last seen at work."""
        return self.order_by("-seen_at", "address")

    def with_activity(self) -> NodeQuerySet:
        """With what each does now, as activity: busy, free or idle; no more queries."""
        return self.annotate(activity=_activity())

    def doing(self, activities: Collection[str]) -> NodeQuerySet:
        """Those that do any of these now, busy, free or idle; no more queries."""
        return self.filter(_doing(activities))

    def with_activity_key(self) -> NodeQuerySet:
        """With what each does now as a number to be sorted by, activity_key: the larger the more; no more queries."""
        return self.annotate(activity_key=_told(2, 1, 0, models.IntegerField()))

    def naming_market(self) -> NodeQuerySet:
        """With the market that each was seen in last, of which no more is read than names it; no more queries."""
        return self.select_related("market").defer(*_NOT_NAMING)

    def with_market_name(self) -> NodeQuerySet:
        """With market_key: the name of its market, empty where it has none; no more queries."""
        return self.annotate(market_key=Coalesce("market__name", Value("")))

    def matching(self, text: str) -> NodeQuerySet:
        """Those with the text in their GPU, processor, country or version, or with that address or its start."""
        if not text:
            return self
        machine = Q(gpu_name__icontains=text) | Q(cpu__icontains=text) | Q(node_version__istartswith=text)
        return self.filter(machine | Q(address__startswith=text) | Q(country__iexact=text))


def _doing(activities: Collection[str]) -> Q:
    """Return the condition that a node does one of these now.

    What it does is not named, as in _told(): PostgreSQL could not judge how many nodes that leaves.
    """
    at_work, in_line = Q(address__in=Market.objects.nodes_at_work()), Q(address__in=Market.objects.nodes_in_line())
    busy, free, idle = Activity.BUSY.value, Activity.FREE.value, Activity.IDLE.value
    conditions = {
        (busy,): at_work,
        (free,): ~at_work & in_line,
        (idle,): ~at_work & ~in_line,
        (busy, free): at_work | in_line,
        (busy, idle): at_work | ~in_line,
        (free, idle): ~at_work,
        (busy, free, idle): Q(),
    }
    return conditions.get(tuple(name for name in (busy, free, idle) if name in activities), Q(pk__in=[]))


def _activity() -> Case:
    return _told(Activity.BUSY, Activity.FREE, Activity.IDLE, models.CharField())


def _told(busy: object, free: object, idle: object, kind: models.Field[Any, Any]) -> Case:
    """Return one of three values by what a node does; one that runs a job is busy, also while a queue names it."""
    at_work, in_line = Q(address__in=Market.objects.nodes_at_work()), Q(address__in=Market.objects.nodes_in_line())
    cases = (When(condition, then=Value(value)) for condition, value in ((at_work, busy), (in_line, free)))
    return Case(*cases, default=Value(idle), output_field=kind)


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

    # How it did, counted in the background by jobs/sync/nodes.py: lists are filtered and sorted by it.
    jobs = models.PositiveBigIntegerField(default=0, help_text="that it ever had")
    succeeded = models.PositiveBigIntegerField(default=0, help_text="by their ops")
    failed = models.PositiveBigIntegerField(default=0, help_text="by their ops")
    busy_share = models.FloatField(default=0, help_text="of the last 7 days, the share in which it ran jobs, 0 to 1")
    uptime = models.FloatField(null=True, help_text="of the quarters of an hour watched lately, those it was seen in")

    # What the list is sorted by: where a node did not report something, it is less than any.
    vram_key = _or_least("vram_mb")
    ram_key = _or_least("ram_mb")
    disk_key = _or_least("disk_gb")
    down_key = _or_least("download_mbps", models.FloatField())
    uptime_key = _or_least("uptime", models.FloatField())
    success_key = models.GeneratedField(
        expression=Case(
            When(succeeded=0, failed=0, then=Value(-1.0)),
            default=Cast("succeeded", models.FloatField()) / (F("succeeded") + F("failed")),
            output_field=models.FloatField(),
        ),
        output_field=models.FloatField(),
        db_persist=True,
    )

    objects = NodeQuerySet.as_manager()

    class Meta:
        ordering = ["-seen_at", "address"]
        indexes = [models.Index(fields=["-seen_at", "address"], name="node_newest")]

    def __str__(self) -> str:
        return self.address

    def get_absolute_url(self) -> str:
        return page_of("markets:node", self.address)
