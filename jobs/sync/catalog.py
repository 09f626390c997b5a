"""Counts what the catalog's lists say of each image and resource: its jobs, its last use, the markets that require it.

The lists are sorted by these figures, so they stand in the catalog's own rows and are a few minutes old.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection
from django.db.models import BigIntegerField, Count, Func, Max, Q, Sum
from django.db.models.functions import Least
from django.utils import timezone
from psycopg import sql

from explorer import images
from explorer.nosana import caching
from jobs.choices import JobState
from jobs.contents import LONGEST, TYPE_LENGTH
from jobs.models import Job, JobRollup
from jobs.models.rollup import DAY, IMAGE
from jobs.rollups.reading import totals_by_key
from markets import catalog
from markets.effective import Served, served_in
from markets.models import Image, Market, Resource

#: Of uses in this time the moment is found, of an older one the day.
RECENT: Final = timedelta(days=2)
_COLUMNS: Final = {
    "jobs": "bigint",
    "succeeded": "bigint",
    "failed": "bigint",
    "ended": "bigint",
    "seconds": "bigint",
    "used_at": "timestamptz",
    "markets": "integer",
}


class _Unnest(Func):
    """The numbers of an array column, one a row."""

    function = "unnest"
    output_field = BigIntegerField()
    set_returning = True


@dataclass(slots=True)
class Figures:
    """The figures of an entry, named as its columns are (markets/models/figures.py)."""

    jobs: int = 0
    succeeded: int = 0
    failed: int = 0
    ended: int = 0
    seconds: int = 0
    used_at: datetime | None = None
    markets: int = 0

    def used(self, moment: datetime | None) -> None:
        """Note a use; the latest stays."""
        if moment is not None:
            self.used_at = max(moment, self.used_at or moment)


@dataclass(slots=True)
class Demands:
    """In which listed markets each entry is required: images by identity, resources by type and cache key."""

    images: dict[tuple[str, ...], set[str]] = field(default_factory=lambda: defaultdict(set))
    resources: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    references: set[str] = field(default_factory=set)

    def add(self, market: str, one: Served) -> None:
        """Note an entry of a market's list, unless it is hidden or no node could name it."""
        if one.is_hidden:
            return
        if one.entry.spec is None:
            if len(one.entry.identity.encode()) <= LONGEST:
                self.images[images.identity(one.entry.identity)].add(market)
                self.references.add(one.entry.identity)
            return
        key = caching.resource_key(one.entry.spec)
        if key and len(key.encode()) <= LONGEST and len(one.entry.type) <= TYPE_LENGTH:
            self.resources[one.entry.type, key].add(market)


def count() -> int:
    """Catalogue what markets require, count everything, and return how many rows changed; a dozen statements.

    Reads one sum an image, and the jobs that use resources: two seconds at a million jobs.
    """
    demands = _demands()
    catalog.image_ids(demands.references)
    catalog.resource_ids(demands.resources)
    return _write(Image, _images(demands)) + _write(Resource, _resources(demands))


def _demands() -> Demands:
    """Return what the listed markets require; four queries."""
    listed = Market.objects.filter(is_listed=True).values_list("pk", flat=True)
    demands = Demands()
    for market, entries in served_in(listed).items():
        for one in entries:
            demands.add(market, one)
    return demands


def _images(demands: Demands) -> dict[int, Figures]:
    """Return the figures of every image; four queries."""
    sums, uses = totals_by_key(IMAGE), _recent_uses()
    found: dict[int, Figures] = {}
    columns = ("pk", "reference", "registry", "repository", "tag", "digest", "used_at")
    for number, reference, registry, repository, tag, digest, used_at in Image.objects.values_list(*columns):
        total = sums.get(str(number))
        # explorer.images.identity(), which would parse them all
        identity = (registry, repository, digest or tag) if repository else (reference,)
        row = Figures(used_at=used_at, markets=len(demands.images.get(identity, ())))
        if total:
            row.jobs, row.succeeded, row.failed = total.listed, total.succeeded, total.failed
            row.ended, row.seconds = total.ended, total.seconds
        row.used(uses.get(number))
        found[number] = row
    unused = [str(number) for number, row in found.items() if row.jobs and row.used_at is None]
    for key, day in _days(unused):
        found[int(key)].used(day)
    return found


def _recent_uses() -> dict[int, datetime]:
    """Return when the newest job with each image was listed, of the jobs of the last days; one query."""
    # The phases are named so that the index of the job list answers.
    jobs = Job.objects.filter(phase__in=(0, 1, 2), order_at__gte=timezone.now() - RECENT).order_by()
    return dict(jobs.annotate(image_id=_Unnest("image_ids")).values_list("image_id").annotate(Max("order_at")))


def _days(keys: list[str]) -> Iterable[tuple[str, datetime]]:
    """Return the last day on which a job with each of these images was listed; one query."""
    days = JobRollup.objects.filter(dimension=IMAGE, unit=DAY, key__in=keys, listed__gt=0).order_by()
    return days.values_list("key").annotate(Max("at"))


def _resources(demands: Demands) -> dict[int, Figures]:
    """Return the figures of every resource; two queries, one of which reads the jobs that use any."""
    sums = {row.pop("resource"): row for row in _resource_sums()}
    found: dict[int, Figures] = {}
    for number, type, key, used_at in Resource.objects.values_list("pk", "type", "key", "used_at"):
        sum_of = sums.get(number, {})
        row = Figures(used_at=used_at, markets=len(demands.resources.get((type, key), ())))
        row.used(sum_of.pop("last", None))
        for name, value in sum_of.items():
            setattr(row, name, value or 0)
        found[number] = row
    return found


def _resource_sums() -> Iterable[Any]:
    """Yield the sums of the jobs with each resource, a dict each, as jobs/rollups/ sums images; one query."""
    present = Q(delisted_at=None)
    ended = present & Q(phase=2, ended_at__isnull=False)
    rows = Job.objects.exclude(resource_ids=[]).order_by().annotate(resource=_Unnest("resource_ids")).values("resource")
    return rows.annotate(
        jobs=Count("pk"),
        succeeded=Count("pk", filter=present & Q(outcome="success")),
        failed=Count("pk", filter=present & Q(outcome="failed")),
        ended=Count("pk", filter=ended),
        seconds=Sum(
            Least("duration", "timeout"), filter=ended & Q(started_at__isnull=False) & ~Q(state=JobState.STOPPED)
        ),
        last=Max("order_at"),
    )


def _write(model: type[Image] | type[Resource], rows: Mapping[int, Figures]) -> int:
    """Write the figures that changed; one statement."""
    columns = [sql.Identifier(name) for name in _COLUMNS]
    kinds = [sql.SQL("%s::bigint[]"), *(sql.SQL(f"%s::{kind}[]") for kind in _COLUMNS.values())]  # noqa: S608 - ours
    comma = sql.SQL(", ")
    statement = sql.SQL(
        "UPDATE {table} AS old SET {changes} FROM unnest({arrays}) AS new (id, {columns}) "
        "WHERE old.id = new.id AND ({old}) IS DISTINCT FROM ({new})"
    ).format(
        table=sql.Identifier(model._meta.db_table),
        changes=comma.join(sql.SQL("{0} = new.{0}").format(column) for column in columns),
        arrays=comma.join(kinds),
        columns=comma.join(columns),
        old=comma.join(sql.SQL("old.{}").format(column) for column in columns),
        new=comma.join(sql.SQL("new.{}").format(column) for column in columns),
    )
    values = [[getattr(row, name) for row in rows.values()] for name in _COLUMNS]
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(rows), *values])
        return int(cursor.rowcount)
