"""What the explorer remembers about itself: which network it holds, and how its sources are doing."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.utils import timezone


class Installation(models.Model):
    """The one network whose data this database holds: data of two networks never mixes."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    network = models.CharField(max_length=20)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_installation")]

    def __str__(self) -> str:
        return self.network


class Source(models.TextChoices):
    """Every interface that the explorer reads, by the name its record and the status page use."""

    MARKETS = "markets", "Markets"
    REQUIRED = "required", "Required resources"
    QUEUES = "queues", "Queues, on chain"
    NODES = "nodes", "Nodes"
    JOBS = "jobs", "Newest jobs"
    UNFINISHED = "unfinished", "Unfinished jobs"
    BACKFILL = "backfill", "Older jobs"
    DEFINITIONS = "definitions", "Definitions, IPFS"
    RESULTS = "results", "Results, IPFS"
    PRICE = "price", "NOS price"


class SyncRecord(models.Model):
    """How one source is doing: when it last answered, what it brought, what went wrong, what was left out."""

    source = models.CharField(max_length=20, choices=Source, primary_key=True)
    started_at = models.DateTimeField(null=True)
    succeeded_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0, help_text="failures since the last success")
    error_kind = models.CharField(max_length=20, blank=True)
    error = models.TextField(blank=True, help_text="the last failure in one sentence; empty after a success")
    rows_seen = models.PositiveIntegerField(default=0, help_text="rows of the last successful run")
    rows_changed = models.PositiveIntegerField(default=0)
    rows_skipped = models.PositiveIntegerField(default=0)
    skipped_total = models.PositiveBigIntegerField(default=0)
    skipped = models.JSONField(default=list, help_text="the newest skipped rows: identifier, reason, at")
    position = models.JSONField(default=dict, help_text="where a resumable run goes on")

    class Meta:
        ordering = ["source"]

    def __str__(self) -> str:
        return self.source

    @property
    def lag(self) -> timedelta | None:
        """How long ago the source last answered; None if it never did."""
        return timezone.now() - self.succeeded_at if self.succeeded_at else None

    @property
    def is_failing(self) -> bool:
        """Whether the last run failed."""
        return self.failures > 0
