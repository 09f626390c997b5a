"""Jobs, their definitions, and what their nodes reported."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import models
from django.db.models import Case, F, Func, Max, Q, Value, When
from django.db.models.functions import Coalesce, Least
from django.urls import reverse
from django.utils import timezone

from jobs.choices import UNKNOWN, WITHDRAWN, JobState, Outcome
from markets.models import Market


class JobQuerySet(models.QuerySet["Job"]):
    """Reads of jobs, in the words of the pages."""

    def present(self) -> JobQuerySet:
        """Jobs still in the network's books: without those withdrawn from a queue before they ran."""
        return self.filter(delisted_at=None)

    def unfinished(self) -> JobQuerySet:
        """Queued and running jobs."""
        return self.present().filter(phase__lt=2)

    def newest_start(self) -> datetime | None:
        """When the job started that started last; None without any. One query."""
        newest: datetime | None = self.aggregate(newest=Max("started_at"))["newest"]
        return newest

    def newest_first(self) -> JobQuerySet:
        """Queued, then running, then finished; inside each the newest first."""
        return self.order_by("phase", "-order_at", "-address")

    def with_names(self) -> JobQuerySet:
        """Ready for a list: with the market, without what only the job's page shows; one query."""
        return self.select_related("market")

    def with_queue_places(self) -> JobQuerySet:
        """With queue_place, from 1, and queue_length where a job waits in its market's queue; no more queries."""
        place = Func("market__queue", "address", function="array_position", output_field=models.IntegerField())
        length = Func("market__queue", function="cardinality", output_field=models.IntegerField())
        return self.annotate(queue_place=place, queue_length=length).defer("market__queue")

    def in_states(self, states: Sequence[str]) -> JobQuerySet:
        """Jobs in any of these states, by lower-case names; "withdrawn" are those `present()` leaves out."""
        if not states:
            return self.present()
        wanted = Q(state__in=[JobState[name.upper()] for name in states if name != WITHDRAWN], delisted_at=None)
        return self.filter(wanted | Q(delisted_at__isnull=False) if WITHDRAWN in states else wanted)

    def that_went(self, outcome: str) -> JobQuerySet:
        """Finished jobs with that outcome, or of which none is known; all jobs for an empty one."""
        if outcome == UNKNOWN:
            return self.filter(phase=2, outcome="")
        return self.filter(outcome=outcome) if outcome else self

    def of(self, **places: str) -> JobQuerySet:
        """Jobs of a market, node or deployer, by their addresses; an empty one leaves nothing out."""
        return self.filter(**{name: address for name, address in places.items() if address})

    def newest_listing(self) -> datetime | None:
        """When the job was listed that was listed last; one query that reads three ends of an index."""
        by_phase = [self.filter(phase=n).order_by("-order_at", "-address").values("order_at")[:1] for n in (0, 1, 2)]
        row = by_phase[0].union(*by_phase[1:], all=True).order_by("-order_at").first()
        return row["order_at"] if row else None

    def listed_since(self, moment: datetime) -> JobQuerySet:
        """Jobs that were listed after a moment; the phases are named so that an index answers."""
        return self.filter(phase__in=(0, 1, 2), order_at__gt=moment)


