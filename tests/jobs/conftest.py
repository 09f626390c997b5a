"""What all tests of the job pages share."""

from __future__ import annotations

import pytest
from pytest_httpserver import HTTPServer

from jobs.selectors.listing.reading import Manner, Way
from tests.jobs.indexer import Indexer


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give what is cut off by the clock enough time on the slowest machine."""
    for name in ("listing.values.FACETS_MS", "listing.counts.COUNT_MS", "listing.polling.NEWS_MS"):
        monkeypatch.setattr(f"jobs.selectors.{name}", 60_000)
    monkeypatch.setattr("jobs.selectors.search.words.MILLISECONDS", 60_000)
    gathering = Way(60_000, Manner.GATHER)
    monkeypatch.setattr("jobs.selectors.listing.reading.WAYS", (Way(60_000), gathering))
    monkeypatch.setattr("jobs.selectors.listing.reading.WAYS_OF_SEVERAL", (gathering,))
    # Else a reading that took longer has the next one of its filter go another way, with other queries.
    monkeypatch.setattr("jobs.selectors.listing.reading.QUICK", 60_000)


@pytest.fixture
def indexer(httpserver: HTTPServer) -> Indexer:
    """Serve an empty job list."""
    return Indexer(httpserver)
