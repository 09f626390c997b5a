"""From payloads to the columns of jobs and results. No queries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from explorer.copying import JsonText
from explorer.nosana.payloads import JobPayload
from jobs import results
from markets.sync.caches import Use


def definition_key(job: JobPayload) -> str:
    """Return what a job's definition is kept under: its CID, else the job's address."""
    return job.ipfs_job or job.address


def job_row(job: JobPayload, shown: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of a job; `shown` are those that it copies from its definition."""
    return {
        "address": job.address,
        "network_id": job.id,
        "market": job.market,
        "deployer": job.project,
        "payer": job.payer,
        "node": job.node or "",
        "state": job.state,
        "outcome": results.outcome_of(job.result) if job.result else "",
        "status": job.status or "",
        "price": job.price,
        "timeout": job.timeout,
        "listed_at": job.listed_at,
        "started_at": job.started_at,
        "ended_at": job.ended_at,
        "delisted_at": None,  # it is in the network's books
        "usd_reward_per_hour": job.usd_reward_per_hour,
        "trigger": job.trigger or "",
        "ipfs_job": job.ipfs_job or "",
        "ipfs_result": job.ipfs_result or "",
        **shown,
    }


def result_rows(jobs: Iterable[JobPayload], now: datetime) -> list[dict[str, Any]]:
    """Return a row for every result: the indexer's copy, else a promise to fetch it from IPFS."""
    return [
        {
            "job": job.address,
            "body": JsonText(results.to_json(job.result)) if job.result else None,
            "due_at": None if job.result else now,
        }
        for job in jobs
        if job.result or job.ipfs_result
    ]


def sightings(jobs: Iterable[JobPayload]) -> dict[str, tuple[str, datetime]]:
    """Return where and when each node was last seen at work, by these jobs."""
    newest: dict[str, tuple[str, datetime]] = {}
    for job in jobs:
        at = job.ended_at or job.started_at
        if job.node and at and (job.node not in newest or newest[job.node][1] < at):
            newest[job.node] = (job.market, at)
    return newest


def uses(rows: Iterable[Mapping[str, Any]]) -> Iterator[Use]:
    """Yield what nodes have of each job that one of them started, lately or long ago."""
    for row in rows:
        at = row["ended_at"] or row["started_at"]
        if row["node"] and at:
            yield Use(row["node"], row["image_ids"], row["resource_ids"], at)
