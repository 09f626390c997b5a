"""Reads of IPFS: definitions that the job list did not bring, results and their logs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone

from explorer import sources
from explorer.claims import claim
from explorer.models import Source
from explorer.nosana.client import Client
from explorer.nosana.errors import NosanaError, OverBudget, Unreachable
from explorer.nosana.payloads import Definition as DefinitionPayload
from explorer.nosana.payloads import ResultPayload, Skipped
from explorer.upsert import upsert
from jobs import logs, results, rollups
from jobs.contents import contents_of
from jobs.models import Definition, Job, Result
from jobs.sync.definitions import SHOWN, columns_of
from jobs.sync.rows import uses
from markets.sync.caches import note_used

#: A claimed row is due again after this, should its worker die.
HOLD = timedelta(minutes=5)
#: After so many failures in a row nothing is tried until somebody asks.
ATTEMPTS = 8
#: A log is forgotten this long after it was fetched; it stays on IPFS and can be fetched again.
LOG_KEPT = timedelta(days=14)


def fetch_definitions(*, client: Client, limit: int = 20) -> None:
    """Fetch definitions that are due from IPFS; one request each."""
    with sources.recorded(Source.DEFINITIONS) as run:
        for key in claim(Definition.objects.filter(fetched_at=None), "due_at", limit=limit, hold=HOLD):
            try:
                store_definition(key=key, definition=client.ipfs_definition(key))
                run.add(seen=1, changed=1)
            except (Unreachable, OverBudget):
                raise  # the gateway is down or busy: the others would fare no better
            except NosanaError as error:
                _put_off(Definition.objects.get(pk=key), error)
                run.add(skipped=[Skipped(key, str(error))])


def store_definition(*, key: str, definition: DefinitionPayload) -> None:
    """Write a definition as IPFS has it, and what its jobs copy from it."""
    read = columns_of({key: contents_of(definition.body)})[key] if definition.body is not None else {}
    shown = {name: read[name] for name in SHOWN if name in read}
    with rollups.counted() as counted:
        jobs = Job.objects.filter(ipfs_job=key)
        counted.before(addresses=jobs.values_list("pk", flat=True))
        Definition.objects.filter(pk=key).update(
            text=definition.text,
            error=definition.error or "",
            is_exact=True,
            fetched_at=timezone.now(),
            fetch_error="",
            **read,
        )
        if shown:
            jobs.update(**shown)
            note_used(uses(jobs.values("node", "image_ids", "resource_ids", "started_at", "ended_at")))


def fetch_results(*, client: Client, limit: int = 20) -> None:
    """Fetch results that are due, with their logs, from IPFS; one request each."""
    with sources.recorded(Source.RESULTS) as run:
        due = Result.objects.exclude(job__ipfs_result="")
        for job in claim(due, "due_at", limit=limit, hold=HOLD):
            _fetch_result(client, run, job)


def fetch_result(*, client: Client, job: str) -> None:
    """Fetch one job's result and log from IPFS, because somebody asked for it; one request."""
    with sources.recorded(Source.RESULTS) as run:
        _fetch_result(client, run, job)


def _fetch_result(client: Client, run: sources.Run, job: str) -> None:
    cid = Job.objects.values_list("ipfs_result", flat=True).get(pk=job)
    try:
        store_result(job=job, cid=cid, result=client.ipfs_result(cid))
        run.add(seen=1, changed=1)
    except (Unreachable, OverBudget) as error:
        Result.objects.filter(pk=job).update(fetch_error=str(error))
        raise
    except NosanaError as error:
        _put_off(Result.objects.get(pk=job), error)
        run.add(skipped=[Skipped(job, str(error))])


def store_result(*, job: str, cid: str, result: ResultPayload) -> None:
    """Write a result as IPFS has it, its log packed, and how the job went by it."""
    lines = logs.lines_of(result)
    with rollups.counted() as counted:
        counted.before(addresses=[job])
        Job.objects.filter(pk=job).update(outcome=results.outcome_of(result) or F("outcome"))
        Result.objects.filter(pk=job).update(
            body=results.to_body(result),
            log=logs.pack(lines),
            log_lines=len(lines),
            cid=cid,
            fetched_at=timezone.now(),
            due_at=None,
            attempts=0,
            fetch_error="",
        )


def request_result(*, job: str) -> None:
    """Make a job's result due now, whatever came of earlier tries."""
    rows = [{"job": job, "due_at": timezone.now(), "attempts": 0, "fetch_error": ""}]
    upsert(Result, rows, key="job")


def _put_off(row: Definition | Result, error: NosanaError) -> None:
    """Try again later, ever later; a result nobody could fetch waits for somebody to ask."""
    attempts = row.attempts + 1
    due_at: datetime | None = timezone.now() + timedelta(minutes=2**attempts)
    if attempts >= ATTEMPTS:
        due_at = timezone.now() + timedelta(days=30) if isinstance(row, Definition) else None
    facts: dict[str, Any] = {"attempts": attempts, "due_at": due_at, "fetch_error": str(error)}
    type(row)._default_manager.filter(pk=row.pk).update(**facts)


def forget_old_logs() -> int:
    """Drop the logs that were fetched long ago, and return how many."""
    old = Result.objects.filter(fetched_at__lt=timezone.now() - LOG_KEPT, log__isnull=False)
    return old.update(log=None, log_lines=None)
