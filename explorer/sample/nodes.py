"""The sample network's nodes: machines with plausible specs, spread over the markets."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from explorer.sample import draw
from explorer.sample.markets import Market

CPUS = (
    ("AMD Ryzen 5 5600X 6-Core Processor", 12), ("AMD Ryzen 7 5800X 8-Core Processor", 16),
    ("AMD Ryzen 9 5950X 16-Core Processor", 32), ("AMD Ryzen 9 7950X 16-Core Processor", 32),
    ("Intel(R) Core(TM) i5-12400F", 12), ("Intel(R) Core(TM) i7-13700K", 24), ("Intel(R) Core(TM) i9-14900K", 32),
)  # fmt: skip
SERVER_CPUS = (
    ("AMD EPYC 7713 64-Core Processor", 128), ("AMD EPYC 9354 32-Core Processor", 64),
    ("Intel(R) Xeon(R) Gold 6338 CPU @ 2.00GHz", 64), ("AMD Ryzen Threadripper PRO 5975WX 32-Cores", 64),
)  # fmt: skip
COUNTRIES = ("US",) * 9 + ("DE",) * 6 + ("NL",) * 5 + ("VN",) * 5 + (
    "FR", "GB", "PL", "CA", "CA", "IN", "IN", "TH", "ID", "AU", "SE", "FI", "ES", "IT", "TR", "BR", "JP", "KR", "UA",
)  # fmt: skip
SERVER_GPUS = ("A100", "H100", "L40S", "A6000", "A5000")
# driver, CUDA
DRIVERS = (("535.183.01", "12.2"), ("550.54.14", "12.4"), ("560.35.03", "12.6"), ("570.86.15", "12.8"),
           ("575.57.08", "12.9"), ("580.95.05", "13.0"))  # fmt: skip
LINUX = "Linux 6.8.0-63-generic x86_64 Ubuntu 24.04.2 LTS"
WSL = "Linux 5.15.167.4-microsoft-standard-WSL2 x86_64 Ubuntu 22.04.5 LTS"
CURRENT = ("1.1.14", "1.1.14", "1.1.16", "1.1.9", "1.0.92")
YEAR_OLD = "1.0.41"
JOINED_CMD = "0.1.97"  # the last one that joined the parts of a cmd array into one shell line
CLOJURE = "0.1.20"  # reports results in the first shape of all


@dataclass(frozen=True, slots=True)
class Node:
    """One node. Memory in MB, disk in GB, speeds in Mbit/s. `style` picks among the shapes its facts are served in."""

    address: str
    market: str
    status: str
    country: str
    cpu: str
    cores: int
    ram_mb: int
    disk_gb: int
    gpu: str
    gpus: int
    vram_mb: int
    architecture: str
    cuda: str
    driver: str
    version: str
    system: str
    download: int
    upload: int
    ping: int
    style: int
    online: bool
    trouble: float  # how much likelier than others it is to fail a job

    @property
    def joins_cmd(self) -> bool:
        """Whether it joins a cmd array into one shell line, as nodes did until version 0.1.98."""
        return self.version.startswith("0.1.")

    @property
    def has_groups(self) -> bool:
        """Whether it runs groups of ops and calls a flow successful even if an op failed (since 2025-08)."""
        return not self.joins_cmd and self.version != YEAR_OLD


def nodes(seed: int, markets: tuple[Market, ...]) -> tuple[Node, ...]:
    """Return the nodes of all markets."""
    return tuple(_node(seed, market, number) for market in markets for number in range(market.kind.nodes))


def _node(seed: int, market: Market, number: int) -> Node:
    """Return a market's node of that number."""
    rng = draw.rng(seed, "node", market.kind.slug, number)
    server = any(word in market.kind.gpu for word in SERVER_GPUS)
    cpu, cores = rng.choice(SERVER_CPUS if server else CPUS)
    driver, cuda = rng.choice(DRIVERS[3:] if market.kind.architecture == "12.0" else DRIVERS)
    gpus = rng.choice((1, 2, 4, 8)) if server else rng.choice((1,) * 14 + (2,))
    download = round(min(9400, rng.lognormvariate(6.4, 0.7)) * (3 if server else 1))
    return Node(
        address=draw.address(seed, "node", market.kind.slug, number),
        market=market.address,
        status=_status(rng, market),
        country=rng.choice(COUNTRIES),
        cpu=cpu,
        cores=cores,
        ram_mb=rng.choice((16, 32, 32, 64, 64, 128) if not server else (256, 512, 1024)) * 1024 - rng.randrange(700),
        disk_gb=round(rng.lognormvariate(6.7, 0.6)),
        gpu=market.kind.gpu,
        gpus=gpus,
        vram_mb=market.kind.vram_gb * 1024 - (12 if market.kind.vram_gb in (24, 80) else 0),
        architecture=market.kind.architecture,
        cuda=cuda,
        driver=driver,
        version=_version(rng, market, number),
        system=rng.choice((LINUX, LINUX, LINUX, WSL)) if not server else LINUX,
        download=download,
        upload=round(download * rng.uniform(0.2, 1)),
        ping=rng.randrange(4, 60),
        style=rng.randrange(60),
        online=number < 2 or rng.random() > 0.1,
        trouble=rng.choice((0.6, 0.8, 1, 1, 1, 1.3, 3.0)),
    )


def _status(rng: Random, market: Market) -> str:
    """Return a node's standing; most of a premium market's nodes are premium."""
    if market.kind.type == "PREMIUM":
        return rng.choice(("PREMIUM", "PREMIUM", "PREMIUM", "PREMIUM", "ONBOARDED"))
    return rng.choice(("ONBOARDED", "ONBOARDED", "ONBOARDED", "COMMUNITY", "WAITLISTED"))


def _version(rng: Random, market: Market, number: int) -> str:
    """Return the node's software; half of the 3060s still run one that takes the seed documents' cmd."""
    if market.kind.required == "seed" and number % 2 == 0:
        return CLOJURE if number == 6 else JOINED_CMD
    return YEAR_OLD if rng.random() < 0.15 else rng.choice(CURRENT)
