"""What the catalog's lists say of an entry and are sorted by: counted in the background, not while a page is made."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import models
from django.db.models import Case, F, Value, When
from django.db.models.functions import Cast, Coalesce

NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class Figures(models.Model):
    """Of all jobs that use an entry: how many, how they went, how long they ran; and which markets require it.

    Written by jobs/sync/catalog.py. The last two columns are there to be sorted by: no value is the lowest.
    """

    jobs = models.PositiveBigIntegerField(default=0, help_text="that were ever listed with it")
    succeeded = models.PositiveBigIntegerField(default=0)
    failed = models.PositiveBigIntegerField(default=0)
    ended = models.PositiveBigIntegerField(default=0)
    seconds = models.PositiveBigIntegerField(default=0, help_text="paid, of those that ended")
    used_at = models.DateTimeField(null=True, help_text="the last use; of an older one only the day")
    markets = models.PositiveIntegerField(default=0, help_text="listed ones that require it, under any of its names")

    success_key = models.GeneratedField(
        expression=Case(
            When(succeeded=0, failed=0, then=Value(-1.0)),
            default=Cast("succeeded", models.FloatField()) / (F("succeeded") + F("failed")),
            output_field=models.FloatField(),
        ),
        output_field=models.FloatField(),
        db_persist=True,
    )
    used_key = models.GeneratedField(
        expression=Coalesce("used_at", Value(NEVER)), output_field=models.DateTimeField(), db_persist=True
    )

    class Meta:
        abstract = True

    @property
    def judged(self) -> int:
        """How many of its jobs succeeded or failed."""
        return self.succeeded + self.failed

    @property
    def success(self) -> float | None:
        """The share of successes, from 0 to 1; None while none was judged."""
        return self.succeeded / self.judged if self.judged else None

    @property
    def mean_seconds(self) -> float | None:
        """How long a job with it ran; None while none ended."""
        return self.seconds / self.ended if self.ended else None
