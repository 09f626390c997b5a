"""When jobs ended and how: the overview's chart and its table. Read from sums by the hour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils import timezone
from django.utils.safestring import SafeString

from explorer import charts
from explorer.formats import thousands
from jobs.models import JobRollup
from jobs.models.rollup import ALL, HOUR

#: Bins are counted from here, so that a bin of hours begins at midnight UTC.
ORIGIN = datetime(2001, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Range:
    """A range of the chart: how far back, how wide a bar is, and after how many hours one is labelled."""

    hours: int
    name: str
    bar_hours: int
    label_hours: int

    @property
    def bar(self) -> str:
        """What one bar stands for."""
        return "hour" if self.bar_hours == 1 else f"{self.bar_hours} hours"


RANGES = (
    Range(24, "24 h", 1, 6),
    Range(48, "48 h", 1, 12),
    Range(168, "7 d", 3, 24),
    Range(720, "30 d", 12, 120),
)
DEFAULT_RANGE = RANGES[1]


def range_of(hours: str | None) -> Range | None:
    """Return the range of that many hours, the default where none is asked for, None where there is no such range."""
    if hours is None:
        return DEFAULT_RANGE
    return next((known for known in RANGES if str(known.hours) == hours), None)


@dataclass(frozen=True, slots=True)
class Bin:
    """The jobs that ended in the time that begins `at`."""

    at: datetime
    completed: int = 0
    stopped: int = 0
    failed: int = 0

    @property
    def total(self) -> int:
        """All jobs that ended then."""
        return self.completed + self.stopped + self.failed


@dataclass(frozen=True, slots=True)
class Ended:
    """The jobs that ended in a range, oldest first; the last bin is not over yet."""

    range: Range
    bins: Sequence[Bin]

    @property
    def total(self) -> Bin:
        """All bins in one."""
        rows = ((row.completed, row.stopped, row.failed) for row in self.bins)
        return Bin(self.bins[0].at, *map(sum, zip(*rows, strict=True)))

    @property
    def chart(self) -> SafeString:
        """The bins as a picture."""
        total, peak = self.total, max(row.total for row in self.bins)
        label = (
            f"Jobs that ended, per {self.range.bar} over {self.range.name}: {thousands(total.completed)} "
            f"completed without a failed op, {thousands(total.stopped)} stopped, {thousands(total.failed)} failed, "
            f"at most {thousands(peak)} at once"
        )
        rows = [self._bar(index, row) for index, row in enumerate(self.bins)]
        return charts.bars(rows, classes=("m-done", "m-stop", "m-fail"), label=label, height=228)

    def _bar(self, index: int, row: Bin) -> charts.Bar:
        told = f"{row.completed:,} completed, {row.stopped:,} stopped, {row.failed:,} failed"
        hours = (row.at - ORIGIN) // timedelta(hours=1)
        # A label needs room to its right; the last bins have none.
        is_labelled = hours % self.range.label_hours == 0 and index < len(self.bins) * 0.95
        label = (f"{row.at:%a} {row.at.day}" if row.at.hour == 0 else f"{row.at:%H:%M}") if is_labelled else ""
        return charts.Bar(f"{row.at:%a %d %b, %H:%M} UTC: {told}", (row.completed, row.stopped, row.failed), label)


def ended_jobs(asked: Range) -> Ended:
    """Return how many jobs ended how, by bin; one query that reads a row an hour."""
    step = timedelta(hours=asked.bar_hours)
    last = ORIGIN + (timezone.now() - ORIGIN) // step * step
    first = last - timedelta(hours=asked.hours) + step
    counts = [[0, 0, 0] for _ in range(asked.hours // asked.bar_hours)]
    hours = JobRollup.objects.filter(dimension=ALL, key="", unit=HOUR, at__gte=first, at__lt=last + step).order_by()
    for at, *ended in hours.values_list("at", "ended_completed", "ended_stopped", "ended_failed"):
        held = counts[(at - first) // step]
        for part, jobs in enumerate(ended):
            held[part] += jobs
    return Ended(asked, [Bin(first + step * number, *held) for number, held in enumerate(counts)])
