"""A sample network for the tests of its interfaces: a small past, its clock held."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from explorer.sample import SampleServer
from explorer.sample.clock import Clock
from explorer.sample.life import Life
from tests.explorer.sample.networks import NO_TLS, lived

NOW = 1_790_000_000.0  # a Monday in September 2026


@pytest.fixture(scope="session")
def sample() -> Iterator[SampleServer]:
    """A network that stands still half an hour after its first start; shared, so only read from it."""
    clock = Clock(lambda: NOW)
    with SampleServer(clock=clock, past_jobs=400) as server:
        server.pause()
        server.advance(1800)
        yield server


@pytest.fixture(scope="session")
def api(sample: SampleServer) -> Iterator[httpx.Client]:
    """A client of the shared network."""
    with httpx.Client(verify=NO_TLS, base_url=sample.url, timeout=20) as client:
        yield client


@pytest.fixture
def own() -> Iterator[SampleServer]:
    """A network of the test's own, its clock held."""
    with SampleServer(clock=Clock(lambda: NOW), past_jobs=30) as server:
        server.pause()
        yield server


@pytest.fixture
def live() -> Iterator[Callable[..., Life]]:
    """A maker of lives without HTTP (see networks.lived) that closes their files in the end."""
    made: list[Life] = []

    def make(folder: Path, **how: int) -> Life:
        made.append(lived(folder, NOW, **how))
        return made[-1]

    yield make
    for life in made:
        life.store.close()
