"""Reads of the market and node pages that join several tables. Every one is a constant number of queries.

Jobs are reached by the market's reverse relation, and their sums by the name of their model: this app does not know
the jobs app.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from django.apps import apps
from django.db.models import Count, QuerySet, Sum
from django.utils import timezone

from explorer.nosana import base58
from markets.choices import Activity, QueueType
from markets.models import Market, Node, NodeQuerySet, RequiredImage, RequiredResource

#: How many days a market's success rate looks at, today included.
LATELY = 7
#: How many of those who wait in a queue a page shows; the count says how many there are.
QUEUE_SHOWN = 100


class Success(NamedTuple):
    """How many jobs succeeded of those that were judged."""

    succeeded: int = 0
    judged: int = 0

    @property
    def share(self) -> float | None:
        """The share of successes, from 0 to 1; None while no job was judged."""
        return self.succeeded / self.judged if self.judged else None

    @property
    def failed(self) -> int:
        """How many failed."""
        return self.judged - self.succeeded


@dataclass(frozen=True, slots=True)
class MarketRow:
    """A market with what a list says of it."""

    market: Market
    running: int
    nodes: int
    success: Success
    images: int
    resources: int

    @property
    def demand(self) -> int | None:
        """Waiting jobs as a positive number, free nodes as a negative one; None while the queue is not known."""
        if self.market.jobs_waiting is None or self.market.nodes_free is None:
            return None
        return self.market.jobs_waiting - self.market.nodes_free


_SORT_KEYS: dict[str, Callable[[MarketRow], Any]] = {
    "name": lambda row: row.market.name.casefold() or None,
    "gpu": lambda row: " ".join(row.market.gpu_types).casefold() or None,
    "vram": lambda row: row.market.lowest_vram_gb,
    "type": lambda row: row.market.type or None,
    "usd": lambda row: row.market.usd_per_hour,
    "nos": lambda row: row.market.nos_per_hour,
    "queue": lambda row: row.demand,
    "running": lambda row: (row.running, row.demand or 0),
    "nodes": lambda row: row.nodes,
    "success": lambda row: row.success.share,
    "required": lambda row: row.images + row.resources,
    "refreshed": lambda row: row.market.required_at,
}


def board(*, q: str, type: str, sort: str) -> list[MarketRow]:
    """Return the markets that match, sorted by a name of `_SORT_KEYS`, "-" before it for largest first; six queries."""
    markets = list(Market.objects.worth_showing().of_type(type).matching(q).by_name())
    running = dict(_sums("market", "ever").values_list("key", "running"))
    nodes = _counts(Node.objects.exclude(market=None))
    images = _counts(RequiredImage.objects.filter(removed_at=None))
    resources = _counts(RequiredResource.objects.filter(removed_at=None))
    success = success_lately()
    rows = [
        MarketRow(
            market=market,
            running=running.get(market.pk, 0),
            nodes=nodes.get(market.pk, 0),
            success=success.get(market.pk, Success()),
            images=images.get(market.pk, 0),
            resources=resources.get(market.pk, 0),
        )
        for market in markets
    ]
    return _sorted(rows, sort)


def _sorted(rows: list[MarketRow], sort: str) -> list[MarketRow]:
    """Return the rows in order; those without a value come last both ways, and ties stay as they were."""
    key = _SORT_KEYS[sort.removeprefix("-")]
    present = [row for row in rows if key(row) is not None]
    absent = [row for row in rows if key(row) is None]
    return sorted(present, key=key, reverse=sort.startswith("-")) + absent


def _counts(queryset: QuerySet[Any]) -> dict[str, int]:
    """Return how many rows each market has; one query."""
    return dict(queryset.order_by().values_list("market").annotate(Count("pk")))


def _sums(dimension: str, unit: str) -> QuerySet[Any]:
    """Return the sums over jobs by market or node, by the hour, by the day or "ever" (jobs/models/rollup.py)."""
    return apps.get_model("jobs", "JobRollup")._default_manager.filter(dimension=dimension, unit=unit).order_by()


def success_lately(*, market: str = "") -> dict[str, Success]:
    """Return how the jobs went that ended in the last days, by market, of all or of one; one query."""
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    days = _sums("market", "day").filter(at__gt=midnight - timedelta(days=LATELY))
    if market:
        days = days.filter(key=market)
    counted = days.values_list("key").annotate(Sum("ended_succeeded"), Sum("ended_failed"))
    return {key: Success(succeeded, succeeded + failed) for key, succeeded, failed in counted}


def find_market(key: str) -> Market | None:
    """Return the market with that address or slug, a listed one first; at most two queries."""
    if base58.is_address(key):
        return Market.objects.filter(pk=key).first()
    if not key.isprintable():
        return None
    return Market.objects.filter(slug=key).order_by("-is_listed", "address").first()


@dataclass(frozen=True, slots=True)
class MarketFigures:
    """What a market's page reads out."""

    running: int
    nodes_busy: int
    nodes_known: int
    success: Success


