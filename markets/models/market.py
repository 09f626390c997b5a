"""Markets: a GPU type with a price and a queue."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q, Value
from django.utils import timezone

from explorer.markup import page_of
from explorer.money import Cost, cost
from markets.choices import QueueType


class Unnest(Func):
    """The items of an array column, one a row."""

    function = "unnest"
    output_field = models.CharField()
    set_returning = True


class MarketQuerySet(models.QuerySet["Market"]):
    """Reads of markets, in the words of the pages."""

    def known(self) -> MarketQuerySet:
        """Markets the network has described, without those only named by some job."""
        return self.exclude(described_at=None)

    def by_name(self) -> MarketQuerySet:
        """Ordered as people look for them."""
        return self.order_by("name", "address")

    def worth_showing(self) -> MarketQuerySet:
        """Those the network lists now, and those it no longer lists but that have jobs."""
        with_jobs = Market.objects.filter(pk=OuterRef("pk"), jobs__isnull=False)
        return self.filter(Q(is_listed=True) | Exists(with_jobs))

    def types(self) -> list[str]:
        """The types there are; one query."""
        return list(self.exclude(type="").order_by("type").values_list("type", flat=True).distinct())

    def of_type(self, kind: str) -> MarketQuerySet:
        """Those of a type, such as PREMIUM; all of them where `kind` is empty."""
        return self.filter(type=kind) if kind else self

    def matching(self, text: str) -> MarketQuerySet:
        """Those with the text in their name, slug or GPUs, or with that address; all of them where it is empty."""
        if not text:
            return self
        gpus = Func(F("gpu_types"), Value(" "), function="array_to_string", output_field=models.TextField())
        here = Q(name__icontains=text) | Q(slug__icontains=text) | Q(gpus__icontains=text) | Q(address=text)
        return self.alias(gpus=gpus).filter(here)

    def nodes_at_work(self) -> models.QuerySet[Any, str]:
        """The addresses of all nodes that run a job now; to be used inside another query."""
        jobs = apps.get_model("jobs", "Job")._default_manager  # by name: this app does not know jobs
        at_work: models.QuerySet[Any, str] = (
            jobs.filter(phase=1, delisted_at=None).order_by().values_list("node", flat=True)
        )
        return at_work

    def nodes_in_line(self) -> models.QuerySet[Market, str]:
        """The addresses of all nodes that wait for a job now; to be used inside another query."""
        return self.filter(queue_type=QueueType.NODES).values_list(Unnest("queue"), flat=True)


class Market(models.Model):
    """A GPU type with a price and a queue, named by its account on Solana."""

    address = models.CharField(max_length=44, primary_key=True)
    slug = models.CharField(max_length=100, blank=True, db_index=True)
    name = models.CharField(max_length=200, blank=True)
    type = models.CharField(max_length=40, blank=True, help_text="PREMIUM, COMMUNITY, OTHER")
    sft = models.CharField(max_length=44, blank=True, help_text="the collection that grants nodes access")
    gpu_types = ArrayField(models.TextField(), default=list)
    lowest_vram_gb = models.PositiveIntegerField(null=True)
    usd_reward_per_hour = models.DecimalField(max_digits=20, decimal_places=8, null=True, help_text="without the fee")
    nos_reward_per_second = models.DecimalField(max_digits=20, decimal_places=12, null=True)
    nos_job_price_per_second = models.DecimalField(max_digits=20, decimal_places=12, null=True)
    network_fee_percentage = models.DecimalField(max_digits=6, decimal_places=3, null=True)
    max_usd_uptime_reward_per_day = models.DecimalField(max_digits=20, decimal_places=8, null=True)
    is_client = models.BooleanField(default=False)
    relation = models.CharField(max_length=44, blank=True, help_text="its premium or community twin")
    described_at = models.DateTimeField(null=True, help_text="when the network last listed it")
    is_listed = models.BooleanField(default=False, help_text="whether the newest market list had it")

    # From the account on chain.
    job_price = models.BigIntegerField(null=True, help_text="micro-NOS per second")
    job_timeout = models.BigIntegerField(null=True, help_text="seconds, the market's default")
    job_expiration = models.BigIntegerField(null=True, help_text="seconds")
    node_xnos_minimum = models.DecimalField(max_digits=39, decimal_places=0, null=True, help_text="micro-xNOS")
    node_access_key = models.CharField(max_length=44, blank=True)
    authority = models.CharField(max_length=44, blank=True)
    queue_type = models.PositiveSmallIntegerField(choices=QueueType, null=True)
    queue = ArrayField(models.CharField(max_length=44), default=list, help_text="first in line first")
    queue_at = models.DateTimeField(null=True)

    # How the last refresh of its required resources went.
    required_at = models.DateTimeField(null=True, help_text="the last good answer")
    required_failed_at = models.DateTimeField(null=True)
    required_error = models.TextField(blank=True, help_text="why the last refresh failed; empty after a good one")
    required_error_kind = models.CharField(max_length=20, blank=True, help_text="the error's word, as in errors.py")
    required_failures = models.PositiveSmallIntegerField(default=0, help_text="failures since the last good answer")
    required_due_at = models.DateTimeField(default=timezone.now, help_text="when it is refreshed next")
    listing_required = models.JSONField(
        null=True, help_text="the lists that the list of markets carries for it, no credentials: images, resources"
    )

    objects = MarketQuerySet.as_manager()

    class Meta:
        ordering = ["name", "address"]

    def __str__(self) -> str:
        return self.name or self.address

    def get_absolute_url(self) -> str:
        return page_of("markets:detail", self.address)

    def has_required(self) -> bool:
        """Say whether the network's own list holds anything now; at most two queries."""
        current = {"removed_at": None}
        return self.required_images.filter(**current).exists() or self.required_resources.filter(**current).exists()

    @property
    def jobs_waiting(self) -> int | None:
        """How many jobs wait here; None when the account on chain was never read."""
        return None if self.queue_type is None else len(self.queue) * (self.queue_type == QueueType.JOBS)

    @property
    def nodes_free(self) -> int | None:
        """How many nodes wait for a job here; None when the account on chain was never read."""
        return None if self.queue_type is None else len(self.queue) * (self.queue_type == QueueType.NODES)

    @property
    def hourly(self) -> Cost:
        """What an hour costs, for the host and the fee; its NOS mean nothing while `job_price` is not known."""
        return cost(
            price=self.job_price or 0,
            seconds=3600,
            usd_per_hour=self.usd_reward_per_hour,
            fee_percentage=self.network_fee_percentage,
        )

    @property
    def usd_per_hour(self) -> Decimal | None:
        """What a deployer pays per hour in USD, the network's fee included."""
        return self.hourly.total_usd

    @property
    def nos_per_hour(self) -> Decimal | None:
        """What a deployer pays per hour in NOS, the fee included; None when the account on chain was never read."""
        return None if self.job_price is None else self.hourly.total_nos
