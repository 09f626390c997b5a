"""How jobs fared lately in each market, and with each image there; jobs/readiness/records.py works it out."""

from __future__ import annotations

from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from markets.models.catalog import Image
from markets.models.market import Market

#: Where the bins of waits begin, in seconds; the last one has no end.
WAIT_BINS: Final = (0, 5, 15, 60, 300, 900, 3600, 6 * 3600)


class MarketRecord(models.Model):
    """How long the jobs of a market waited lately."""

    market = models.OneToOneField(Market, models.CASCADE, primary_key=True, related_name="record")
    waits = models.PositiveIntegerField(help_text="jobs that started")
    median_wait_s = models.FloatField(null=True, help_text="seconds from listing to start, the median")
    slow_wait_s = models.FloatField(null=True, help_text="so long or less waited 95 of 100")
    wait_bins = ArrayField(
        models.PositiveIntegerField(), default=list, help_text="jobs by how long they waited, by WAIT_BINS"
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["market"]

    def __str__(self) -> str:
        return f"{self.market_id}, {self.waits} jobs"


class ImageRecord(models.Model):
    """How the jobs with an image fared lately in a market."""

    image = models.ForeignKey(Image, models.CASCADE, related_name="+", db_index=False)
    market = models.ForeignKey(Market, models.CASCADE, related_name="+")
    runs = models.PositiveIntegerField(help_text="jobs that started")
    succeeded = models.PositiveIntegerField()
    failed = models.PositiveIntegerField()
    median_start_s = models.FloatField(null=True, help_text="seconds from listing until its first op ran, the median")

    class Meta:
        ordering = ["image", "market"]
        constraints = [models.UniqueConstraint(fields=["image", "market"], name="image_record_once")]

    def __str__(self) -> str:
        return f"{self.image_id} in {self.market_id}"
