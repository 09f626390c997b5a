"""Jobs as the network books them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Case, Expression, ExpressionWrapper, F, Func, Max, Q, Value, When
from django.db.models.functions import Cast, Coalesce, Extract, Floor, Greatest, Least, NullIf
from django.db.models.lookups import GreaterThan
from django.utils import timezone

from explorer.markup import page_of
from jobs.choices import UNKNOWN, WITHDRAWN, JobState, Outcome
from jobs.models.entries import ENTRIES
from markets.models import Market

#: Stands for "not yet" where a list is sorted by a time.
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
#: So much the clocks of the chain and of the indexer may differ.
SLACK = timedelta(days=1)
#: Few jobs begin or end so long after they were listed; where one does, an index knows the longest of them.
LONG = timedelta(days=2)


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
        newest: datetime | None = self.present().aggregate(newest=Max("started_key"))["newest"]
        return None if newest == NEVER else newest

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

    def are_in_order(self) -> bool:
        """Whether no job began or ended before it was listed, but for SLACK; a query of an index that is then empty."""
        return not self.filter(OUT_OF_ORDER).exists()

    def longest_wait(self) -> timedelta:
        """How long any job waited at most from its listing to its beginning, LONG if none longer; reads one entry."""
        return self._longest("started_at")

    def longest_life(self) -> timedelta:
        """How long it was at most from the listing of any job to its end, LONG if none longer; reads one entry."""
        return self._longest("ended_at")

    def _longest(self, name: str) -> timedelta:
        return self.filter(_long_after(name)).aggregate(most=Max(_after_listing(name)))["most"] or LONG

    def newest_listing(self, until: datetime | None = None) -> datetime | None:
        """When the job was listed that was listed last, no later than that; one query that reads one place of an index.

        None without any.
        """
        found = self if until is None else self.filter(order_at__lte=until)
        return found.order_by("-order_at", "-address").values_list("order_at", flat=True).first()

    def listed_since(self, moment: datetime) -> JobQuerySet:
        """Jobs that were listed after a moment; the phases are named so that an index answers."""
        return self.filter(phase__in=(0, 1, 2), order_at__gt=moment)


_SECONDS: models.BigIntegerField[int, int] = models.BigIntegerField()


def _whole_seconds() -> Expression:
    """Return how long a job ran, in whole seconds; -1 while it has not ended, and where it ended before it began."""
    ran = ExpressionWrapper(F("ended_at") - F("started_at"), models.DurationField())
    seconds = Cast(Floor(Extract(ran, "epoch", output_field=models.FloatField())), _SECONDS)
    return Greatest(seconds, Value(-1), output_field=_SECONDS)  # GREATEST takes no notice of null


#: What lists are sorted by besides their usual order.
_SORTED_BY = ("price", "duration_key", "started_key", "ended_key")
_MEASURED = ("price", "duration_key")
#: Conditions of partial indexes, in the words that the lists use: PostgreSQL has to recognise them.
_FAILED = Q(outcome=Outcome.FAILED, delisted_at=None)
_UNKNOWN = Q(phase=2, outcome="", delisted_at=None)
_STOPPED = Q(state=JobState.STOPPED, delisted_at=None)
_WITHDRAWN = Q(delisted_at__isnull=False)
_PRESENT = Q(delisted_at=None)
_UNFINISHED = Q(phase__lt=2, delisted_at=None)
_WITH_VOLUME = Q(op_types__contains=["container/create-volume"])


def _before_listing(name: str) -> Q:
    """Return the condition that a time lies more than SLACK before the job's listing; as an index can have it."""
    before = ExpressionWrapper(F("order_at") - F(name), models.DurationField())
    return Q(GreaterThan(before, Value(SLACK, output_field=models.DurationField())))


def _after_listing(name: str) -> Expression:
    """Return how much later than the job's listing a time is."""
    return ExpressionWrapper(F(name) - F("order_at"), models.DurationField())


def _long_after(name: str) -> Q:
    """Return the condition that a time is more than LONG after the job's listing; as an index can have it."""
    return Q(GreaterThan(_after_listing(name), Value(LONG, output_field=models.DurationField())))


OUT_OF_ORDER = _before_listing("started_at") | _before_listing("ended_at")