def figures(market: Market) -> MarketFigures:
    """Return a market's figures; three queries."""
    at_work = Market.objects.filter(pk=market.pk, jobs__phase=1, jobs__delisted_at=None)
    counted = at_work.aggregate(running=Count("jobs"), nodes=Count("jobs__node", distinct=True))
    success = success_lately(market=market.pk).get(market.pk, Success())
    return MarketFigures(counted["running"], counted["nodes"], market.nodes.count(), success)


class Waiting(NamedTuple):
    """One in a market's queue. `is_known` says whether it has a page here."""

    address: str
    is_known: bool


def queue_of(market: Market) -> list[Waiting]:
    """Return who waits in a market's queue, first in line first, the first hundred; one query."""
    line = market.queue[:QUEUE_SHOWN]
    if market.queue_type == QueueType.JOBS:
        known = set(Market.objects.filter(jobs__in=line).values_list("jobs", flat=True))
    else:
        known = set(Node.objects.filter(pk__in=line).values_list("pk", flat=True))
    return [Waiting(address, address in known) for address in line]


@dataclass(frozen=True, slots=True)
class NodeRow:
    """A node with what a list says of it."""

    node: Node
    activity: Activity
    job: str  # the address of the job it runs; empty if none
    jobs: int  # how many it has had
    success: Success


def nodes(*, q: str, market: str, gpu: str, country: str, status: str) -> NodeQuerySet:
    """Return the nodes that match, with their markets."""
    found = Node.objects.of(market=market, gpu=gpu, country=country).doing(status).matching(q)
    return found.select_related("market")


def node_rows(found: Sequence[Node]) -> list[NodeRow]:
    """Return what a list says of these nodes; three queries."""
    addresses = [node.pk for node in found]
    running = dict(
        Market.objects.filter(jobs__node__in=addresses, jobs__phase=1, jobs__delisted_at=None)
        .order_by("jobs")
        .values_list("jobs__node", "jobs")
    )
    free = _in_line(addresses)
    history = _history(addresses)
    return [
        NodeRow(
            node=node,
            activity=_activity(node.pk, running, free),
            job=running.get(node.pk, ""),
            jobs=history.get(node.pk, (0, Success()))[0],
            success=history.get(node.pk, (0, Success()))[1],
        )
        for node in found
    ]


def _activity(address: str, running: dict[str, str], free: set[str]) -> Activity:
    if address in running:
        return Activity.BUSY
    return Activity.FREE if address in free else Activity.IDLE


def _in_line(addresses: Iterable[str]) -> set[str]:
    """Return those of the addresses that wait in a queue of nodes; one query."""
    queues = Market.objects.filter(queue_type=QueueType.NODES, queue__overlap=list(addresses))
    return {address for queue in queues.values_list("queue", flat=True) for address in queue}


def _history(addresses: Iterable[str]) -> dict[str, tuple[int, Success]]:
    """Return how many jobs each node has had and how they went; one query."""
    counted = _sums("node", "ever").filter(key__in=list(addresses)).values_list("key", "listed", "succeeded", "failed")
    return {node: (jobs, Success(succeeded, succeeded + failed)) for node, jobs, succeeded, failed in counted}


def first_nodes(market: Market, limit: int = 20) -> list[NodeRow]:
    """Return a market's nodes that were seen last; four queries."""
    return node_rows(list(market.nodes.newest_first()[:limit]))


class Place(NamedTuple):
    """Where a node stands in a market's queue, from 1."""

    market: Market
    position: int
    length: int


def places_of(address: str) -> list[Place]:
    """Return where a node waits for a job; one query."""
    waiting = Market.objects.filter(queue_type=QueueType.NODES, queue__contains=[address]).by_name()
    return [Place(market, market.queue.index(address) + 1, len(market.queue)) for market in waiting]
