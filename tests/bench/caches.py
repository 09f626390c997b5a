"""Fills a database with 40 markets and 5,000 nodes that hold what nodes of such markets do. Needs Django set up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from random import Random
from typing import Any, Final

from django.core.management import call_command
from django.utils import timezone

from explorer.sample.markets import KINDS
from explorer.sample.required import REQUIRED
from markets import catalog
from markets.choices import QueueType
from markets.models import (
    CachedImage,
    CachedResource,
    ImageRecord,
    Market,
    MarketRecord,
    Node,
    RequiredImage,
    RequiredResource,
)
from tests.bench.places import address

MARKETS: Final = 40
NODES: Final = 5000
#: How many images and resources a node still has from its jobs of the last day.
HELD_IMAGES: Final = 14
HELD_RESOURCES: Final = 5
IMAGES: Final = (
    *(f"docker.io/vllm/vllm-openai:v0.{minor}.{patch}" for minor in range(1, 9) for patch in range(4)),
    *(f"docker.io/team-{number}/worker:{number % 7}.0" for number in range(200)),
    *("ubuntu", "docker.io/library/python:3.12-slim", "nvidia/cuda:12.4.1-runtime-ubuntu22.04", "ollama/ollama"),
)
MODELS: Final = tuple(f"team-{number}/model-{number % 13}b" for number in range(120))


def fill() -> int:
    """Write markets, what they require, nodes, what they hold, and how jobs fared; return how many nodes are free."""
    call_command("migrate", verbosity=0)
    rng = Random(5)
    markets = [_market(rng, number) for number in range(MARKETS)]
    nodes = [Node(address=address(rng), market=markets[n % MARKETS], vram_mb=24_000) for n in range(NODES)]
    for number, market in enumerate(markets):
        # A quarter of the markets have jobs waiting; in the others a fifth to all of the nodes are free.
        waiting = [address(rng) for _ in range(number)]
        free = [node.address for node in nodes[number::MARKETS][: 25 + number * 2]]
        market.queue = waiting if market.queue_type == QueueType.JOBS else free
    Market.objects.bulk_create(markets)
    Node.objects.bulk_create(nodes, batch_size=1000)
    _require(markets)
    images = sorted(catalog.image_ids(IMAGES).values())
    resources = sorted(catalog.resource_ids(("HF", model) for model in MODELS).values())
    _hold(CachedImage, "image_id", nodes, images, HELD_IMAGES, rng)
    _hold(CachedResource, "resource_id", nodes, resources, HELD_RESOURCES, rng)
    _record(markets, images, rng)
    return sum(len(market.queue) for market in markets if market.queue_type == QueueType.NODES)


def _market(rng: Random, number: int) -> Market:
    kind = KINDS[number % len(KINDS)]
    return Market(
        address=address(rng),
        slug=f"{kind.slug}-{number}",
        name=f"{kind.name} {number}",
        type=kind.type,
        lowest_vram_gb=kind.vram_gb,
        usd_reward_per_hour=kind.usd_per_hour,
        network_fee_percentage=10,
        job_price=100 + number,
        is_listed=True,
        described_at=timezone.now(),
        queue_type=QueueType.JOBS if number % 4 == 3 else QueueType.NODES,
    )


def _require(markets: Sequence[Market]) -> None:
    lists, now = list(REQUIRED.values()), timezone.now()
    for number, market in enumerate(markets):
        images, resources = lists[number % len(lists)]
        RequiredImage.objects.bulk_create(RequiredImage(market=market, reference=name, since=now) for name in images)
        RequiredResource.objects.bulk_create(
            RequiredResource(market=market, since=now, type=spec["type"], name="-", spec=spec, digest=str(index))
            for index, spec in enumerate(resources)
        )


def _hold(model: Any, column: str, nodes: Sequence[Node], entries: Sequence[int], many: int, rng: Random) -> None:
    """Let each node hold `many` entries, the first ones more often than the last."""
    now = timezone.now()
    rows = []
    for node in nodes:
        chosen = {entries[int(len(entries) * rng.random() ** 2)] for _ in range(many)}
        rows += [
            model(node=node.address, used_at=now - timedelta(hours=20 * rng.random()), **{column: entry})
            for entry in chosen
        ]
    model.objects.bulk_create(rows, batch_size=5000)


def _record(markets: Sequence[Market], images: Sequence[int], rng: Random) -> None:
    MarketRecord.objects.bulk_create(
        MarketRecord(market=market, waits=900, median_wait_s=rng.uniform(1, 900)) for market in markets
    )
    ImageRecord.objects.bulk_create(
        ImageRecord(image_id=image, market=market, runs=40, succeeded=30, failed=4, median_start_s=60.0)
        for image in images
        for market in markets
    )
