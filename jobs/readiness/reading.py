"""What readiness reads of the database: a constant number of queries, whatever the markets, nodes and items."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from django.db import connection
from django.db.models import Count, Min, Q
from django.utils import timezone

from explorer import images
from explorer.held import spellings
from explorer.nosana.caching import TYPES, resource_key
from jobs.readiness.needs import Item, Needs
from jobs.readiness.requiring import Required, required_in
from markets.choices import QueueType
from markets.models import (
    Image,
    ImageRecord,
    Market,
    Node,
    Resource,
)
from markets.models.cache import KEPT

#: How many items the query below puts into one number, a bit each.
_WORD: Final = 60
#: Arguments: since when, what a queue of nodes is, then catalog numbers and item numbers, of images and of resources.
#: As CachedQuerySet.held() and free() have it, but a row for each node instead of one for each entry.
_HELD: Final = """
WITH since AS (SELECT %s::timestamptz AS at), free AS (
  SELECT UNNEST(queue) AS node FROM markets_market WHERE queue_type = %s
), held AS (
  SELECT entry.node, wanted.item FROM markets_cachedimage entry
  JOIN UNNEST(%s::bigint[], %s::int[]) AS wanted (id, item) ON wanted.id = entry.image_id, since
  WHERE entry.used_at >= since.at OR (entry.reported_at >= since.at
    AND (entry.used_at IS NULL OR entry.reported_at > entry.used_at + INTERVAL '24 hours'))
  UNION ALL
  SELECT entry.node, wanted.item FROM markets_cachedresource entry
  JOIN UNNEST(%s::bigint[], %s::int[]) AS wanted (id, item) ON wanted.id = entry.resource_id, since
  WHERE entry.used_at >= since.at OR (entry.reported_at >= since.at
    AND (entry.used_at IS NULL OR entry.reported_at > entry.used_at + INTERVAL '24 hours'))
)
SELECT node, item / 60, BIT_OR(1::bigint << item %% 60) FROM held JOIN free USING (node) GROUP BY 1, 2
"""
#: What an answer says of a market; the other columns cost time.
_COLUMNS: Final = (
    "slug",
    "name",
    "lowest_vram_gb",
    "usd_reward_per_hour",
    "network_fee_percentage",
    "job_price",
    "queue_type",
    "queue",
    "record__median_wait_s",
)


class Memory(NamedTuple):
    """The GPUs of a market's nodes that told theirs, in MB: how many nodes, and the smallest."""

    nodes: int = 0
    smallest_mb: int | None = None


class Cuda(NamedTuple):
    """How many nodes of a market have a version of CUDA that is wanted, of those that told theirs."""

    nodes: int
    of: int


