"""Writes of jobs and of what comes along with them. Facts never go backwards."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from explorer.nosana.payloads import COMPLETED, JobPayload
from explorer.upsert import Written, upsert
from jobs import ops, results
from jobs.models import Definition, Job, Result
from markets.sync import add_markets, note_nodes

_KNOWN = "CASE WHEN new.{0} = '' THEN old.{0} ELSE new.{0} END"
_FIRST = "COALESCE(old.{0}, new.{0})"
_LATEST = "COALESCE(new.{0}, old.{0})"
#: What a column becomes when a job is heard of again. A state only rises, except that a stopped job can still be
#: completed (a node claims and finishes it); a fact once known is not lost to an answer that leaves it out.
JOB_MERGE = {
    "state": f"CASE WHEN {COMPLETED} IN (old.state, new.state) THEN {COMPLETED} "
    "ELSE GREATEST(old.state, new.state) END",
    "timeout": "GREATEST(old.timeout, new.timeout)",
    **{name: _FIRST.format(name) for name in ("network_id", "listed_at", "usd_reward_per_hour")},
    **{name: _LATEST.format(name) for name in ("started_at", "ended_at", "op_count")},
    **{
        name: _KNOWN.format(name)
        for name in ("node", "outcome", "status", "trigger", "ipfs_job", "ipfs_result", "image")
    },
}
#: The first text of a definition stays until its exact bytes are read from IPFS.
DEFINITION_MERGE = {
    "text": "CASE WHEN old.fetched_at IS NOT NULL THEN old.text ELSE new.text END",
    "error": "CASE WHEN old.fetched_at IS NOT NULL THEN old.error ELSE new.error END",
    "image": _KNOWN.format("image"),
    "fetched_at": _FIRST.format("fetched_at"),
    "op_count": _LATEST.format("op_count"),
}
#: What IPFS said of a result outranks the indexer's copy, which has no log.
RESULT_MERGE = {
    "body": "CASE WHEN old.cid <> '' THEN old.body ELSE COALESCE(new.body, old.body) END",
    "due_at": "CASE WHEN old.fetched_at IS NOT NULL OR old.attempts > 0 OR old.body IS NOT NULL THEN old.due_at "
    "ELSE COALESCE(old.due_at, new.due_at) END",
}


@transaction.atomic
def store_jobs(*, jobs: Sequence[JobPayload]) -> Written:
    """Write jobs, their definitions and results, and the markets and nodes they name; the counts are of jobs.

    A constant number of statements, whatever the number of jobs. Locks rows in one order, which every other writer
    keeps too: markets, definitions, jobs, results, nodes, and each by key.
    """
    now = timezone.now()
    add_markets(addresses={job.market for job in jobs})
    upsert(Definition, _definition_rows(jobs, now), key="key", merge=DEFINITION_MERGE)
    written = upsert(Job, [_job_row(job) for job in jobs], key="address", merge=JOB_MERGE)
    Job.objects.filter(address__in=[job.address for job in jobs]).update(checked_at=now)
    _show_known_definitions([job.address for job in jobs])
    upsert(Result, _result_rows(jobs, now), key="job", merge=RESULT_MERGE)
    note_nodes(seen=_sightings(jobs))
    return written


def _job_row(job: JobPayload) -> dict[str, Any]:
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
        **_shown_of(job),
    }


def _shown_of(job: JobPayload) -> dict[str, Any]:
    """Return what the job list shows of the definition that came along, if one did."""
    body = job.definition.body if job.definition else None
    return {"image": ops.first_image(body) if body else "", "op_count": ops.op_count(body) if body else None}


def _definition_rows(jobs: Iterable[JobPayload], now: datetime) -> list[dict[str, Any]]:
    """Return a row for every definition that came, or that can be fetched; one that came is written last."""
    rows = [
        {
            "key": job.ipfs_job or job.address,
            "text": job.definition.text if job.definition else "",
            "error": (job.definition.error or "") if job.definition else "",
            "fetched_at": now if job.definition else None,
            **_shown_of(job),
        }
        for job in jobs
        if job.definition or job.ipfs_job
    ]
    return sorted(rows, key=lambda row: row["fetched_at"] is not None)


def _show_known_definitions(addresses: list[str]) -> None:
    """Fill in what the list shows of jobs that came without the definition that another job brought before."""
    known = Definition.objects.filter(pk=OuterRef("ipfs_job"))
    Job.objects.filter(address__in=addresses, op_count=None).exclude(ipfs_job="").update(
        image=Coalesce(known.values("image"), Value("")), op_count=known.values("op_count")
    )


def _result_rows(jobs: Iterable[JobPayload], now: datetime) -> list[dict[str, Any]]:
    """Return a row for every result: the indexer's copy, else a promise to fetch it from IPFS."""
    return [
        {
            "job": job.address,
            "body": results.to_body(job.result) if job.result else None,
            "due_at": None if job.result else now,
        }
        for job in jobs
        if job.result or job.ipfs_result
    ]


def _sightings(jobs: Iterable[JobPayload]) -> dict[str, tuple[str, datetime]]:
    """Return where and when each node was last seen at work, by these jobs."""
    newest: dict[str, tuple[str, datetime]] = {}
    for job in jobs:
        at = job.ended_at or job.started_at
        if job.node and at and (job.node not in newest or newest[job.node][1] < at):
            newest[job.node] = (job.market, at)
    return newest
