"""The markets and nodes of the benchmark's network: forty markets of very unlike size, five thousand nodes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from random import Random
from typing import Final

from explorer.nosana import base58
from explorer.nosana.payloads import GpuPayload, MarketPayload, NodePayload, RequiredResources
from explorer.sample import nodes as machines
from explorer.sample.markets import KINDS, Kind
from explorer.sample.required import LARGE_IMAGES, LARGE_RESOURCES, MEDIUM_IMAGES, MEDIUM_RESOURCES, SMALL_IMAGES

MARKETS: Final = 40
NODES: Final = 5000
_REGIONS: Final = ("", " Community", " EU", " Batch")
_LETTERS: Final = bytes(ord(base58.ALPHABET[byte % 58]) for byte in range(256))


def address(rng: Random) -> str:
    """Return a random address; a first letter of these makes any 43 others the text of 32 bytes."""
    letters = rng.randbytes(44)
    return base58.ALPHABET[1 + letters[0] % 16] + letters[1:].translate(_LETTERS).decode()


def cid(rng: Random) -> str:
    """Return a random CID in the form of IPFS's version 0."""
    letters = rng.randbytes(44)
    return "Qm" + "PQRSTUVWXYZabcde"[letters[0] % 16] + letters[1:].translate(_LETTERS).decode()[:43]


@dataclass(frozen=True, slots=True)
class Host:
    """A node and the days, counted from the beginning, between which it works."""

    address: str
    since: int
    until: int
    trouble: float  # times the usual share of failures


@dataclass(frozen=True, slots=True)
class Place:
    """A market with its nodes; `price` is in micro-NOS per second."""

    address: str
    kind: Kind
    name: str
    slug: str
    type: str
    weight: float
    usd_per_hour: Decimal
    hosts: tuple[Host, ...]

    def price(self, nos_usd: float) -> int:
        """Return what a second costs when one NOS costs so much, in micro-NOS."""
        return max(1, round(float(self.usd_per_hour) / 3600 / nos_usd * 1e6))


@dataclass(frozen=True, slots=True)
class Staff:
    """The nodes of a market that work in some week, and their cumulative shares of its jobs."""

    hosts: Sequence[Host]
    shares: Sequence[float]


def places(rng: Random, days: int) -> list[Place]:
    """Return the markets, the busiest first."""
    weights = [1 / (rank + 1.5) ** 1.1 for rank in range(MARKETS)]
    return [_place(rng, rank, weight / sum(weights), days) for rank, weight in enumerate(weights)]


def _place(rng: Random, rank: int, weight: float, days: int) -> Place:
    # Eleven is prime to fifteen: neighbours in rank are unlike each other.
    kind, region = KINDS[rank * 11 % len(KINDS)], _REGIONS[rank // len(KINDS)]
    count = max(4, round(NODES * weight))
    return Place(
        address=address(rng),
        kind=kind,
        name=kind.name + region,
        slug=kind.slug + region.lower().replace(" ", "-"),
        type="COMMUNITY" if region == " Community" else kind.type,
        weight=weight,
        usd_per_hour=Decimal(str(round(kind.usd_per_hour * (0.8 if region else 1), 4))),
        hosts=tuple(_host(rng, days) for _ in range(count)),
    )


def _host(rng: Random, days: int) -> Host:
    """Return a node: half of them are there from first to last, others joined late or left."""
    since = 0 if rng.random() < 0.5 else rng.randrange(days - 30)
    until = days + 1 if rng.random() < 0.7 else rng.randrange(since + 14, days)
    return Host(address(rng), since, until, rng.choice((0.5, 0.8, 1, 1, 1, 1.4, 3)))


def staff(place: Place, first_day: int, last_day: int) -> Staff:
    """Return the market's nodes that work between these days; the first do many times the work of the last."""
    at_work = [host for host in place.hosts if host.since <= last_day and host.until > first_day] or place.hosts[:1]
    return Staff(at_work, list(accumulate(1 / (rank + 3) ** 0.6 for rank in range(len(at_work)))))


def market_payload(place: Place) -> MarketPayload:
    """Return what the network's list of markets says of it."""
    is_big = place.kind.vram_gb >= 24
    images = LARGE_IMAGES if place.kind.vram_gb >= 48 else MEDIUM_IMAGES if is_big else SMALL_IMAGES
    resources = LARGE_RESOURCES if is_big else MEDIUM_RESOURCES
    return MarketPayload(
        address=place.address,
        slug=place.slug,
        name=place.name,
        type=place.type,
        sft=place.address,
        usd_reward_per_hour=place.usd_per_hour,
        nos_reward_per_second=None,
        nos_job_price_per_second=None,
        network_fee_percentage=Decimal(10),
        max_usd_uptime_reward_per_day=None,
        lowest_vram_gb=place.kind.vram_gb,
        gpu_types=(place.kind.gpu,),
        client=False,
        premium_community_relation=None,
        nodes=(),
        required=RequiredResources(images, resources),
    )


def node_payload(place: Place, host: Host, rng: Random) -> NodePayload:
    """Return what a node says of its machine."""
    driver, cuda = rng.choice(machines.DRIVERS)
    return NodePayload(
        address=host.address,
        status="PREMIUM" if place.type == "PREMIUM" else "COMMUNITY",
        market=place.address,
        country=rng.choice(machines.COUNTRIES),
        cpu=rng.choice(machines.CPUS)[0],
        ram_mb=rng.choice((32, 64, 64, 128)) * 1024,
        disk_gb=round(rng.lognormvariate(6.7, 0.6)),
        gpus=(GpuPayload(place.kind.gpu, place.kind.vram_gb * 1024, place.kind.architecture),),
        cuda_version=cuda,
        driver_version=driver,
        node_version=rng.choice(machines.CURRENT),
        system_environment=machines.LINUX,
        download_mbps=round(rng.lognormvariate(6.4, 0.7), 1),
        upload_mbps=round(rng.lognormvariate(5.4, 0.7), 1),
        ping_ms=float(rng.randrange(4, 60)),
    )
