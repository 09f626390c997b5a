"""What the client returns: frozen facts of the network, checked and cleaned, with their units.

Text is as the network gave it, except that NUL and lone surrogates are replaced by U+FFFD, so that it can be
stored. All of it is written by strangers. Times are aware datetimes in UTC; the network's 0 for "not yet" is None.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Generic, TypeVar

JsonValue = None | bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"]
JsonObject = dict[str, JsonValue]
Row = TypeVar("Row")

QUEUED, RUNNING, COMPLETED, STOPPED = 0, 1, 2, 3
STATE_NAMES = {QUEUED: "QUEUED", RUNNING: "RUNNING", COMPLETED: "COMPLETED", STOPPED: "STOPPED"}


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row of an answer that could not be used: who it was, as far as known, and why in one sentence."""

    identifier: str
    reason: str


@dataclass(frozen=True, slots=True)
class Listing(Generic[Row]):
    """The usable rows of an answer, in its order, and the others with their reason."""

    rows: tuple[Row, ...]
    skipped: tuple[Skipped, ...] = ()
    total: int | None = None  # how many rows the network says there are in all


@dataclass(frozen=True, slots=True)
class Definition:
    """A job definition as it came: `text` is exact where it came from IPFS, else serialised from the answer.

    `error` is set, as one sentence, when the text is not JSON or not an object; `body` is then None.
    """

    text: str
    body: JsonObject | None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class RequiredResources:
    """What a market demands that its nodes keep cached; resources without any credential."""

    images: tuple[str, ...]
    resources: tuple[JsonObject, ...]


@dataclass(frozen=True, slots=True)
class MarketPayload:
    """A market: a GPU type with a price. Rates in NOS per second and USD per hour, for the host, without the fee."""

    address: str
    slug: str
    name: str
    type: str  # PREMIUM, COMMUNITY, OTHER, or whatever else the network says, upper case
    sft: str
    usd_reward_per_hour: Decimal | None
    nos_reward_per_second: Decimal | None
    nos_job_price_per_second: Decimal | None
    network_fee_percentage: Decimal | None
    max_usd_uptime_reward_per_day: Decimal | None
    lowest_vram_gb: int | None
    gpu_types: tuple[str, ...]
    client: bool
    premium_community_relation: str | None
    nodes: tuple[str, ...]
    required: RequiredResources | None  # None: the answer did not carry both lists


@dataclass(frozen=True, slots=True)
class JobPayload:
    """A job. `price` is in micro-NOS per second, `timeout` in seconds, `usd_reward_per_hour` without the fee."""

    address: str
    id: int | None
    market: str
    project: str  # the deployer
    payer: str
    node: str | None  # None: no node has it yet
    state: int  # QUEUED, RUNNING, COMPLETED or STOPPED
    price: int
    timeout: int
    listed_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    usd_reward_per_hour: Decimal | None
    ipfs_job: str | None
    ipfs_result: str | None  # None also for the CID of 32 zero bytes
    trigger: str | None  # meta.trigger of the definition
    status: str | None  # "success", "failed", as the network judged it
    definition: Definition | None = None
    result: ResultPayload | None = None


@dataclass(frozen=True, slots=True)
class LogLine:
    """One entry of an op's log; `at` is None in older results, `text` keeps its ANSI codes."""

    stream: str  # stdin, stdout, stderr, nodeerr
    text: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OpResult:
    """How one op went, as the node reported it."""

    op_id: str
    group: str | None
    status: str
    started_at: datetime | None
    ended_at: datetime | None
    exit_code: int | None
    results: Mapping[str, JsonValue] = field(default_factory=dict)
    errors: tuple[str, ...] = ()
    diagnostics: JsonObject = field(default_factory=dict)
    logs: tuple[LogLine, ...] = ()  # empty where the indexer stripped them; the IPFS result has them


@dataclass(frozen=True, slots=True)
class Endpoint:
    """How a port of an op was when its node last looked: ONLINE, OFFLINE or UNKNOWN. Its address may be secret."""

    op_id: str
    port: str
    status: str


@dataclass(frozen=True, slots=True)
class ResultPayload:
    """A job's result: current, older and legacy shapes brought to one."""

    status: str
    started_at: datetime | None
    ended_at: datetime | None
    ops: tuple[OpResult, ...]
    errors: tuple[str, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()  # only while the job runs


@dataclass(frozen=True, slots=True)
class GpuPayload:
    """One GPU of a node."""

    name: str
    memory_mb: int | None
    architecture: str | None  # compute capability, such as "8.9"


@dataclass(frozen=True, slots=True)
class NodePayload:
    """What is known of a node's machine, from specs, metrics or its own /node/info. Speeds in Mbit/s."""

    address: str
    status: str | None
    market: str | None
    country: str | None  # ISO 3166-1 alpha-2 as given
    cpu: str | None
    ram_mb: int | None
    disk_gb: int | None
    gpus: tuple[GpuPayload, ...]
    cuda_version: str | None
    driver_version: str | None
    node_version: str | None
    system_environment: str | None
    download_mbps: float | None
    upload_mbps: float | None
    ping_ms: float | None
    cached_images: tuple[str, ...] | None = None  # only /node/info says; None: not said
    cached_volumes: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class HostPayload:
    """A host as the list of hosts for hire shows it. Price in USD per hour, speeds in Mbit/s."""

    address: str
    label: str  # its GPU, in the network's words
    market: str | None
    market_type: str  # PREMIUM, COMMUNITY, …, upper case
    country: str | None
    usd_per_hour: Decimal | None
    cpu_cores: int | None
    ram_mb: int | None
    disk_gb: int | None
    download_mbps: float | None
    upload_mbps: float | None
    platform: str | None


@dataclass(frozen=True, slots=True)
class MarketAccount:
    """A market's account on Solana. `queue` holds job addresses or node addresses, first in line first."""

    address: str
    authority: str
    job_price: int  # micro-NOS per second
    job_timeout: int  # seconds
    job_expiration: int  # seconds
    job_type: int
    node_access_key: str
    node_xnos_minimum: int  # micro-xNOS
    queue_type: int  # 0 jobs wait, 1 nodes wait, 255 empty
    queue: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JobAccount:
    """A job's account on Solana; see MarketAccount for units."""

    address: str
    ipfs_job: str
    ipfs_result: str | None
    market: str
    node: str | None
    payer: str
    price: int
    project: str
    state: int
    started_at: datetime | None
    ended_at: datetime | None
    timeout: int


@dataclass(frozen=True, slots=True)
class RunAccount:
    """The account that exists while a node runs a job."""

    address: str
    job: str
    node: str
    payer: str
    started_at: datetime


@dataclass(frozen=True, slots=True)
class StatsPayload:
    """The NOS token's figures of one day."""

    at: datetime
    price_usd: Decimal | None
    figures: Mapping[str, JsonValue]  # every other field, as given
