"""Kinds of jobs: those that have all in common that lists are most filtered by, counted together."""

from __future__ import annotations

from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from jobs.choices import OUTCOMES, STATES
from jobs.models.entries import Entry

#: How the jobs of a kind stand and went, as their lists are filtered: in the order of the columns. Of an unfinished
#: job "unknown" says that nobody has spoken of its ops.
CELLS: Final = tuple((state, outcome) for state, _ in STATES for outcome, _ in OUTCOMES)
COUNTS: Final = tuple(f"{state}_{outcome}" for state, outcome in CELLS)
#: What jobs of a kind have in common.
IN_COMMON: Final = ("market", "deployer", "payer", "trigger", "image_ids", "resource_ids", "op_types")
#: The digest of the row that has the sums of all others.
WHOLE: Final = b""


class JobKind(models.Model):
    """How many jobs have these seven things in common, by state and outcome. Written only by jobs/rollups/kinds.py.

    A million jobs are some ten thousand kinds. One row, whose digest is WHOLE and which has nothing else, sums up all
    others.
    """

    # The numbers first: PostgreSQL finds them in no time where nothing of varying length stands before them. No index
    # of them, so that their changes need no new entry anywhere. Below zero only while not all writers keep kinds.
    queued_success = models.IntegerField(default=0)
    queued_failed = models.IntegerField(default=0)
    queued_unknown = models.IntegerField(default=0)
    running_success = models.IntegerField(default=0)
    running_failed = models.IntegerField(default=0)
    running_unknown = models.IntegerField(default=0)
    completed_success = models.IntegerField(default=0)
    completed_failed = models.IntegerField(default=0)
    completed_unknown = models.IntegerField(default=0)
    stopped_success = models.IntegerField(default=0)
    stopped_failed = models.IntegerField(default=0)
    stopped_unknown = models.IntegerField(default=0)
    withdrawn_success = models.IntegerField(default=0)
    withdrawn_failed = models.IntegerField(default=0)
    withdrawn_unknown = models.IntegerField(default=0)
    first_at = models.DateTimeField(help_text="none of its jobs was listed before, by Job.order_at")
    last_at = models.DateTimeField(help_text="none of its jobs was listed after it")
    least_price = models.BigIntegerField(help_text="none of its jobs costs less; micro-NOS per second")
    greatest_price = models.BigIntegerField(help_text="none of its jobs costs more")

    digest = models.BinaryField(primary_key=True, max_length=32, help_text="SHA-256 of the seven, as a row's text")
    market = models.CharField(max_length=44)
    deployer = models.CharField(max_length=44)
    payer = models.CharField(max_length=44)
    trigger = models.CharField(max_length=100)
    image_ids = ArrayField(models.BigIntegerField())
    resource_ids = ArrayField(models.BigIntegerField())
    op_types = ArrayField(models.CharField(max_length=40))

    class Meta:
        ordering = ["digest"]
        # As the index of the jobs themselves (jobs/models/entries.py). Without a list of what is pending, which would
        # be read by every search: new kinds are few.
        indexes = [
            GinIndex(
                *map(Entry, ("market", "deployer", "payer", "trigger")),
                "image_ids",
                "resource_ids",
                "op_types",
                name="job_kind_entries",
                fastupdate=False,
            )
        ]

    def __str__(self) -> str:
        return bytes(self.digest).hex()
