"""How jobs with an image or a resource went: ever, lately, and by day; from sums, never from the jobs themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.safestring import SafeString

from explorer import charts
from explorer.formats import thousands
from jobs.models.rollup import DAY, IMAGE
from jobs.rollups.reading import Totals, series, totals
from markets.models import Image, Resource

#: Days that the chart shows, today included.
DAYS = 30


@dataclass(frozen=True, slots=True)
class Days:
    """The jobs that ended by day, oldest first; the last day is not over yet."""

    rows: Sequence[Totals]

    @property
    def completed(self) -> int:
        """Jobs that completed, all days."""
        return sum(row.ended_completed for row in self.rows)

    @property
    def stopped(self) -> int:
        """Jobs that were stopped, all days."""
        return sum(row.ended_stopped for row in self.rows)

    @property
    def failed(self) -> int:
        """Jobs in which an op failed, all days."""
        return sum(row.ended_failed for row in self.rows)

    @property
    def chart(self) -> SafeString:
        """The days as a picture."""
        label = (
            f"Jobs that ended, per day over {len(self.rows)} days: {thousands(self.completed)} "
            f"completed without a failed op, {thousands(self.stopped)} stopped, {thousands(self.failed)} failed"
        )
        return charts.bars([*map(_bar, self.rows)], classes=("m-done", "m-stop", "m-fail"), label=label)


def _bar(day: Totals) -> charts.Bar:
    at = day.at or timezone.now()
    parts = (day.ended_completed, day.ended_stopped, day.ended_failed)
    told = "{:,} completed, {:,} stopped, {:,} failed".format(*parts)
    return charts.Bar(f"{at:%a %d %b}: {told}", parts, f"{at.day} {at:%b}" if at.weekday() == 0 else "")


@dataclass(frozen=True, slots=True)
class Usage:
    """What the jobs with an entry come to. Times in seconds; `lately` are those listed in the last `span` days.

    `lately`, the waits and `days` are not counted for resources: None.
    """

    jobs: int
    succeeded: int
    judged: int
    ended: int
    seconds: int
    used_at: datetime | None
    lately: int | None = None
    mean_wait: float | None = None
    days: Days | None = None

    span = DAYS

    @property
    def success(self) -> float | None:
        """The share of successes, from 0 to 1; None while none was judged."""
        return self.succeeded / self.judged if self.judged else None

    @property
    def mean_seconds(self) -> float | None:
        """How long a job with it ran; None while none ended."""
        return self.seconds / self.ended if self.ended else None


def image_usage(image: Image) -> Usage:
    """Return what the jobs with an image come to; two queries."""
    key, today = str(image.pk), timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    ever = totals(IMAGE, key)
    first = today - timedelta(days=DAYS - 1)
    found = {row.at: row for row in series(IMAGE, key, DAY, first, today + timedelta(days=1))}
    times = [first + timedelta(days=number) for number in range(DAYS)]
    days = [found.get(at) or Totals(at) for at in times]
    return Usage(
        jobs=ever.listed,
        succeeded=ever.succeeded,
        judged=ever.succeeded + ever.failed,
        ended=ever.ended,
        seconds=ever.seconds,
        used_at=image.used_at,
        lately=sum(day.listed for day in days),
        mean_wait=ever.mean_wait_seconds,
        days=Days(days) if any(day.ended for day in days) else None,
    )


def resource_usage(resource: Resource) -> Usage:
    """Return what the jobs with a resource come to, as counted in the background; no query."""
    return Usage(
        jobs=resource.jobs,
        succeeded=resource.succeeded,
        judged=resource.judged,
        ended=resource.ended,
        seconds=resource.seconds,
        used_at=resource.used_at,
    )
