"""Fills in what jobs and definitions lack that were stored by an older release."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import OuterRef, Q, Subquery

from explorer.nosana import definitions
from explorer.upsert import upsert
from jobs import rollups
from jobs.contents import contents_of
from jobs.definition.edit.fingerprint import fingerprint
from jobs.models import Definition, Job
from jobs.sync.definitions import NOTHING, SHOWN, columns_of

BATCH = 500


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
