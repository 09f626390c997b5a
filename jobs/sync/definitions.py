"""Writes of definitions, and what the jobs that share one copy from it."""

# ruff: noqa: S608 - only names of ours are put into SQL, values are parameters
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection
from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce, NullIf

from explorer.copying import array_text
from explorer.nosana.payloads import Definition as DefinitionPayload
from explorer.nosana.payloads import JobPayload
from explorer.upsert import upsert
from jobs import rollups
from jobs.contents import Contents, contents_of
from jobs.models import Definition, Job
from jobs.models.places import ANYWHERE, EVERYWHERE, MOST, limited, used_in
from jobs.sync.rows import definition_key
from markets import catalog

#: What jobs copy from their definition, and what they have where none is known.
SHOWN: Final = ("image", "op_count", "image_ids", "resource_ids", "op_types")
NOTHING: Final[dict[str, Any]] = {
    "image": "",
    "op_count": None,
    "image_ids": [],
    "resource_ids": [],
    "op_types": [],
}
NOT_READ: Final = {**NOTHING, "words": None, "fingerprint": None}
#: Whether what a definition names was read: an older release stored only its text (jobs/sync/filling.py).
_IS_READ: Final = "(words IS NOT NULL OR error <> '')"
#: Joined with the wanted keys: a list of thousands takes PostgreSQL longer to plan than to find.
_KNOWN: Final = f"""
    SELECT key, {_IS_READ}, {", ".join(SHOWN)}
    FROM jobs_definition JOIN unnest(%s::text[]) AS wanted (key) USING (key) WHERE fetched_at IS NOT NULL
"""
#: The jobs that have not what their definition names: with its CID, and without one with the job's address as key. The
#: definitions come first, of which few are read: planned as one, all would be merged with all jobs.
_DIFFERING: Final = f"""
    WITH wanted AS MATERIALIZED (
      SELECT key, {", ".join(SHOWN)} FROM jobs_definition JOIN unnest(%s::text[]) AS asked (key) USING (key)
      WHERE fetched_at IS NOT NULL AND {_IS_READ})
    """ + " UNION ALL ".join(
    f"""
        SELECT job.address FROM wanted JOIN jobs_job AS job ON {is_of}
        WHERE ({", ".join(f"job.{name}" for name in SHOWN)})
          IS DISTINCT FROM ({", ".join(f"wanted.{name}" for name in SHOWN)})
        """
    for is_of in ("job.ipfs_job = key", "job.address = key AND job.ipfs_job = ''")
)
#: A definition is used where it ever was, and in the places that are written now; known to be, it is not so anywhere.
_PLACES: Final = f"""(
    SELECT CASE WHEN COUNT(*) > {MOST} OR bool_or(place = {EVERYWHERE}) THEN '{{{EVERYWHERE}}}'
      ELSE COALESCE(array_agg(place ORDER BY place), '{{}}') END
    FROM (SELECT DISTINCT unnest(%s || new.places) AS place) AS each
)"""
_ELSEWHERE: Final = f"""
    SELECT key FROM jobs_definition JOIN unnest(%s::text[], %s::text[]) AS found (key, places) USING (key)
    WHERE NOT (jobs_definition.places @> found.places::bigint[] OR jobs_definition.places && '{{{EVERYWHERE}}}')
"""
#: The first text of a definition stays until its exact bytes are read from IPFS.
MERGE: Final = {
    **{
        name: f"CASE WHEN old.fetched_at IS NOT NULL THEN old.{name} ELSE new.{name} END"
        for name in ("text", "error", *SHOWN, "words", "fingerprint")
    },
    "fetched_at": "COALESCE(old.fetched_at, new.fetched_at)",
    "places": _PLACES % "old.places",
}


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the definitions of some jobs: what the jobs copy, by key; and the keys of the others.

    `waited_for` are those whose jobs may be written, here or by others, without what they name: still to be fetched or
    read, or come just now, after jobs that share them had come without.
    """

    shown: dict[str, dict[str, Any]]
    waited_for: list[str]


def store_definitions(jobs: Sequence[JobPayload], now: datetime) -> Known:
    """Write the definitions that came for the first time, a row for each that is still to be fetched, and their places.

    Only new ones are looked into: two queries and an upsert, and those of the catalog. One upsert of all, so that two
    writers lock them in one order.
    """
    places = _places_of(jobs)
    shown, unread_texts = _known(places)
    come = {definition_key(job): job.definition for job in jobs if job.definition}
    new = {key: definition for key, definition in come.items() if key not in shown}
    unread = sorted({job.ipfs_job for job in jobs if job.ipfs_job} - set(shown) - set(new))
    read = columns_of({key: contents_of(one.body) for key, one in new.items() if one.body is not None})
    others = [*unread, *_used_elsewhere(places, shown)]
    rows = [_row(key, new.get(key), places[key], read.get(key, NOT_READ), now) for key in [*new, *others]]
    written = upsert(Definition, rows, key="key", merge=MERGE)
    shown |= {key: {name: read.get(key, NOTHING)[name] for name in SHOWN} for key in new}
    return Known(shown, [*sorted(written.keys & new.keys()), *unread, *unread_texts])


def _places_of(jobs: Sequence[JobPayload]) -> dict[str, list[int]]:
    """Return the places of jobs by the keys of their definitions."""
    found: dict[str, set[int]] = {}
    for job in jobs:
        places = used_in(market=job.market, deployer=job.project, payer=job.payer, trigger=job.trigger or "")
        found.setdefault(definition_key(job), set()).update(places)
    return {key: limited(places) for key, places in found.items()}


def _used_elsewhere(places: Mapping[str, Sequence[int]], keys: Iterable[str]) -> list[str]:
    """Return which of these definitions have not all of these places; one query, none for no keys."""
    if not (wanted := sorted(set(keys))):
        return []
    with connection.cursor() as cursor:
        cursor.execute(_ELSEWHERE, [array_text(wanted), array_text(array_text(places[key]) for key in wanted)])
        return [key for (key,) in cursor.fetchall()]


def place(places: Mapping[str, Sequence[int]]) -> None:
    """Write that definitions, which are there, are used in these places and where it was written meanwhile."""
    rows = [{"key": key, "places": found} for key, found in places.items()]
    upsert(Definition, rows, key="key", merge={"places": _PLACES % f"array_remove(old.places, {ANYWHERE}::bigint)"})


def _known(keys: Iterable[str]) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """Return what jobs copy of those of these definitions that came, and which of them were not read; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [array_text(sorted(set(keys)))])
        rows = cursor.fetchall()
    shown = {key: dict(zip(SHOWN, columns, strict=True)) for key, _, *columns in rows}
    return shown, sorted(key for key, is_read, *_ in rows if not is_read)


