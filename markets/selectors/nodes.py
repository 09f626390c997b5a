"""Nodes: what a list and a page say of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from django.apps import apps

from explorer.kept import kept
from markets.choices import Activity, QueueType
from markets.facets import FACETS
from markets.models import Market, Node, NodeQuerySet
from markets.selectors.sums import Success, sums


@dataclass(frozen=True, slots=True)
class NodeRow:
    """A node with what a list says of it."""

    node: Node
    activity: Activity
    job: str  # the address of the job it runs; empty if none
    jobs: int  # how many it has had
    success: Success


#: What the list says of a node, as a page and as JSON, with what it is sorted by.
_SHOWN: Final = (
    "market__name", "market__slug", "market__type", "status", "country", "cpu", "ram_mb", "disk_gb", "gpu_name",
    "gpu_count", "vram_mb", "cuda_version", "driver_version", "node_version", "download_mbps", "upload_mbps",
    "first_seen_at", "seen_at", "specs_at", "jobs", "succeeded", "failed", "busy_share", "uptime", "vram_key",
    "ram_key", "disk_key", "down_key", "uptime_key", "success_key",
)  # fmt: skip


#: What a market's page says of its nodes.
_SHORT: Final = ("market", "gpu_name", "gpu_count", "vram_mb", "ram_mb", "country", "seen_at", "specs_at")


def nodes(*, q: str, chosen: Mapping[str, Sequence[str]], order: Iterable[str] = ()) -> NodeQuerySet:
    """Return the nodes that match, with their markets' names, and what is needed to be sorted by the columns `order`.

    `chosen` has the values of each facet that is on.
    """
    found = Node.objects.matching(q)
    keys = {key.lstrip("-") for key in order}
    if "activity_key" in keys:
        found = found.with_activity_key()
    if "market_key" in keys:
        found = found.with_market_name()
    for facet in FACETS:
        if values := chosen.get(facet.name):
            found = found.doing(values) if facet.column == "activity" else found.filter(facet.narrowed(values))
    return found.select_related("market").only(*_SHOWN)


def listed_rows(found: Sequence[Node]) -> list[NodeRow]:
    """Return what the list says of these nodes, with the figures that it is sorted by; two queries."""
    return _rows(found, {node.pk: (node.jobs, _success(node.succeeded, node.failed)) for node in found})


def _success(succeeded: int, failed: int) -> Success:
    return Success(succeeded, succeeded + failed)


def node_row(node: Node, is_free: bool, jobs: int, success: Success) -> NodeRow:
    """Return what a page says of one node that waits in a queue or not, and has had so many jobs; one query."""
    running = _running([node.pk])
    free = {node.pk} if is_free else set()
    return NodeRow(node, _activity(node.pk, running, free), running.get(node.pk, ""), jobs, success)


def node_rows(found: Sequence[Node]) -> list[NodeRow]:
    """Return what a page says of these nodes, with the sums of this moment; three queries."""
    return _rows(found, _history([node.pk for node in found]))


def _rows(found: Sequence[Node], history: Mapping[str, tuple[int, Success]]) -> list[NodeRow]:
    addresses = [node.pk for node in found]
    running, free = _running(addresses), _in_line(addresses)
    rows = []
    for node in found:
        jobs, success = history.get(node.pk, (0, Success()))
        rows.append(NodeRow(node, _activity(node.pk, running, free), running.get(node.pk, ""), jobs, success))
    return rows


def _running(addresses: Sequence[str]) -> dict[str, str]:
    """Return the job that each of these nodes runs; one query."""
    jobs = apps.get_model("jobs", "Job")._default_manager  # as sums.py reaches their sums
    at_work = jobs.filter(node__in=addresses, phase=1, delisted_at=None)
    return dict(at_work.order_by("pk").values_list("node", "pk"))


def _activity(address: str, running: dict[str, str], free: set[str]) -> Activity:
    if address in running:
        return Activity.BUSY
    return Activity.FREE if address in free else Activity.IDLE


def _in_line(addresses: Iterable[str]) -> set[str]:
    """Return those of the addresses that wait in a queue of nodes; one query, kept."""
    return set(_lines().intersection(addresses))


@kept
def _lines() -> frozenset[str]:
    """Return all nodes that wait in a queue."""
    queues = Market.objects.filter(queue_type=QueueType.NODES).order_by().values_list("queue", flat=True)
    return frozenset(address for queue in queues for address in queue)


def _history(addresses: Iterable[str]) -> dict[str, tuple[int, Success]]:
    """Return how many jobs each node has had and how they went; one query."""
    counted = sums("node", "ever").filter(key__in=list(addresses)).values_list("key", "listed", "succeeded", "failed")
    return {node: (jobs, _success(succeeded, failed)) for node, jobs, succeeded, failed in counted}


def first_nodes(market: Market, limit: int = 20) -> list[NodeRow]:
    """Return a market's nodes that were seen last; four queries."""
    return node_rows(list(market.nodes.newest_first().only(*_SHORT)[:limit]))


class Place(NamedTuple):
    """Where a node stands in a market's queue, from 1."""

    market: Market
    position: int
    length: int


def places_of(address: str) -> list[Place]:
    """Return where a node waits for a job; one query."""
    waiting = (
        Market.objects.filter(queue_type=QueueType.NODES, queue__contains=[address]).by_name().only("name", "queue")
    )
    return [Place(market, market.queue.index(address) + 1, len(market.queue)) for market in waiting]
