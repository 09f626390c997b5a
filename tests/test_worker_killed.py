"""A worker killed in the middle of a sync, again and again, loses nothing and doubles nothing."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from celery import Celery
from django.db import connection

from explorer.celery import app
from explorer.sample import SampleServer
from jobs.models import Definition, Job, Result
from markets.models import Market, RequiredImage, RequiredResource
from tests.worker import Worker

KILLS = 20
SEED = 20


@pytest.fixture
def network(tmp_path: Path) -> Iterator[SampleServer]:
    """A sample network whose life stands still, so that what it holds can be compared; a little slow to answer."""
    with SampleServer(seed=7, state=tmp_path / "sample", past_jobs=1000) as server:
        server.pause()
        server.fault("/api", delay=0.05)
        yield server


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def locks_held() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database "
            "WHERE locktype = 'advisory' AND datname = current_database()"
        )
        return int(cursor.fetchone()[0])


def everything(network: SampleServer) -> dict[str, dict[str, Any]]:
    """Return every job that the network lists, by address."""
    rows: list[dict[str, Any]] = []
    while True:
        page = httpx.get(f"{network.url}/api/jobs", params={"limit": 50, "offset": len(rows)}).json()
        rows += page["jobs"]
        if not page["jobs"]:
            return {row["address"]: row for row in rows}


def ask(queue: str, celery: Celery = app) -> None:
    for task in ("markets.tasks.sync_markets", "jobs.tasks.sync_newest", "jobs.tasks.backfill"):
        celery.send_task(task, queue=queue)


def is_whole(queue: str, jobs: int) -> bool:
    """Ask for another run, and return whether all jobs are there by now."""
    ask(queue)
    return Job.objects.count() == jobs


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(800)  # a minute on two quiet cores
def test_sync_survives_twenty_kills_without_loss_or_doubles(network, tmp_path):
    chance = random.Random(SEED)
    queue, log = f"killed-{chance.random()}", tmp_path / "worker.log"
    for _ in range(KILLS):
        ask(queue)
        with Worker(network.url, queue=queue, log=log) as worker:
            wait_until(lambda: locks_held() > 0)
            time.sleep(chance.uniform(0, 0.5))
            worker.kill()
        wait_until(lambda: locks_held() == 0)
    interrupted = Job.objects.count()

    listed = everything(network)
    with Worker(network.url, queue=queue, log=log):
        wait_until(lambda: is_whole(queue, len(listed)), 120)
        wait_until(lambda: locks_held() == 0)

    assert interrupted > 0
    states = {address: job["state"] for address, job in listed.items()}
    assert dict(Job.objects.values_list("address", "state")) == states
    assert set(Market.objects.filter(is_listed=True).values_list("pk", flat=True)) == {
        market["address"] for market in httpx.get(f"{network.url}/api/markets").json()
    }
    assert Definition.objects.count() == len({job["ipfsJob"] or job["address"] for job in listed.values()})
    assert set(Result.objects.values_list("job", flat=True)) <= set(listed)
    for model, name in ((RequiredImage, "reference"), (RequiredResource, "digest")):
        current = list(model.objects.filter(removed_at=None).values_list("market", name))
        assert len(current) == len(set(current)) > 0
