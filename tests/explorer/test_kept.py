"""What pages read again and again is read once in a while."""

from __future__ import annotations

from typing import Any

import pytest

from explorer import kept as module
from explorer.kept import kept


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[float]:
    """Keep answers for two seconds of a clock that only the test moves."""
    settings.KEPT_SECONDS = 2.0
    now = [100.0]
    monkeypatch.setattr("explorer.kept.time.monotonic", lambda: now[0])
    return now


def reader() -> tuple[Any, list[Any]]:
    """Return a function that is kept, and what it was really asked."""
    asked: list[Any] = []

    @kept
    def read(key: str, *, size: int = 1) -> str:
        asked.append((key, size))
        return f"{key}{len(asked)}"

    return read, asked


def test_kept_answer_is_given_until_its_time_is_over(clock: list[float]) -> None:
    read, asked = reader()

    assert [read("a"), read("a"), read("b"), read("a", size=2)] == ["a1", "a1", "b2", "a3"]
    clock[0] += 1.9
    assert read("a") == "a1"
    clock[0] += 0.1
    assert read("a") == "a4"
    assert asked == [("a", 1), ("b", 1), ("a", 2), ("a", 1)]


def test_kept_answers_stay_few(clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    read, _ = reader()

    assert [read("a"), read("b"), read("c"), read("c"), read("a")] == ["a1", "b2", "c3", "c3", "a4"]


def test_nothing_is_kept_for_no_time(clock: list[float], settings: Any) -> None:
    settings.KEPT_SECONDS = 0.0
    read, _ = reader()

    assert [read("a"), read("a")] == ["a1", "a2"]
