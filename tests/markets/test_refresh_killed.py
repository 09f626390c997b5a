"""A worker killed in the middle of a refresh leaves each market either as it was or as it is to be."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from explorer.celery import app
from explorer.nosana.budget import Unlimited
from explorer.nosana.client import Client
from explorer.nosana.networks import sample
from markets import sync
from markets.curation.states import from_revision, states_of
from markets.models import Market, Revision
from tests.markets.network import Network, network
from tests.worker import Worker

MARKETS = 12
KILLS = 3


def wait_until(condition: Callable[[], bool], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def asked(found: Network) -> int:
    return len(found.asked)


def sessions() -> int:
    """Return how many other sessions the database has: those of the worker."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND backend_type = 'client backend'"
        )
        return int(cursor.fetchone()[0])


def names(found: Network) -> dict[str, set[str]]:
    """Return what each market requires now, as it is stored, and see that its last revision says the same."""
    states = states_of(found.markets)
    for market, state in states.items():
        last = Revision.objects.filter(market=market).first()
        assert last is not None
        assert from_revision(last.state).network == state.network
    return {market: {entry.name for entry in state.network.values()} for market, state in states.items()}


def wanted(found: Network) -> dict[str, set[str]]:
    return {
        market: {*images, *(str(resource["model"]) for resource in resources)}
        for market, (images, resources) in found.lists.items()
    }


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(400)
def test_a_worker_killed_halfway_leaves_each_market_old_or_new(tmp_path: Path) -> None:
    chance = random.Random(5)
    queue, log = f"killed-{random.random()}", tmp_path / "worker.log"
    with network(tmp_path / "sample", markets=MARKETS) as found:
        with Client(sample(found.server.url), budget=Unlimited()) as client:
            sync.sync_markets(client=client)
        old = wanted(found)
        assert names(found) == old
        found.change([f"nosana/many:{n}" for n in range(200)])
        new = wanted(found)
        partly = 0
        for _ in range(KILLS):
            for market in found.markets:
                app.send_task("markets.tasks.refresh_required", (market,), queue=queue)
            before = asked(found)
            with Worker(found.server.url, queue=queue, log=log) as worker:
                wait_until(lambda start=before: asked(found) > start)  # type: ignore[misc]
                time.sleep(chance.uniform(0, 0.15))
                worker.kill()
            wait_until(lambda: sessions() == 0)
            now = names(found)
            assert [market for market in found.markets if now[market] not in (old[market], new[market])] == []
            partly += any(now[market] == old[market] for market in found.markets)
        with Worker(found.server.url, queue=queue, log=log):
            wait_until(lambda: Revision.objects.count() == 2 * MARKETS)
            wait_until(lambda: not Market.objects.filter(required_at=None).exists())
        wait_until(lambda: sessions() == 0)
        assert names(found) == new

    assert partly > 0
    assert Revision.objects.count() == 2 * MARKETS
