"""Rows for the tests of markets and nodes: realistic ones, of which a test says only what it is about."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from django.utils import timezone

from explorer.nosana import base58
from jobs import rollups
from jobs.models import Job
from markets.choices import QueueType
from markets.models import Market, Node, RequiredImage, RequiredResource

#: What the network's documentation prints for one market, to the letter.
SEED_MARKET = "97G9NnvBDQ2WpKu6fasoMsAKmfj63C9rhysJnkeWodAf"
SEED_IMAGES = (
    "registry.hub.docker.com/nosana/frpc:0.1.0",
    "registry.hub.docker.com/nosana/stats:v1.0.4",
    "registry.hub.docker.com/nosana/llm_benchmark:1.0.0",
    "registry.hub.docker.com/nosana/remote-resource-helper:0.1.0",
    "docker.io/openmmlab/lmdeploy:v0.5.3-cu12",
    "docker.io/vllm/vllm-openai:v0.5.4",
    "docker.io/saladtechnologies/a1111:ipv6-v1.9.4",
)
SEED_RESOURCE = {"type": "S3", "url": "https://models.nosana.io/stable-diffusion/dreamshaper/8"}


def address(name: object) -> str:
    """Return the well-formed Solana address that belongs to `name`."""
    return base58.encode(hashlib.sha256(str(name).encode()).digest())


def make_market(name: str = "NVIDIA 3090", /, **facts: Any) -> Market:
    """Create a listed market that was just refreshed and whose queue is empty."""
    now = timezone.now()
    row: dict[str, Any] = {
        "address": address(f"market {name}"),
        "slug": name.lower().replace(" ", "-"),
        "name": name,
        "type": "PREMIUM",
        "gpu_types": ["NVIDIA GeForce RTX 3090"],
        "lowest_vram_gb": 24,
        "usd_reward_per_hour": "0.144",
        "network_fee_percentage": "10",
        "nos_reward_per_second": "0.000129",
        "nos_job_price_per_second": "0.0001419",
        "max_usd_uptime_reward_per_day": "0.5",
        "sft": address("sft"),
        "described_at": now,
        "is_listed": True,
        "job_price": 129,
        "job_timeout": 7200,
        "job_expiration": 259_200,
        "node_xnos_minimum": 0,
        "node_access_key": address("key"),
        "authority": address("authority"),
        "queue_type": QueueType.EMPTY,
        "queue_at": now,
        "required_at": now,
        "required_due_at": now + timedelta(minutes=10),
    }
    market = Market.objects.create(**{**row, **facts})
    market.refresh_from_db()  # decimals as the database keeps them
    return market


def make_image(market: Market, reference: str, **facts: Any) -> RequiredImage:
    """Create a required image, seen first a week ago."""
    row = {"since": timezone.now() - timedelta(days=7), **facts}
    return RequiredImage.objects.create(market=market, reference=reference, **row)


def make_resource(market: Market, spec: dict[str, Any], **facts: Any) -> RequiredResource:
    """Create a required resource, seen first a week ago."""
    row = {
        "since": timezone.now() - timedelta(days=7),
        "type": str(spec.get("type", "")),
        "name": str(spec.get("url") or spec.get("repo") or spec.get("model") or ""),
        "spec": spec,
        "digest": hashlib.sha256(repr(spec).encode()).hexdigest(),
        **facts,
    }
    return RequiredResource.objects.create(market=market, **row)


def make_seed_market() -> Market:
    """Create the market of the seed document with the required resources it prints."""
    market = make_market("NVIDIA 3060", address=SEED_MARKET, gpu_types=["NVIDIA GeForce RTX 3060"], lowest_vram_gb=12)
    for reference in SEED_IMAGES:
        make_image(market, reference)
    make_resource(market, SEED_RESOURCE)
    return market


def make_node(name: object = "node", /, **facts: Any) -> Node:
    """Create a node that has reported its machine."""
    now = timezone.now()
    row: dict[str, Any] = {
        "address": address(f"node {name}"),
        "status": "PREMIUM",
        "country": "NL",
        "cpu": "AMD Ryzen 9 5950X 16-Core Processor",
        "ram_mb": 65_536,
        "disk_gb": 900,
        "gpus": [{"name": "NVIDIA GeForce RTX 3090", "memory_mb": 24_576, "architecture": "8.6"}],
        "gpu_name": "NVIDIA GeForce RTX 3090",
        "gpu_count": 1,
        "vram_mb": 24_576,
        "cuda_version": "12.4",
        "driver_version": "550.54.14",
        "node_version": "1.1.14",
        "system_environment": "linux-x64-6.8.0-45-generic",
        "download_mbps": 912.4,
        "upload_mbps": 803.0,
        "ping_ms": 8.4,
        "seen_at": now,
        "first_seen_at": now - timedelta(days=30),
        "specs_at": now,
        "specs_due_at": now + timedelta(hours=6),
    }
    return Node.objects.create(**{**row, **facts})


def make_job(market: Market, name: object = "job", *, node: Node | None = None, **facts: Any) -> Job:
    """Create a job of a market: on a node it runs unless `facts` say it ended, without one it is queued."""
    now = timezone.now()
    row: dict[str, Any] = {
        "address": address(f"job {name}"),
        "deployer": address("deployer"),
        "payer": address("deployer"),
        "node": node.address if node else "",
        "state": 1 if node else 0,
        "price": 129,
        "timeout": 7200,
        "listed_at": now - timedelta(minutes=10),
        "started_at": now - timedelta(minutes=9) if node else None,
        "image": "docker.io/vllm/vllm-openai:v0.5.4",
    }
    with rollups.counted() as counted:  # as every writer of jobs does
        counted.before([row["address"]])
        return Job.objects.create(market=market, **{**row, **facts})


def make_finished(market: Market, name: object, *, node: Node | None = None, **facts: Any) -> Job:
    """Create a job that ended a minute ago with success, unless `facts` say otherwise."""
    ended = {"state": 2, "outcome": "success", "ended_at": timezone.now() - timedelta(minutes=1)}
    return make_job(market, name, node=node, **{**ended, **facts})
