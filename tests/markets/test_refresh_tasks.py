"""The tasks of the refresh, run one after the other in this process, against a real server."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from explorer.celery import app
from explorer.locks import advisory_lock
from explorer.nosana.errors import NosanaError
from explorer.nosana.networks import sample
from markets import tasks
from markets.models import Market, Revision
from tests.markets.network import Network, network

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def found(tmp_path: Path, settings) -> Iterator[Network]:
    app.conf.task_always_eager = True
    with network(tmp_path / "sample", markets=5) as found:
        settings.NETWORK = sample(found.server.url)
        yield found
    app.conf.task_always_eager = False


def test_new_markets_are_refreshed_as_soon_as_they_are_listed(found):
    tasks.sync_markets()

    assert Market.objects.exclude(required_at=None).count() == len(found.asked) == 5
    assert not Market.objects.filter(required_due_at__lte=timezone.now()).exists()
    tasks.sync_markets()
    assert len(found.asked) == 5


def test_a_change_in_the_list_of_markets_is_fetched_at_once(found):
    tasks.sync_markets()
    found.change(["nosana/frpc:2"])

    tasks.sync_markets()

    assert len(found.asked) == 10
    assert list(Revision.objects.filter(number=2).values_list("change", flat=True)) == ["endpoint"] * 5


def test_all_are_refreshed_on_demand_and_those_due_by_the_clock(found):
    tasks.sync_markets()

    tasks.refresh_all_required()
    assert len(found.asked) == 10
    tasks.refresh_due_required()
    assert len(found.asked) == 10
    Market.objects.filter(pk=found.markets[0]).update(required_due_at=timezone.now())
    tasks.refresh_due_required()
    assert len(found.asked) == 11


def test_one_market_that_fails_does_not_keep_the_others_back(found):
    tasks.sync_markets()
    found.change(["nosana/frpc:2"])
    found.server.fault(f"/api/markets/{found.markets[2]}/", status=403)

    tasks.refresh_all_required()

    failed = Market.objects.exclude(required_error="")
    assert list(failed.values_list("pk", flat=True)) == [found.markets[2]]
    assert Revision.objects.filter(number=2).count() == 4
    with pytest.raises(NosanaError):
        tasks.refresh_required(found.markets[2])


def test_a_market_that_is_being_refreshed_is_not_asked_twice(found):
    tasks.sync_markets()

    def refresh_elsewhere() -> None:
        try:
            tasks.refresh_required(found.markets[0])
        finally:
            connection.close()

    with advisory_lock(f"refresh_required {found.markets[0]}"), ThreadPoolExecutor(1) as pool:
        pool.submit(refresh_elsewhere).result()

    assert len(found.asked) == 5
