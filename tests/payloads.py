"""Payloads as the client returns them, for tests of the sync: plain, valid, and each fact replaceable."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from explorer.nosana import base58
from explorer.nosana.payloads import (
    COMPLETED,
    JobPayload,
    LogLine,
    MarketAccount,
    MarketPayload,
    OpResult,
    RequiredResources,
    ResultPayload,
)

AT = datetime(2026, 8, 21, 12, tzinfo=UTC)


def address(name: str) -> str:
    """Return a well-formed address that is always the same for the name."""
    return base58.encode(hashlib.sha256(name.encode()).digest())


def job_payload(name: str = "job", **facts: Any) -> JobPayload:
    """Return a completed job of market "market" on node "node"."""
    payload = JobPayload(
        address=address(name),
        id=7,
        market=address("market"),
        project=address("deployer"),
        payer=address("payer"),
        node=address("node"),
        state=COMPLETED,
        price=115,
        timeout=7200,
        listed_at=AT.replace(hour=10),
        started_at=AT.replace(hour=11),
        ended_at=AT,
        usd_reward_per_hour=Decimal("0.12"),
        ipfs_job=None,
        ipfs_result=None,
        trigger="cli",
        status="success",
    )
    return replace(payload, **facts)


def market_payload(name: str = "market", **facts: Any) -> MarketPayload:
    """Return a described market."""
    payload = MarketPayload(
        address=address(name),
        slug=name,
        name=name.title(),
        type="PREMIUM",
        sft=address("sft"),
        usd_reward_per_hour=Decimal("0.048"),
        nos_reward_per_second=Decimal("0.00005"),
        nos_job_price_per_second=Decimal("0.000055"),
        network_fee_percentage=Decimal(10),
        max_usd_uptime_reward_per_day=Decimal("0.1"),
        lowest_vram_gb=12,
        gpu_types=("NVIDIA GeForce RTX 3060",),
        client=False,
        premium_community_relation=None,
        nodes=(),
        required=None,
    )
    return replace(payload, **facts)


def market_account(name: str = "market", **facts: Any) -> MarketAccount:
    """Return a market's account with an empty queue."""
    account = MarketAccount(
        address=address(name),
        authority=address("authority"),
        job_price=50,
        job_timeout=3600,
        job_expiration=86400,
        job_type=4,
        node_access_key=address("key"),
        node_xnos_minimum=0,
        queue_type=255,
        queue=(),
    )
    return replace(account, **facts)


def required(*images: str, resources: tuple[dict[str, Any], ...] = ()) -> RequiredResources:
    """Return what a market requires."""
    return RequiredResources(images=images, resources=resources)


def result_payload(status: str = "success", **facts: Any) -> ResultPayload:
    """Return a result of one op, "run", with two log lines."""
    op = OpResult(
        op_id="run",
        group="run",
        status=status,
        started_at=AT.replace(hour=11),
        ended_at=AT,
        exit_code=0 if status == "success" else 1,
        logs=(LogLine("stdout", "hello\n", AT), LogLine("stderr", "there\n", AT)),
    )
    result = ResultPayload(status="success", started_at=AT.replace(hour=11), ended_at=AT, ops=(op,))
    return replace(result, **facts)
