"""What the status page and the probes tell: the sources, the work that waits, the request budget, what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from urllib.parse import urlsplit

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from explorer.models import Source, SyncRecord
from explorer.nosana.budget import JOB_LIST, OTHER, RedisBudget
from explorer.nosana.errors import BudgetUnavailable, OverBudget
from explorer.nosana.networks import Window
from explorer.sources import ESSENTIAL, LATE_AFTER

#: Celery's own name of its only queue, and of what workers hold until it is done.
QUEUE = "celery"
HELD = "unacked"
SKIPPED_SHOWN = 50


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One source with its record; a source that never ran has none."""

    source: Source
    record: SyncRecord | None

    @property
    def state(self) -> str:
        """How it is doing, in a word: waiting (not run yet), failing, paused (by a request budget), late or fine."""
        if self.record is None or not (self.record.succeeded_at or self.record.failures):
            return "waiting"
        if self.record.is_failing:
            return "paused" if self.record.error_kind == OverBudget.kind else "failing"
        lag = self.record.lag
        return "late" if self.source in ESSENTIAL and lag and lag > LATE_AFTER else "fine"


@dataclass(frozen=True, slots=True)
class SkippedRow:
    """A row that was left out because it could not be read."""

    source: Source
    identifier: str
    reason: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Backfill:
    """How far the reading of older jobs has come; `total` and `share` are None until the network has said."""

    done: int
    total: int | None
    is_done: bool

    @property
    def share(self) -> float | None:
        """The part that is done, from 0 to 1."""
        return min(self.done / self.total, 1.0) if self.total else None


@dataclass(frozen=True, slots=True)
class Sources:
    """All sources at one moment."""

    rows: Sequence[SourceRow]

    @property
    def skipped(self) -> list[SkippedRow]:
        """The newest rows that were left out, of all sources."""
        rows = [
            SkippedRow(row.source, kept["identifier"], kept["reason"], datetime.fromisoformat(kept["at"]))
            for row in self.rows
            if row.record
            for kept in row.record.skipped
        ]
        return sorted(rows, key=lambda row: row.at or timezone.now(), reverse=True)[:SKIPPED_SHOWN]

    @property
    def backfill(self) -> Backfill | None:
        """How far the backfill is; None where it never ran."""
        record = next((row.record for row in self.rows if row.source is Source.BACKFILL), None)
        position: dict[str, Any] = record.position if record else {}
        if not position:
            return None
        return Backfill(position["offset"], position["total"], position["is_done"])


def sources() -> Sources:
    """Return every source with its record, in the order of Source; one query."""
    records = {record.source: record for record in SyncRecord.objects.all()}
    return Sources([SourceRow(source, records.get(source)) for source in Source])


@dataclass(frozen=True, slots=True)
class Work:
    """Tasks that wait for a worker, and tasks that workers hold."""

    waiting: int
    held: int


def work() -> Work | None:
    """Return how much work there is; None when Redis does not answer. Two requests to Redis, at most a second each."""
    prefix = str(settings.CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"])
    with _redis() as client:
        try:
            waiting = cast(int, client.llen(prefix + QUEUE))
            return Work(waiting, cast(int, client.hlen(prefix + HELD)))
        except redis.RedisError:
            return None


def _redis() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS, socket_timeout=1, socket_connect_timeout=1)


@dataclass(frozen=True, slots=True)
class Room:
    """How many requests a window of an interface still has room for."""

    interface: str
    host: str
    window: Window
    left: int

    @property
    def share(self) -> float:
        """The part that is left, from 0 to 1."""
        return self.left / self.window.requests


def budgets() -> list[Room]:
    """Return what is left of the request budgets; empty when Redis does not answer. Two requests to Redis."""
    network = settings.NETWORK
    scopes = (
        ("Job list", network.jobs_url, JOB_LIST, network.job_list_limits),
        ("Markets and nodes", network.hosts_url, OTHER, network.other_limits),
    )
    budget = RedisBudget(settings.REDIS)
    try:
        return [
            Room(name, host, window, left)
            for name, url, scope, windows in scopes
            for host in [urlsplit(url).netloc.rpartition("@")[2]]
            for window, left in budget.left(host, scope, windows)
        ]
    except BudgetUnavailable:
        return []
    finally:
        budget.close()


def missing() -> dict[str, str]:
    """Return what the explorer lacks to serve and to sync, by part, in a sentence each; empty when it is ready."""
    lacks = {"database": _database_lacks(), "redis": None if work() else "does not answer"}
    return {part: what for part, what in lacks.items() if what}


def _database_lacks() -> str | None:
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return "does not answer"
    return f"migrations to apply: {len(plan)}" if plan else None