def differing(keys: Sequence[str]) -> list[str]:
    """Return the jobs of these definitions that have not what these name; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERING, [array_text(keys)])
        return [address for (address,) in cursor.fetchall()]


def complete(counted: rollups.Counted, keys: Sequence[str]) -> None:
    """Write what these definitions name into the jobs that came before that was known; a query where there is none."""
    if keys and (addresses := differing(keys)):
        jobs = Job.objects.filter(pk__in=addresses)
        counted.before(jobs.values_list("pk", flat=True))
        definition = Definition.objects.filter(pk=Coalesce(NullIf(OuterRef("ipfs_job"), Value("")), OuterRef("pk")))
        jobs.update(**{name: Subquery(definition.values(name)) for name in SHOWN})


def columns_of(contents: Mapping[str, Contents]) -> dict[str, dict[str, Any]]:
    """Return the columns of what definitions name, by the same keys; what is new to the catalog is catalogued."""
    images = catalog.image_ids(image for one in contents.values() for image in one.images)
    resources = catalog.resource_ids(pair for one in contents.values() for pair in one.resources)
    return {
        key: {
            "image": one.image,
            "op_count": one.op_count,
            "image_ids": [images[image] for image in one.images],
            "resource_ids": [resources[pair] for pair in one.resources],
            "op_types": list(one.op_types),
            "words": one.words,
            "fingerprint": one.fingerprint,
        }
        for key, one in contents.items()
    }


def _row(
    key: str,
    definition: DefinitionPayload | None,
    places: Sequence[int],
    columns: Mapping[str, Any],
    now: datetime,
) -> dict[str, Any]:
    return {
        "key": key,
        "places": places,
        "text": definition.text if definition else "",
        "error": (definition.error or "") if definition else "",
        "fetched_at": now if definition else None,
        **columns,
    }
