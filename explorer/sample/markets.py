"""The sample network's markets: well-known GPU types, with plausible prices and required images and resources."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.sample import draw, money
from explorer.sample.draw import JsonObject
from explorer.sample.required import REQUIRED, SEED_IMAGES, SEED_RESOURCES

SEED_MARKET = "97G9NnvBDQ2WpKu6fasoMsAKmfj63C9rhysJnkeWodAf"
MARKET_ADMIN = "AdmMVMMU3po5BP3bVWsF9GgN6NNEfpfxpTDGTzjgb72S"
OPEN_ACCESS = "11111111111111111111111111111111"
JOB_EXPIRATION = 3 * money.DAY


@dataclass(frozen=True, slots=True)
class Kind:
    """One row of the table below: a GPU type and what its market is like."""

    slug: str
    name: str
    type: str
    gpu: str
    vram_gb: int
    architecture: str  # compute capability
    usd_per_hour: float
    nodes: int
    weight: float  # share of the jobs
    required: str  # a key of REQUIRED


@dataclass(frozen=True, slots=True)
class Market:
    """A market of the sample network."""

    address: str
    kind: Kind
    sft: str
    vault: str
    access_key: str
    relation: str | None
    images: tuple[str, ...]
    resources: tuple[JsonObject, ...]

    def price(self, seed: int, at: float) -> int:
        """Return the price on chain at that time, in micro-NOS per second."""
        return money.job_price(seed, self.kind.usd_per_hour, at)


KINDS = (
    Kind("nvidia-3060", "NVIDIA 3060", "PREMIUM", "NVIDIA GeForce RTX 3060", 12, "8.6", 0.048, 16, 13, "seed"),
    Kind("nvidia-3070", "NVIDIA 3070", "COMMUNITY", "NVIDIA GeForce RTX 3070", 8, "8.6", 0.048, 7, 4, "small"),
    Kind("nvidia-3080", "NVIDIA 3080", "PREMIUM", "NVIDIA GeForce RTX 3080", 10, "8.6", 0.096, 12, 7, "small"),
    Kind("nvidia-3090", "NVIDIA 3090", "PREMIUM", "NVIDIA GeForce RTX 3090", 24, "8.6", 0.144, 22, 17, "medium"),
    Kind("nvidia-3090-community", "NVIDIA 3090 Community", "COMMUNITY", "NVIDIA GeForce RTX 3090", 24, "8.6", 0.112, 9,
         5, "small"),
    Kind("nvidia-4070", "NVIDIA 4070", "COMMUNITY", "NVIDIA GeForce RTX 4070", 12, "8.9", 0.096, 8, 4, "small"),
    Kind("nvidia-4080", "NVIDIA 4080", "PREMIUM", "NVIDIA GeForce RTX 4080", 16, "8.9", 0.176, 9, 5, "medium"),
    Kind("nvidia-4090", "NVIDIA 4090", "PREMIUM", "NVIDIA GeForce RTX 4090", 24, "8.9", 0.32, 27, 20, "medium"),
    Kind("nvidia-5090", "NVIDIA 5090", "PREMIUM", "NVIDIA GeForce RTX 5090", 32, "12.0", 0.4, 10, 7, "medium"),
    Kind("nvidia-a4000", "NVIDIA RTX A4000", "COMMUNITY", "NVIDIA RTX A4000", 16, "8.6", 0.08, 6, 2.5, "small"),
    Kind("nvidia-a5000", "NVIDIA RTX A5000", "COMMUNITY", "NVIDIA RTX A5000", 24, "8.6", 0.16, 6, 2.5, "medium"),
    Kind("nvidia-a6000", "NVIDIA RTX A6000", "PREMIUM", "NVIDIA RTX A6000", 48, "8.6", 0.32, 6, 3, "large"),
    Kind("nvidia-a100-80gb", "NVIDIA A100 80GB", "PREMIUM", "NVIDIA A100-SXM4-80GB", 80, "8.0", 0.9, 6, 13, "large"),
    Kind("nvidia-h100", "NVIDIA H100", "PREMIUM", "NVIDIA H100 80GB HBM3", 80, "9.0", 1.5, 4, 8, "large"),
    Kind("lab-l40s", "L40S Lab", "OTHER", "NVIDIA L40S", 48, "8.9", 0.5, 2, 1.5, "lab"),
)  # fmt: skip


def markets(seed: int) -> tuple[Market, ...]:
    """Return the markets, the seed documents' own first."""
    return tuple(_market(seed, kind) for kind in KINDS)


def _market(seed: int, kind: Kind) -> Market:
    """Return the market of a kind; the one the seed documents print has their lists to the letter."""
    images, resources = REQUIRED[kind.required] if kind.required != "seed" else (SEED_IMAGES, SEED_RESOURCES)
    return Market(
        address=_address(seed, kind.slug),
        kind=kind,
        sft=draw.address(seed, "sft", kind.slug),
        vault=draw.address(seed, "vault", kind.slug),
        access_key=draw.address(seed, "access", kind.slug) if kind.type == "PREMIUM" else OPEN_ACCESS,
        relation=_relation(seed, kind.slug),
        images=images,
        resources=resources,
    )


def _address(seed: int, slug: str) -> str:
    return SEED_MARKET if slug == KINDS[0].slug else draw.address(seed, "market", slug)


def _relation(seed: int, slug: str) -> str | None:
    """Return the community market of a premium one, or the other way round."""
    pair = {"nvidia-3090": "nvidia-3090-community", "nvidia-3090-community": "nvidia-3090"}
    return _address(seed, pair[slug]) if slug in pair else None