class History(NamedTuple):
    """How jobs with an image fared lately in a market."""

    runs: int = 0
    succeeded: int = 0
    failed: int = 0
    start_delay_s: float | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that an answer is made of.

    `holding` tells the items that each free node has, as bits by their number; nodes without any are absent.
    """

    markets: list[Market]
    required: Mapping[str, Required]
    holding: Mapping[str, int]
    histories: Mapping[str, Mapping[str, History]]  # by image as the definition names it, then by market
    memory: Mapping[str, Memory]  # of markets whose memory the network does not say
    cuda: Mapping[str, Cuda]  # where the definition says what it runs with


def read(needs: Needs, markets: Sequence[str] | None) -> Facts:
    """Return the facts about the listed markets, or about those named; at most nine queries."""
    chosen = Market.objects.filter(pk__in=markets) if markets is not None else Market.objects.filter(is_listed=True)
    found = list(chosen.select_related("record").only(*_COLUMNS).by_name())
    numbers = _image_numbers(needs.items)
    return Facts(
        markets=found,
        required=required_in([market.pk for market in found]),
        holding=_holding(needs.items, numbers),
        histories=_histories(numbers),
        memory=_memory([market.pk for market in found if not market.lowest_vram_gb] if needs.has_gpu else []),
        cuda=_cuda([market.pk for market in found], needs.cuda) if needs.has_gpu and needs.cuda else {},
    )


def free_nodes(market: Market) -> list[str]:
    """Return the nodes that wait for a job, first in line first."""
    return market.queue if market.queue_type == QueueType.NODES else []


def _image_numbers(items: Iterable[Item]) -> dict[str, tuple[set[int], set[int]]]:
    """Return, for each image, the numbers of those a node takes for it, and of all its other names too; one query."""
    names = {item.name: spellings(item.name) for item in items if item.kind == "image" and not item.problem}
    parsed = [image for name in names if (image := images.parse(name))]
    repositories = {image.repository for image in parsed}
    tags, digests = {image.tag or "latest" for image in parsed if not image.digest}, {image.digest for image in parsed}
    same = Q(repository__in=repositories) & (Q(tag__in=tags) | Q(digest__in=digests - {""}))
    written = {name for forms in names.values() for name in forms} | set(names)
    rows = list(Image.objects.filter(Q(reference__in=written) | same).values_list("pk", "reference"))
    found: dict[str, tuple[set[int], set[int]]] = {}
    for name, forms in names.items():
        taken = {pk for pk, reference in rows if reference in forms}
        meant = {pk for pk, reference in rows if images.identity(reference) == images.identity(name)}
        found[name] = taken, meant | taken
    return found


def _holding(items: Iterable[Item], numbers: Mapping[str, tuple[set[int], set[int]]]) -> dict[str, int]:
    """Return which items each free node holds, because a job used them or the node says so; two queries."""
    by_image: set[tuple[int, int]] = set()
    by_key: dict[str, set[int]] = defaultdict(set)
    for item in items:
        if item.problem or item.is_private:
            continue
        if item.spec is None:
            by_image |= {(image, item.number) for image in numbers[item.name][0]}
        elif key := resource_key(item.spec):
            by_key[key].add(item.number)
    known = Resource.objects.filter(type__in=TYPES, key__in=by_key).values_list("pk", "key")
    by_resource = {(resource, number) for resource, key in known for number in by_key[key]}
    if not by_image and not by_resource:
        return {}
    wanted = [column for pairs in (by_image, by_resource) for column in ([a for a, _ in pairs], [b for _, b in pairs])]
    found: dict[str, int] = {}
    with connection.cursor() as cursor:
        cursor.execute(_HELD, [timezone.now() - KEPT, QueueType.NODES, *wanted])
        for node, word, bits in cursor.fetchall():
            found[node] = found.get(node, 0) | bits << word * _WORD
    return found


def _histories(numbers: Mapping[str, tuple[set[int], set[int]]]) -> dict[str, dict[str, History]]:
    """Return how jobs with each image, under any of its names, fared in each market; one query."""
    every = {number for _, meant in numbers.values() for number in meant}
    columns = "image_id", "market_id", "runs", "succeeded", "failed", "median_start_s"
    rows: dict[int, list[tuple[str, History]]] = defaultdict(list)
    for image, market, *figures in ImageRecord.objects.filter(image__in=every).order_by("pk").values_list(*columns):
        rows[image].append((market, History(*figures)))
    found: dict[str, dict[str, History]] = {}
    for name, (_, meant) in numbers.items():
        here = found.setdefault(name, {})
        for market, history in (row for number in sorted(meant) for row in rows[number]):
            here[market] = _together(here[market], history) if market in here else history
    return found


def _together(one: History, other: History) -> History:
    """Return the histories of two names of an image as one; of two medians that of the name with more jobs stays."""
    first, second = (one, other) if one.runs >= other.runs else (other, one)
    return History(
        runs=one.runs + other.runs,
        succeeded=one.succeeded + other.succeeded,
        failed=one.failed + other.failed,
        start_delay_s=second.start_delay_s if first.start_delay_s is None else first.start_delay_s,
    )


def _memory(markets: list[str]) -> dict[str, Memory]:
    """Return what the nodes of markets told of their GPUs; one query, none without a market."""
    rows = Node.objects.filter(market__in=markets).exclude(vram_mb=None).order_by()
    counted = rows.values_list("market").annotate(Count("pk"), Min("vram_mb"))
    return {market: Memory(nodes, smallest) for market, nodes, smallest in counted}


def _cuda(markets: list[str], wanted: Iterable[str]) -> dict[str, Cuda]:
    """Return how many nodes of markets have one of the wanted versions; "12" stands for every 12.x. One query."""
    versions = tuple(tuple(version.split(".")) for version in wanted)
    rows = Node.objects.filter(market__in=markets).exclude(cuda_version="").order_by()
    found: dict[str, Cuda] = {}
    for market, version, nodes in rows.values_list("market", "cuda_version").annotate(Count("pk")):
        parts = tuple(version.split("."))
        fits = any(parts[: len(one)] == one for one in versions)
        before = found.get(market, Cuda(0, 0))
        found[market] = Cuda(before.nodes + nodes * fits, before.of + nodes)
    return found
