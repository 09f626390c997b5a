"""What all tests of the job pages share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.cache import cache
from pytest_httpserver import HTTPServer
from redis import Redis

from jobs.selectors.listing.boxes import Manner
from jobs.selectors.listing.reading import Way
from tests.jobs.indexer import Indexer


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give what is cut off by the clock enough time on the slowest machine."""
    for name in (
        "values.FACETS_MS",
        "values.ALL_MS",
        "counts.COUNT_MS",
        "polling.NEWS_MS",
        "kinds.KINDS_MS",
        "kinds.LIST_MS",
    ):
        monkeypatch.setattr(f"jobs.selectors.listing.{name}", 60_000)
    monkeypatch.setattr("jobs.selectors.search.words.MILLISECONDS", 60_000)
    gathering = Way(60_000, Manner.GATHER)
    monkeypatch.setattr("jobs.selectors.listing.reading.WAYS", (Way(60_000), gathering))
    monkeypatch.setattr("jobs.selectors.listing.reading.WAYS_OF_SEVERAL", (gathering,))
    # Else a reading that took longer has the next one of its filter go another way, with other queries.
    monkeypatch.setattr("jobs.selectors.listing.reading.QUICK", 60_000)


@pytest.fixture
def indexer(httpserver: HTTPServer) -> Indexer:
    """Serve an empty job list that nobody has asked yet."""
    # The server is that of the test before as well: on a quick machine two backfills together are over its budget.
    with Redis.from_url(settings.REDIS) as redis:
        for key in redis.scan_iter(f"nosana-budget:{{{httpserver.host}:{httpserver.port}/*"):
            redis.delete(key)
    return Indexer(httpserver)


@pytest.fixture
def nothing_remembered() -> Iterator[None]:
    """Begin and end without knowing which way of reading was quick."""
    cache.clear()
    yield
    cache.clear()
