"""Counts what the catalog's lists say of each image and resource: its jobs, its last use, the markets that require it.

The lists are sorted by these figures, so they stand in the catalog's own rows and are a few minutes old.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.db import connection
from django.db.models import BigIntegerField, Func, Max
from django.utils import timezone
from psycopg import sql

from explorer import images
from explorer.nosana import caching
from jobs.contents import LONGEST, TYPE_LENGTH
from jobs.models import Job, JobRollup
from jobs.models.rollup import DAY, IMAGE, RESOURCE
from jobs.rollups.reading import Totals, totals_by_key
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
    sums, uses = totals_by_key(IMAGE), _recent_uses("image_ids")
    found: dict[int, Figures] = {}
    columns = ("pk", "reference", "registry", "repository", "tag", "digest", "used_at")
    for number, reference, registry, repository, tag, digest, used_at in Image.objects.values_list(*columns):
        # explorer.images.identity(), which would parse them all
        identity = (registry, repository, digest or tag) if repository else (reference,)
        row = _figures(used_at, len(demands.images.get(identity, ())), sums.get(str(number)))
        row.used(uses.get(number))
        found[number] = row
    for key, day in _days(_unused(found)):
        found[int(key)].used(day)
    return found


def _resources(demands: Demands) -> dict[int, Figures]:
    """Return the figures of every resource; four queries."""
    sums, uses = totals_by_key(RESOURCE), _recent_uses("resource_ids")
    found: dict[int, Figures] = {}
    for number, type, key, used_at in Resource.objects.values_list("pk", "type", "key", "used_at"):
        row = _figures(used_at, len(demands.resources.get((type, key), ())), sums.get(str(number)))
        row.used(uses.get(number))
        found[number] = row
    for number, moment in _last_uses(_unused(found)).items():
        found[number].used(moment)
    return found


def _figures(used_at: datetime | None, markets: int, sums: Totals | None) -> Figures:
    """Return figures of an entry by its sums, the moment that was its last use so far, and how many require it."""
    row = Figures(used_at=used_at, markets=markets)
    if sums:
        row.jobs, row.succeeded, row.failed = sums.listed, sums.succeeded, sums.failed
        row.ended, row.seconds = sums.ended, sums.seconds
    return row


def _unused(found: Mapping[int, Figures]) -> list[int]:
    """Return the entries of which a last use must be known, and is not: they came with jobs that are not recent."""
    return [number for number, row in found.items() if row.jobs and row.used_at is None]


def _recent_uses(column: str) -> dict[int, datetime]:
    """Return when the newest job with each entry was listed, of the jobs of the last days; one query."""
    # The phases are named so that the index of the job list answers.
    jobs = Job.objects.filter(phase__in=(0, 1, 2), order_at__gte=timezone.now() - RECENT).order_by()
    return dict(jobs.annotate(entry=_Unnest(column)).values_list("entry").annotate(Max("order_at")))


def _days(numbers: list[int]) -> Iterable[tuple[str, datetime]]:
    """Return the last day on which a job with each of these images was listed; one query."""
    keys = [str(number) for number in numbers]
    days = JobRollup.objects.filter(dimension=IMAGE, unit=DAY, key__in=keys, listed__gt=0).order_by()
    return days.values_list("key").annotate(Max("at"))


def _last_uses(numbers: list[int]) -> dict[int, datetime]:
    """Return when the newest job with each of these resources was listed; one query that reads their jobs."""
    jobs = Job.objects.filter(resource_ids__overlap=numbers).order_by().annotate(entry=_Unnest("resource_ids"))
    newest = jobs.values_list("entry").annotate(Max("order_at"))
    return {number: at for number, at in newest if number in numbers}


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
