"""Sums over jobs: by hour, by day and for ever; of all jobs, and by what lists are filtered by."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from django.db import models

#: What jobs are summed by, and over how long.
ALL, MARKET, NODE, DEPLOYER, IMAGE = "all", "market", "node", "deployer", "image"
#: And these for ever only: nobody looks at one of them over time.
PAYER, TRIGGER, OP_TYPE, RESOURCE = "payer", "trigger", "op_type", "resource"
HOUR, DAY, EVER = "hour", "day", "ever"
#: The `at` of sums over all time.
EVER_AT: Final = datetime(1970, 1, 1, tzinfo=UTC)
#: Whole numbers of the jobs listed in a time, as they stand now, and of those that ended in it.
LISTED: Final = (
    "listed",
    "queued",
    "running",
    "completed",
    "stopped",
    "withdrawn",
    "succeeded",
    "failed",
    "unknown",
)
ENDED: Final = (
    "ended",
    "ended_completed",
    "ended_stopped",
    "ended_failed",
    "ended_succeeded",
    "seconds",
    "nos_micro",
    "usd",
    "wait_seconds",
    "waits",
)
FIGURES: Final = (*LISTED, *ENDED)


class JobRollup(models.Model):
    """The figures of the jobs of one key in one hour, one day or ever. Written only by jobs/rollups/.

    The first group counts jobs by when they were listed (Job.order_at) and as they stand now, the second by when they
    ended. Hours are kept of all jobs and of markets; days of them, nodes, deployers and images; ever of everything.
    """

    pk = models.CompositePrimaryKey("dimension", "unit", "key", "at")
    dimension = models.CharField(max_length=8, help_text="all, or what these jobs have in common")
    unit = models.CharField(max_length=4, help_text="hour, day or ever")
    # A trigger is at most as long as Job.trigger.
    key = models.CharField(max_length=100, help_text="an address, a word, a number of the catalog; nothing for all")
    at = models.DateTimeField(help_text="when the hour or day begins, in UTC")

    listed = models.BigIntegerField(default=0, help_text="all of them, however they stand")
    queued = models.BigIntegerField(default=0)
    running = models.BigIntegerField(default=0)
    completed = models.BigIntegerField(default=0)
    stopped = models.BigIntegerField(default=0)
    withdrawn = models.BigIntegerField(default=0, help_text="found gone from their queue; in no other group of these")
    succeeded = models.BigIntegerField(default=0, help_text="by their ops")
    failed = models.BigIntegerField(default=0, help_text="by their ops")
    unknown = models.BigIntegerField(default=0, help_text="finished, and nothing says how")

    ended = models.BigIntegerField(default=0)
    ended_completed = models.BigIntegerField(default=0, help_text="without those in which an op failed")
    ended_stopped = models.BigIntegerField(default=0, help_text="without those in which an op failed")
    ended_failed = models.BigIntegerField(default=0, help_text="an op failed, whatever the state")
    ended_succeeded = models.BigIntegerField(default=0)
    seconds = models.BigIntegerField(default=0, help_text="those that were paid for")
    nos_micro = models.DecimalField(max_digits=60, decimal_places=0, default=0, help_text="for the hosts, without fee")
    usd = models.DecimalField(max_digits=60, decimal_places=10, default=0, help_text="for the hosts, without fee")
    wait_seconds = models.BigIntegerField(default=0, help_text="from listing to start")
    waits = models.BigIntegerField(default=0, help_text="of how many jobs the wait is known")

    class Meta:
        ordering = ["dimension", "unit", "key", "at"]
        # All keys of a dimension since some day: lists of markets, nodes, deployers and images in a time.
        indexes = [models.Index(fields=["dimension", "unit", "at"], name="job_rollup_time")]

    def __str__(self) -> str:
        return f"{self.dimension} {self.key} {self.unit} {self.at:%Y-%m-%d %H:%M}"
