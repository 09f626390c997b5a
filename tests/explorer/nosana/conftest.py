"""A client on a local server, and the Redis of this run of the tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings
from pytest_httpserver import HTTPServer

from explorer.nosana.budget import Unlimited
from explorer.nosana.client import Client
from explorer.nosana.fetch import Bounds
from explorer.nosana.networks import sample

#: Retries at once, but leaves a busy machine the time to answer.
QUICK = Bounds(read=10, total=30, backoff=0.01, patience=0.5)


@pytest.fixture
def client(httpserver: HTTPServer) -> Iterator[Client]:
    """Return a client of a network on the test's HTTP server."""
    with Client(sample(httpserver.url_for("")), budget=Unlimited(), bounds=QUICK) as opened:
        yield opened


@pytest.fixture(scope="session")
def redis_url() -> str:
    """Return the URL of the Redis that tests.servers started; each test uses keys of its own."""
    return str(settings.REDIS)
