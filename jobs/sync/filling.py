"""Fills in what jobs and definitions lack that were stored by an older release."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db.models import OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, NullIf

from explorer.nosana import definitions
from explorer.upsert import upsert
from jobs import rollups
from jobs.contents import contents_of
from jobs.definition.edit.fingerprint import fingerprint
from jobs.models import Definition, Job
from jobs.models.places import ANYWHERE, limited, used_in
from jobs.rollups import agreement
from jobs.sync.definitions import NOTHING, SHOWN, columns_of, complete, differing, place

BATCH = 500


def is_needed() -> bool:
    """Say whether an older release, or a filling that was stopped, left something to be filled in; a few queries.

    It does not know of places that only a look at all definitions would find.
    """
    unread = Q(words=None) | Q(fingerprint=None)
    unread &= Q(error="", fetched_at__isnull=False)
    lacking = Definition.objects.filter(unread | Q(places__contains=[ANYWHERE])).order_by()
    return lacking.exists() or not agreement.are_whole()


def read_contents() -> Iterator[int]:
    """Read the definitions that were stored without their contents, and yield how many were read, batch by batch.

    Each batch is one transaction: it can be stopped at any time, goes on there, and runs beside everything else.
    """
    unread = Definition.objects.filter(words=None, error="", fetched_at__isnull=False).order_by("key")
    while texts := dict(unread.values_list("key", "text")[:BATCH]):
        _fill(texts)
        yield len(texts)


def make_fingerprints() -> Iterator[int]:
    """Make the fingerprints of the definitions that were stored without, and yield how many, batch by batch.

    As safe as read_contents().
    """
    unread = Definition.objects.filter(fingerprint=None, error="", fetched_at__isnull=False)
    while texts := dict(unread.values_list("key", "text")[:BATCH]):
        bodies = {key: definitions.from_text(text).body for key, text in texts.items()}
        upsert(Definition, [{"key": key, "fingerprint": fingerprint(body)} for key, body in bodies.items()], key="key")
        yield len(texts)


def place_definitions() -> Iterator[int]:
    """Look where definitions are used and whether their jobs have what they name, and yield how many, batch by batch.

    All, from the first one on each time: while two releases wrote jobs, the older one did not note the places, and
    copied nothing into a job. As safe as read_contents() beside writers of this release, who note the places of what
    they are about to write.
    """
    last = ""
    while keys := list(Definition.objects.filter(key__gt=last).order_by("key").values_list("key", flat=True)[:BATCH]):
        if differing(keys):
            with rollups.counted() as counted:
                complete(counted, keys)
        place(_found_in(keys))  # at last: by this, is_needed() knows how far it came
        last = keys[-1]
        yield len(keys)


def _found_in(keys: Sequence[str]) -> dict[str, list[int]]:
    """Return the places of all jobs that definitions have; one query."""
    found: dict[str, set[int]] = {key: set() for key in keys}
    jobs = Job.objects.filter(Q(ipfs_job__in=keys) | Q(pk__in=keys, ipfs_job="")).order_by()
    key_of = Coalesce(NullIf("ipfs_job", Value("")), "address")
    for key, market, deployer, payer, trigger in jobs.values_list(
        key_of, "market", "deployer", "payer", "trigger"
    ).distinct():
        found[key] |= set(used_in(market=market, deployer=deployer, payer=payer, trigger=trigger))
    return {key: limited(places) for key, places in found.items()}


def _fill(texts: dict[str, str]) -> None:
    """Write what definitions name, and into the jobs that share them; a text that is no definition names nothing."""
    bodies = {key: definitions.from_text(text).body for key, text in texts.items()}
    read = columns_of({key: contents_of(body) for key, body in bodies.items() if body is not None})
    nothing = {**NOTHING, "words": "", "fingerprint": ""}
    rows = [{"key": key, **read.get(key, nothing)} for key in texts]
    jobs = Job.objects.filter(Q(ipfs_job__in=texts) | Q(pk__in=texts, ipfs_job=""))
    definition = Definition.objects.filter(Q(pk=OuterRef("ipfs_job")) | Q(pk=OuterRef("address"), pk__in=texts))
    with rollups.counted() as counted:
        counted.before(jobs.values_list("pk", flat=True))
        upsert(Definition, rows, key="key")
        jobs.update(**{name: Subquery(definition.values(name)[:1]) for name in SHOWN})
