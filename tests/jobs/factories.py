"""Rows for tests: each maker takes the facts that matter to a test and fills in the rest, the same every time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from explorer.nosana import base58
from jobs import logs, rollups
from jobs.models import Definition, Job, Result
from markets.models import Market

#: The afternoon on which everything in the tests happens.
NOON = datetime(2026, 8, 21, 12, 0, tzinfo=UTC)


def address(name: object) -> str:
    """Return a well-formed Solana address that belongs to `name`."""
    return base58.encode(hashlib.sha256(str(name).encode()).digest())


def cid(name: object) -> str:
    """Return a well-formed CIDv0 that belongs to `name`."""
    return base58.encode(b"\x12\x20" + hashlib.sha256(str(name).encode()).digest())


def make_market(name: str = "NVIDIA 3090", /, **facts: Any) -> Market:
    """Create a market, or return the one of that name."""
    defaults = {
        "slug": name.lower().replace(" ", "-"),
        "name": name,
        "type": "PREMIUM",
        "gpu_types": [f"NVIDIA GeForce RTX {name[-4:]}"],
        "usd_reward_per_hour": "0.0824",
        "network_fee_percentage": "10",
        "described_at": NOON,
        "is_listed": True,
    }
    return Market.objects.get_or_create(address=address(name), defaults={**defaults, **facts})[0]


def make_job(name: object = "job", /, **facts: Any) -> Job:
    """Create a job with the address of `name`: queued since noon unless `facts` say more."""
    row: dict[str, Any] = {
        "address": address(name),
        "deployer": address("deployer"),
        "payer": address("deployer"),
        "state": 0,
        "price": 101,
        "timeout": 7200,
        "listed_at": NOON,
        "usd_reward_per_hour": "0.0906",
        "trigger": "cli",
        "ipfs_job": cid(name),
        "image": "docker.io/library/ubuntu:24.04",
        "op_count": 1,
        "first_seen_at": NOON,
    }
    row |= {**facts, "market": facts.get("market") or make_market()}
    with rollups.counted() as counted:  # as every writer of jobs does
        counted.before([row["address"]])
        return Job.objects.create(**row)


def make_definition(job: Job, definition: object = None, *, text: str | None = None, **facts: Any) -> Definition:
    """Create a job's definition, from an object or a text."""
    text = json.dumps(definition) if text is None else text
    row: dict[str, Any] = {"is_exact": True, "fetched_at": NOON, "text": text}
    return Definition.objects.create(key=job.ipfs_job or job.address, **{**row, **facts})


def make_result(job: Job, body: object = None, *, lines: Sequence[logs.Line] | None = None, **facts: Any) -> Result:
    """Create a job's result: its stored body, and its log where `lines` are given."""
    row: dict[str, Any] = {"body": body, "fetched_at": NOON, "cid": job.ipfs_result}
    if lines is not None:
        row |= {"log": logs.pack(lines), "log_lines": len(lines)}
    return Result.objects.create(job=job, **{**row, **facts})
