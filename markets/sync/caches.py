"""What nodes hold: noted from their jobs, and asked of the nodes themselves. Rules: nosana-cli, resource manager.

A node evicts what its market does not require 24 hours after its last use; the documentation says after the download,
the node's code says otherwise, and the code is what runs. What a node reports outranks what its jobs let expect: with
an answer, an older use of something that the answer leaves out counts for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction
from django.utils import timezone

from explorer import held
from explorer.claims import claim
from explorer.nosana import caching
from explorer.nosana.client import Client
from explorer.nosana.errors import BudgetUnavailable, NosanaError
from explorer.nosana.fetch import Bounds
from explorer.nosana.payloads import NodePayload
from markets.choices import MachineSource
from markets.models import CachedImage, CachedResource, CacheReport, Image, Node, Resource
from markets.models.cache import KEPT
from markets.sync.machines import store_specs

#: How long an answer holds, and how soon a node that gave none is asked again.
HOLD: Final = timedelta(minutes=30)
RETRY: Final = timedelta(hours=1)
#: A node that was seen at work longer ago is not asked.
LATELY: Final = timedelta(days=1)
#: How much of an answer is kept; a node of a big market names a tenth of it.
MOST: Final = 1000
LONGEST: Final = 1000
#: After so long a run asks nobody else: a worker has other things to do, and silent nodes take seconds each.
PATIENCE: Final = timedelta(seconds=40)
#: How many nodes a run takes at a time; they are not asked again soon, even where it dies.
_CLAIMED: Final = 10
#: A node is asked once and briefly.
BOUNDS: Final = Bounds(connect=3, read=5, total=8, tries=1)


@dataclass(frozen=True, slots=True)
class Use:
    """A job that a node started: what it used, by the numbers of the catalog, and when it ended, or else started."""

    node: str
    image_ids: Sequence[int]
    resource_ids: Sequence[int]
    at: datetime


def note_used(uses: Iterable[Use]) -> None:
    """Note that nodes hold what their jobs used; what was last used over 24 hours ago is passed over.

    Two statements, none where nothing is recent. The same result in any order, and when called twice.
    """
    since = timezone.now() - KEPT
    images: dict[tuple[int, str], datetime] = {}
    resources: dict[tuple[int, str], datetime] = {}
    for use in uses:
        if use.node and use.at >= since:
            for found, numbers in ((images, use.image_ids), (resources, use.resource_ids)):
                for number in numbers:
                    key = number, use.node
                    found[key] = max(use.at, found.get(key, use.at))
    _write_used("markets_cachedimage", "image_id", images)
    _write_used("markets_cachedresource", "resource_id", resources)


#: An entry that the node's own, later answer left out is not added again; rows are locked in the order of their key.
_NOTE: Final = """
INSERT INTO {table} AS old ({entry}, node, used_at)
SELECT used.entry, used.node, used.at
FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[]) AS used (entry, node, at)
LEFT JOIN markets_cachereport report ON report.node = used.node
LEFT JOIN {table} known ON known.{entry} = used.entry AND known.node = used.node
WHERE known.id IS NOT NULL OR report.reported_at IS NULL OR report.reported_at < used.at
ORDER BY used.entry, used.node
ON CONFLICT ({entry}, node) DO UPDATE SET used_at = excluded.used_at
WHERE old.used_at IS NULL OR old.used_at < excluded.used_at
"""


def _write_used(table: str, entry: str, used: Mapping[tuple[int, str], datetime]) -> None:
    if not used:
        return
    numbers, nodes = [number for number, _ in used], [node for _, node in used]
    with connection.cursor() as cursor:
        cursor.execute(_NOTE.format(table=table, entry=entry), [numbers, nodes, [*used.values()]])


def forget_stale() -> int:
    """Delete what no node is believed to hold any more, and answers of nodes long gone; return how many entries."""
    now = timezone.now()
    gone = 0
    for model in (CachedImage, CachedResource):
        gone += model.objects.stale(now).delete()[0]
    CacheReport.objects.exclude(node__in=Node.objects.filter(seen_at__gte=now - 7 * LATELY).values("pk")).delete()
    return gone


def ask_nodes(*, client: Client, patience: timedelta = PATIENCE, pace: float = 1.0) -> int:
    """Ask the nodes whose answer is oldest what they hold, one request each; return how many answered.

    A node that gives no answer is no error: most cannot be reached from outside. Stops after `patience`; `pace` is
    that of the network, by which the time until the next question is multiplied.
    """
    started = timezone.now()
    _expect_answers(started)
    answered = 0
    while timezone.now() - started < patience:
        nodes = claim(CacheReport.objects.all(), "due_at", limit=_CLAIMED, hold=RETRY * pace)
        if not nodes:
            break
        for node in nodes:
            answered += _ask(client, node, HOLD * pace)
    return answered


def _ask(client: Client, node: str, hold: timedelta) -> bool:
    try:
        said = client.node_info(node)
        store_specs(node=said, source=MachineSource.NODE)
        return store_report(node=said, hold=hold)
    except BudgetUnavailable:
        raise  # no other node could be asked either
    except NosanaError as error:
        CacheReport.objects.filter(pk=node).update(error=str(error))
        return False


def _expect_answers(now: datetime) -> None:
    """Make sure that every node seen at work lately is asked some day; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO markets_cachereport (node, images, volumes, due_at, error) "
            "SELECT address, '{}', '{}', %s, '' FROM markets_node WHERE seen_at >= %s ON CONFLICT DO NOTHING",
            [now, now - LATELY],
        )


