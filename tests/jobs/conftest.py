"""What all tests of the job pages share."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give what is cut off by the clock enough time on the slowest machine."""
    for name in ("values.FACETS_MS", "counts.COUNT_MS", "polling.NEWS_MS", "reading.GATHER_MS"):
        monkeypatch.setattr(f"jobs.selectors.listing.{name}", 60_000)
