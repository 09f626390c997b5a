"""What the sync saw as time went by, summed up so that it stays small: queues and prices, and when nodes were there."""

from __future__ import annotations

from django.db import models

from markets.models.market import Market
from markets.models.slots import NONE, SlotsField

#: How long a row of MarketHistory stands for.
HOUR, DAY = "hour", "day"


class MarketHistory(models.Model):
    """A market's queue and price in one hour or day, as often as they were read in it.

    Counts are summed over the reads, so that a mean is their sum by `reads`. Prices are those of the last read.
    """

    pk = models.CompositePrimaryKey("market_id", "unit", "at")
    market = models.ForeignKey(Market, models.CASCADE, related_name="history", db_index=False)
    unit = models.CharField(max_length=4, help_text="hour or day")
    at = models.DateTimeField(help_text="when the hour or day begins, in UTC")
    reads = models.PositiveIntegerField()
    waiting = models.PositiveBigIntegerField(help_text="jobs in line, of all reads")
    most_waiting = models.PositiveIntegerField(help_text="jobs in line, at most")
    free = models.PositiveBigIntegerField(help_text="nodes in line, of all reads")
    most_free = models.PositiveIntegerField(help_text="nodes in line, at most")
    running = models.PositiveBigIntegerField(help_text="jobs that ran, of all reads")
    job_price = models.BigIntegerField(null=True, help_text="micro-NOS per second, for the host")
    usd_per_hour = models.DecimalField(
        max_digits=20, decimal_places=8, null=True, help_text="for the host, without fee"
    )
    fee_percentage = models.DecimalField(max_digits=6, decimal_places=3, null=True)

    class Meta:
        ordering = ["market", "unit", "at"]
        # All markets since some day: the board, and what is forgotten.
        indexes = [models.Index(fields=["unit", "at"], name="market_history_time")]

    def __str__(self) -> str:
        return f"{self.market_id} {self.unit} {self.at:%Y-%m-%d %H:%M}"


class NodeDay(models.Model):
    """In which quarters of an hour of a day a node was seen waiting in a queue, and at a job."""

    pk = models.CompositePrimaryKey("node", "day")
    node = models.CharField(max_length=44)
    day = models.DateField(help_text="in UTC")
    free = SlotsField(default=NONE)
    busy = SlotsField(default=NONE)

    class Meta:
        ordering = ["node", "day"]
        indexes = [models.Index(fields=["day"], name="node_day_time")]

    def __str__(self) -> str:
        return f"{self.node} {self.day}"


class WatchDay(models.Model):
    """In which quarters of an hour of a day the queues were read at all: a node is not missed in the others."""

    day = models.DateField(primary_key=True, help_text="in UTC")
    slots = SlotsField(default=NONE)

    class Meta:
        ordering = ["day"]

    def __str__(self) -> str:
        return str(self.day)