@transaction.atomic
def store_report(*, node: NodePayload, hold: timedelta = HOLD) -> bool:
    """Write what a node says that it holds, in place of what it said before; return whether it says anything.

    Names that no job and no market ever used are kept with the answer only, so that a node cannot fill the catalog.
    """
    images, volumes = _kept(node.cached_images), _kept(node.cached_volumes)
    now = timezone.now()
    if not images and not volumes:
        CacheReport.objects.filter(pk=node.address).update(due_at=now + hold, error="It does not say what it holds.")
        return False
    facts = {"reported_at": now, "images": images, "volumes": volumes, "due_at": now + hold, "error": ""}
    CacheReport.objects.update_or_create(node=node.address, defaults=facts)
    names = {name for tag in images for name in held.takers(held.tag_of(tag))}
    known = Image.objects.filter(reference__in=names).values_list("pk", flat=True)
    _write_reported("markets_cachedimage", "image_id", node.address, list(known) if images else None, now)
    keys = Resource.objects.filter(type__in=caching.TYPES, key__in=volumes).values_list("pk", flat=True)
    _write_reported("markets_cachedresource", "resource_id", node.address, list(keys) if volumes else None, now)
    return True


def _kept(names: Sequence[str] | None) -> list[str]:
    return [name for name in names or () if len(name) <= LONGEST][:MOST]


#: Rows are written in the order of their key and deleted without waiting, so that no two writers wait for each other.
_REPORT: Final = """
INSERT INTO {table} AS old ({entry}, node, reported_at)
SELECT entry, %s, %s FROM unnest(%s::bigint[]) AS entry ORDER BY entry
ON CONFLICT ({entry}, node) DO UPDATE SET reported_at = excluded.reported_at
"""
_DROP: Final = """
DELETE FROM {table} WHERE id IN (
  SELECT id FROM {table}
  WHERE node = %s AND {entry} <> ALL(%s) AND (used_at IS NULL OR used_at < %s) FOR UPDATE SKIP LOCKED)
"""


def _write_reported(table: str, entry: str, node: str, numbers: list[int] | None, at: datetime) -> None:
    """Write the entries that an answer names, and drop those it leaves out; None where it says nothing of the kind."""
    if numbers is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(_REPORT.format(table=table, entry=entry), [node, at, numbers])
        cursor.execute(_DROP.format(table=table, entry=entry), [node, numbers, at])
