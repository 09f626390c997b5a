"""How the sources are doing: written by every sync, read by every page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from explorer.models import Source, SyncRecord
from explorer.nosana.errors import NosanaError, Unreachable
from explorer.nosana.payloads import Skipped

#: How many skipped rows a record keeps to show; the totals count all of them.
SKIPPED_KEPT = 20
#: The sources without which a page is out of date; the others only make it richer.
ESSENTIAL = (Source.MARKETS, Source.JOBS)
#: A page is called late when its sources have been silent for this long; longer than any of their intervals.
LATE_AFTER = timedelta(minutes=5)


@dataclass
class Run:
    """What one run of a source brought, for its record."""

    seen: int = 0
    changed: int = 0
    skipped: list[Skipped] = field(default_factory=list)

    def add(self, *, seen: int = 0, changed: int = 0, skipped: Iterable[Skipped] = ()) -> None:
        """Add the counts of one answer."""
        self.seen += seen
        self.changed += changed
        self.skipped.extend(skipped)


@contextmanager
def recorded(source: Source) -> Iterator[Run]:
    """Record the run inside as the source's newest: a success with its counts, or a NosanaError, which goes on up.

    Two statements. Must not be used inside a transaction, which would undo the record of a failure.
    """
    started = timezone.now()
    run = Run()
    try:
        yield run
    except NosanaError as error:
        record_failure(source, error, started=started)
        raise
    record_success(source, run, started=started)


def record_failure(source: Source, error: NosanaError, *, started: datetime | None = None) -> None:
    """Note that a run failed; what it brought before stays."""
    facts: dict[str, Any] = {
        "started_at": started or timezone.now(),
        "failed_at": timezone.now(),
        "error_kind": error.kind,
        "error": str(error),
    }
    SyncRecord.objects.update_or_create(
        source=source, defaults={**facts, "failures": F("failures") + 1}, create_defaults={**facts, "failures": 1}
    )


@transaction.atomic
def record_success(source: Source, run: Run, *, started: datetime | None = None) -> None:
    """Note that a run succeeded, with its counts and skipped rows."""
    record, _ = SyncRecord.objects.select_for_update().get_or_create(source=source)
    record.started_at = started or timezone.now()
    record.succeeded_at = timezone.now()
    record.failures, record.error, record.error_kind = 0, "", ""
    record.rows_seen, record.rows_changed, record.rows_skipped = run.seen, run.changed, len(run.skipped)
    record.skipped_total += len(run.skipped)
    record.skipped = _kept(run.skipped, record.skipped, record.succeeded_at)
    record.save()


def _kept(new: list[Skipped], old: list[dict[str, str]], at: datetime) -> list[dict[str, str]]:
    """Return the newest skipped rows, each row and reason once."""
    rows = [{"identifier": s.identifier[:100], "reason": s.reason[:300], "at": at.isoformat()} for s in new]
    seen: set[tuple[str, str]] = set()
    kept = []
    for row in [*rows, *old]:
        if (key := (row["identifier"], row["reason"])) not in seen:
            seen.add(key)
            kept.append(row)
    return kept[:SKIPPED_KEPT]


@dataclass(frozen=True, slots=True)
class Health:
    """The sync in one look: for the bar on top of every page and its warning."""

    synced_at: datetime | None  # when the essential sources had all answered
    failing: tuple[SyncRecord, ...]  # the essential ones whose last run failed
    is_late: bool

    @property
    def is_unreachable(self) -> bool:
        """Whether the network gives no answer at all."""
        return any(record.error_kind == Unreachable.kind for record in self.failing)

    @property
    def is_fine(self) -> bool:
        """Whether what a page shows is up to date."""
        return not self.failing and not self.is_late


def health() -> Health:
    """Return how the essential sources are doing; one query."""
    records = list(SyncRecord.objects.filter(source__in=ESSENTIAL))
    times = [record.succeeded_at for record in records if record.succeeded_at]
    synced_at = min(times) if len(times) == len(ESSENTIAL) else None
    failing = tuple(record for record in records if record.is_failing)
    return Health(synced_at, failing, synced_at is None or timezone.now() - synced_at > LATE_AFTER)
