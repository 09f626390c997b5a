"""Writes of jobs and of what comes along with them. Facts never go backwards."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from explorer.copying import Field
from explorer.nosana.payloads import COMPLETED, JobPayload
from explorer.upsert import Written, add_block, add_new, new_block, upsert
from jobs import rollups
from jobs.models import Job, Result
from jobs.sync.definitions import NOTHING, SHOWN, complete, store_definitions
from jobs.sync.rows import definition_key, job_row, result_rows, sightings, uses
from markets.sync import add_markets, note_nodes
from markets.sync.caches import note_used

_KNOWN = "CASE WHEN new.{0} = '' THEN old.{0} ELSE new.{0} END"
_FIRST = "COALESCE(old.{0}, new.{0})"
_LATEST = "COALESCE(new.{0}, old.{0})"
_READ = "CASE WHEN new.op_count IS NULL THEN old.{0} ELSE new.{0} END"
#: What a column becomes when a job is heard of again. A state only rises, except that a stopped job can still be
#: completed (a node claims and finishes it); a fact once known is not lost to an answer that leaves it out.
JOB_MERGE: Final = {
    "state": f"CASE WHEN {COMPLETED} IN (old.state, new.state) THEN {COMPLETED} "
    "ELSE GREATEST(old.state, new.state) END",
    "timeout": "GREATEST(old.timeout, new.timeout)",
    **{name: _FIRST.format(name) for name in ("network_id", "listed_at", "usd_reward_per_hour")},
    **{name: _LATEST.format(name) for name in ("started_at", "ended_at")},
    **{name: _KNOWN.format(name) for name in ("node", "outcome", "status", "trigger", "ipfs_job", "ipfs_result")},
    **{name: _READ.format(name) for name in SHOWN},
}
#: What IPFS said of a result outranks the indexer's copy, which has no log.
RESULT_MERGE: Final = {
    "body": "CASE WHEN old.cid <> '' THEN old.body ELSE COALESCE(new.body, old.body) END",
    "due_at": "CASE WHEN old.fetched_at IS NOT NULL OR old.attempts > 0 OR old.body IS NOT NULL THEN old.due_at "
    "ELSE COALESCE(old.due_at, new.due_at) END",
}


def store_jobs(*, jobs: Sequence[JobPayload]) -> Written:
    """Write jobs, their definitions and results, and the markets and nodes they name; the counts are of jobs.

    A constant number of statements, whatever the number of jobs; of several answers about one job the last counts.
    """
    return write(prepare(jobs)) if jobs else Written()


@dataclass(frozen=True, slots=True)
class Prepared:
    """Jobs that are ready to be written: what could be done before others have to wait is done."""

    rows: list[dict[str, Any]]  # one for each job
    block: tuple[list[Field], bytes]  # of the rows, where all are new
    results: list[dict[str, Any]]
    results_block: tuple[list[Field], bytes]
    waited_for: list[str]  # the keys of definitions that may have come while these or other jobs did without
    at: datetime


def prepare(jobs: Sequence[JobPayload]) -> Prepared:
    """Write what jobs name and what changes no job: markets, definitions, catalog, nodes; and make the jobs' rows.

    Others may do the same at the same time. Without the second half, write(), nothing is wrong: it is done again.
    """
    now, answers = timezone.now(), list({job.address: job for job in jobs}.values())
    with transaction.atomic():
        add_markets(addresses={job.market for job in jobs})
        known = store_definitions(jobs, now)
    rows = [job_row(job, known.shown.get(definition_key(job), NOTHING)) for job in answers]
    found = result_rows(answers, now)
    note_nodes(seen=sightings(answers))
    note_used(uses(rows))
    return Prepared(
        rows=rows,
        block=new_block(Job, rows),
        results=found,
        results_block=new_block(Result, found),
        waited_for=known.waited_for,
        at=now,
    )


def write(ready: Prepared) -> Written:
    """Write prepared jobs and their results; the counts are of jobs.

    Every writer of jobs counts them, and begins with it (jobs/rollups/maintain.py), so that one writes at a time and
    none waits for another for ever: no job can come up between what is read here and what is written.
    """
    with rollups.counted() as counted:
        known = counted.before(addresses=[row["address"] for row in ready.rows])
        written = _write_jobs(ready, known)
        _write_results(ready, known)
        complete(counted, ready.waited_for)
    return written


def add(ready: Prepared) -> Written:
    """Do what write() does, beside others who do it with other jobs: they wait for each other only to add to the sums.

    No two of them may have the same job. Where one was there before, all is left to write(): two who change jobs could
    wait for each other for ever.
    """
    addresses = [row["address"] for row in ready.rows]
    if Job.objects.filter(pk__in=[addresses[0], addresses[-1]]).exists():  # nearly always, where any was
        return write(ready)
    try:
        with rollups.adding(addresses) as counted:
            add_block(Job, *ready.block)
            add_block(Result, *ready.results_block)
            counted.add_new()
            complete(counted, ready.waited_for)
    except IntegrityError:  # looking for all of them first takes as long as a twentieth of storing them
        return write(ready)
    return Written(len(ready.rows))


def _write_jobs(ready: Prepared, known: Set[str]) -> Written:
    """Write the jobs, and when the network spoke of those that were there before."""
    if known:
        add_new(Job, [row for row in ready.rows if row["address"] not in known])
    else:
        add_block(Job, *ready.block)
    merged = upsert(Job, [row for row in ready.rows if row["address"] in known], key="address", merge=JOB_MERGE)
    if known:
        Job.objects.filter(address__in=known, checked_at__lt=ready.at).update(checked_at=ready.at)
    return Written(len(ready.rows) - len(known)) + merged


def _write_results(ready: Prepared, known: Set[str]) -> None:
    """Write the results; a job that is new has none yet."""
    if known:
        add_new(Result, [row for row in ready.results if row["job"] not in known])
    else:
        add_block(Result, *ready.results_block)
    upsert(Result, [row for row in ready.results if row["job"] in known], key="job", merge=RESULT_MERGE)


def store_withdrawn(*, addresses: Sequence[str]) -> Written:
    """Note that the network no longer knows these jobs: they were withdrawn from their queue."""
    with rollups.counted() as counted:
        counted.before(addresses=addresses)
        gone = Job.objects.filter(pk__in=addresses, delisted_at=None)
        return Written(updated=gone.update(delisted_at=timezone.now()))
