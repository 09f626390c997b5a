"""Data folders for embedded servers, and the end of those servers."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from explorer.embedded import addresses, cluster, process


@pytest.fixture
def var() -> Iterator[Path]:
    """A data folder that PostgreSQL's account can enter, gone after the test with what is elsewhere for it."""
    folder = Path(tempfile.mkdtemp(prefix="nx-"))
    folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
    yield folder
    shutil.rmtree(folder)
    shutil.rmtree(cluster.ELSEWHERE / addresses.digest(folder), ignore_errors=True)


@pytest.fixture
def started() -> Iterator[list[process.Child]]:
    """Children that a test puts here are ended after it."""
    children: list[process.Child] = []
    yield children
    process.stop(children, seconds=5)
