"""What the workers do for jobs: one lock, one call each."""

from __future__ import annotations

from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore

from explorer.clients import open_client
from explorer.locks import advisory_lock
from explorer.nosana.errors import NosanaError
from jobs.builder import saved, store
from jobs.readiness import records
from jobs.rollups import agreement
from jobs.sync import backfill as older
from jobs.sync import catalog, content, first_fill, listing, nodes


@shared_task(throws=(NosanaError,))
def sync_newest() -> None:
    """Read the newest pages of the job list."""
    with advisory_lock("sync_newest") as held, open_client() as client:
        if held:
            listing.sync_newest(client=client)


@shared_task(throws=(NosanaError,))
def refresh_unfinished() -> None:
    """Ask again about unfinished jobs."""
    with advisory_lock("refresh_unfinished") as held, open_client() as client:
        if held:
            listing.refresh_unfinished(client=client)


@shared_task(throws=(NosanaError,))
def backfill() -> None:
    """Read the next pages of older jobs; first make what a backfill by hand has left unmade."""
    with advisory_lock("backfill") as held, open_client() as client:
        if held:
            first_fill.finish()
            older.backfill_step(client=client, pages=5)


@shared_task(throws=(NosanaError,))
def fetch_definitions() -> None:
    """Fetch definitions that are due from IPFS."""
    with open_client() as client:
        content.fetch_definitions(client=client)


@shared_task(throws=(NosanaError,))
def fetch_results() -> None:
    """Fetch results that are due from IPFS."""
    with open_client() as client:
        content.fetch_results(client=client)


@shared_task(throws=(NosanaError,))
def fetch_result(job: str) -> None:
    """Fetch one job's result and log, because somebody asked."""
    with advisory_lock(f"fetch_result {job}") as held, open_client() as client:
        if held:
            content.fetch_result(client=client, job=job)


@shared_task
def forget_old_logs() -> None:
    """Drop logs that were fetched long ago."""
    content.forget_old_logs()


@shared_task
def forget_idle_drafts() -> None:
    """Delete drafts, and templates of browsers, that nobody opened or used for 90 days, and sessions that ended."""
    store.forget_idle()
    saved.forget_idle()
    SessionStore.clear_expired()


@shared_task
def count_catalog() -> None:
    """Count the jobs, uses and markets of every image and resource."""
    with advisory_lock("count_catalog") as held:
        if held:
            catalog.count()


@shared_task
def refresh_records() -> None:
    """Work out how jobs fared lately in each market, and note again what nodes used."""
    with advisory_lock("refresh_records") as held:
        if held:
            records.refresh_records()
            records.rebuild_caches()


@shared_task
def count_nodes() -> None:
    """Count how each node did, for the list of nodes."""
    with advisory_lock("count_nodes") as held:
        if held:
            nodes.count_nodes()


@shared_task
def mend_kinds() -> None:
    """Make the kinds of jobs anew where an older release wrote jobs and did not keep them."""
    with advisory_lock("mend_kinds") as held:
        if held:
            agreement.mend()