class Job(models.Model):
    """A job as the network books it. Facts never go backwards; see jobs/sync.py."""

    address = models.CharField(max_length=44, primary_key=True)
    network_id = models.BigIntegerField(null=True, help_text="the indexer's own number")
    # No constraint: the row is written in the same transaction (jobs/sync/store.py) and never deleted, and looking it
    # up for every job takes a tenth of the time. No index of its own: job_market_runs.
    market = models.ForeignKey(Market, models.PROTECT, related_name="jobs", db_index=False, db_constraint=False)
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
    # What its definition names (jobs/contents.py). Numbers of the catalog, no foreign keys: an array has none.
    image_ids = ArrayField(models.BigIntegerField(), default=list, help_text="markets.Image of all its ops")
    resource_ids = ArrayField(models.BigIntegerField(), default=list, help_text="markets.Resource of all its ops")
    op_types = ArrayField(models.CharField(max_length=40), default=list)
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
    duration = models.GeneratedField(
        expression=NullIf(_whole_seconds(), Value(-1)), output_field=_SECONDS, db_persist=True
    )
    # What lists are sorted by is never null, so that a page can begin after any row; null counts as the lowest.
    started_key = models.GeneratedField(
        expression=Coalesce("started_at", Value(NEVER)), output_field=models.DateTimeField(), db_persist=True
    )
    ended_key = models.GeneratedField(
        expression=Coalesce("ended_at", Value(NEVER)), output_field=models.DateTimeField(), db_persist=True
    )
    duration_key = models.GeneratedField(expression=_whole_seconds(), output_field=_SECONDS, db_persist=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["phase", "-order_at", "-address"]
        indexes = [
            # The list in its default order, alone and within what it is filtered by: any depth is one descent. Not
            # only for what is rare: what was used a year ago alone would be found by reading all since.
            models.Index(fields=["phase", "-order_at", "-address"], name="job_newest"),
            # A node has few jobs, so that they are sorted by whatever else they are wanted by: without reading them.
            models.Index(
                fields=["node", "phase", "-order_at", "-address"],
                include=[*_SORTED_BY, "delisted_at"],
                name="job_node_runs",
            ),
            # With what a text is looked for by: of very many jobs in one place few may have some words.
            *(
                models.Index(
                    fields=[place, "phase", "-order_at", "-address"],
                    include=["ipfs_job", "delisted_at"],
                    name=f"job_{place}_runs",
                )
                for place in ("market", "deployer", "payer", "trigger")
            ),
            # What few jobs are, in the same order; small, and written only for these few.
            models.Index(fields=["phase", "-order_at", "-address"], name="job_failed", condition=_FAILED),
            models.Index(fields=["phase", "-order_at", "-address"], name="job_unknown", condition=_UNKNOWN),
            models.Index(fields=["phase", "-order_at", "-address"], name="job_stopped", condition=_STOPPED),
            models.Index(fields=["phase", "-order_at", "-address"], name="job_with_volume", condition=_WITH_VOLUME),
            # These with what they are filtered by: facets count them beside each list that they are left out of, in a
            # seventh of the time that looking at each of them takes.
            models.Index(
                fields=["phase", "-order_at", "-address"],
                include=["market", "node", "deployer", "payer", "trigger", *_SORTED_BY],
                name="job_withdrawn_runs",
                condition=_WITHDRAWN,
            ),
            # What else lists are sorted by, both ways, and ranges of it: filters, charts, how far the sync is. With
            # what jobs are measured by: the dearest of a week are found without looking at each of its jobs.
            models.Index(fields=["order_at", "address"], include=[*_MEASURED, "delisted_at"], name="job_listing_runs"),
            # These of jobs in the books alone, as lists are: so a count need not look at the jobs themselves.
            *(
                models.Index(
                    fields=[f"{name}_key", "address"],
                    include=[*_MEASURED, "order_at"],
                    name=f"job_present_{name}_runs",
                    condition=_PRESENT,
                )
                for name in ("started", "ended")
            ),
            models.Index(fields=["duration_key", "address"], name="job_present_by_duration", condition=_PRESENT),
            models.Index(fields=["price", "address"], name="job_present_by_price", condition=_PRESENT),
            # Jobs by all that filters ask for at once, and by image or resource. What is pending is sorted in by the
            # hundred, which takes a third of the time; so little of it, in kB, that a search reads it in a moment.
            GinIndex(*ENTRIES, name="job_entries_by_time", gin_pending_list_limit=256),
            # What runs and waits now, of each market and node: two or three thousand jobs of any million.
            models.Index(
                fields=["phase", "market", "node", "order_at", "started_at"],
                name="job_unfinished",
                condition=_UNFINISHED,
            ),
            # Hardly any: jobs that began or ended before they were listed. While there are none, a list of what ended
            # before some day need not look at what was listed after it.
            models.Index(fields=["phase"], name="job_out_of_order", condition=OUT_OF_ORDER),
            # Few again: what waited or lasted unusually long. The longest says since when all was listed that began or
            # ended after some day.
            models.Index(_after_listing("started_at"), name="job_long_wait", condition=_long_after("started_at")),
            models.Index(_after_listing("ended_at"), name="job_long_life", condition=_long_after("ended_at")),
            # A search for a CID, and the jobs that share a definition, of which the newest are looked at, or of which
            # those in the books are counted.
            models.Index(fields=["ipfs_job", "-order_at"], include=["delisted_at"], name="job_definition_runs"),
            models.Index(fields=["ipfs_result"], name="job_ipfs_result"),
        ]

    def __str__(self) -> str:
        return self.address

    def get_absolute_url(self) -> str:
        return page_of("jobs:detail", self.address)