class Job(models.Model):
    """A job as the network books it. Facts never go backwards; see jobs/sync.py."""

    address = models.CharField(max_length=44, primary_key=True)
    network_id = models.BigIntegerField(null=True, help_text="the indexer's own number")
    market = models.ForeignKey(Market, models.PROTECT, related_name="jobs", db_index=False)  # job_market_newest
    deployer = models.CharField(max_length=44, help_text="the project that pays")
    payer = models.CharField(max_length=44)
    # No foreign key: nodes are written after jobs, and a list needs only the address.
    node = models.CharField(max_length=44, blank=True, help_text="empty until a node has it")
    state = models.PositiveSmallIntegerField(choices=JobState)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    status = models.CharField(max_length=40, blank=True, help_text="success or failed, as the network judged it")
    price = models.BigIntegerField(help_text="micro-NOS per second")
    timeout = models.BigIntegerField(help_text="seconds")
    listed_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    delisted_at = models.DateTimeField(null=True, help_text="when it was found withdrawn from its queue")
    usd_reward_per_hour = models.DecimalField(max_digits=20, decimal_places=8, null=True, help_text="without the fee")
    trigger = models.CharField(max_length=100, blank=True)
    ipfs_job = models.CharField(max_length=100, blank=True)
    ipfs_result = models.CharField(max_length=100, blank=True)
    image = models.TextField(blank=True, help_text="of its first op that has one; a list shows it")
    op_count = models.PositiveIntegerField(null=True)
    first_seen_at = models.DateTimeField(default=timezone.now)
    checked_at = models.DateTimeField(default=timezone.now, help_text="last time the network spoke of it")

    phase = models.GeneratedField(  # 0 queued, 1 running, 2 over, also for a job withdrawn from its queue
        expression=Case(
            When(delisted_at__isnull=False, then=Value(2)),
            default=Least(F("state"), Value(2)),
            output_field=models.PositiveSmallIntegerField(),
        ),
        output_field=models.PositiveSmallIntegerField(),
        db_persist=True,
    )
    order_at = models.GeneratedField(
        expression=Coalesce("listed_at", "started_at", "first_seen_at"),
        output_field=models.DateTimeField(),
        db_persist=True,
    )

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["phase", "-order_at", "-address"]
        indexes = [
            # The list in its default order, alone and within what it can be filtered by.
            models.Index(fields=["phase", "-order_at", "-address"], name="job_newest"),
            models.Index(fields=["market", "phase", "-order_at", "-address"], name="job_market_newest"),
            models.Index(fields=["node", "phase", "-order_at", "-address"], name="job_node_newest"),
            models.Index(fields=["deployer", "phase", "-order_at", "-address"], name="job_deployer_newest"),
            # How far the sync has come, and a search for a CID.
            models.Index(fields=["-started_at"], name="job_started"),
            models.Index(fields=["ipfs_job"], name="job_ipfs_job"),
            models.Index(fields=["ipfs_result"], name="job_ipfs_result"),
            # What finished in a time: overview and charts.
            models.Index(fields=["ended_at"], name="job_ended", condition=Q(ended_at__isnull=False)),
            # What the workers ask for: who to check next, whose result is still to be fetched.
            models.Index(fields=["checked_at"], name="job_unfinished", condition=Q(state__lt=2, delisted_at=None)),
        ]

    def __str__(self) -> str:
        return self.address

    def get_absolute_url(self) -> str:
        return reverse("jobs:detail", args=[self.address])


class Definition(models.Model):
    """What a job runs, as text; jobs that were posted with the same content share one."""

    key = models.CharField(max_length=100, primary_key=True, help_text="the CID, else the job's address")
    text = models.TextField(blank=True)
    is_exact = models.BooleanField(default=False, help_text="the bytes from IPFS, not a copy the indexer re-wrote")
    error = models.TextField(blank=True, help_text="why it cannot be read as a JSON object")
    image = models.TextField(blank=True, help_text="of its first op that has one; jobs copy it for their list")
    op_count = models.PositiveIntegerField(null=True)
    fetched_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    fetch_error = models.TextField(blank=True)

    class Meta:
        ordering = ["key"]
        indexes = [models.Index(fields=["due_at"], name="definition_due", condition=Q(fetched_at=None))]

    def __str__(self) -> str:
        return self.key


class Result(models.Model):
    """What the node reported of a job, without the log."""

    job = models.OneToOneField(Job, models.CASCADE, primary_key=True, related_name="result")
    body = models.JSONField(
        null=True, help_text="status, times, ops with exit code, results, errors; see jobs/results.py"
    )
    log = models.BinaryField(null=True, help_text="the log's lines, compressed; see jobs/logs.py")
    log_lines = models.PositiveIntegerField(null=True)
    cid = models.CharField(max_length=100, blank=True, help_text="where body and log came from; empty: the indexer")
    fetched_at = models.DateTimeField(null=True, help_text="when it was read from IPFS")
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True, help_text="when to try IPFS next; none: nothing to fetch")
    fetch_error = models.TextField(blank=True)

    class Meta:
        ordering = ["job"]
        indexes = [models.Index(fields=["due_at"], name="result_due", condition=Q(due_at__isnull=False))]

    def __str__(self) -> str:
        return self.job_id
