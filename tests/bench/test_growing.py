from __future__ import annotations

from typing import Any

import pytest

from tests.bench import asking, growing

PAGES = {"list": {"kind": "list", "name": "list", "url": "/jobs/", "headers": {"HX-Request": "true"}}}


def test_sizes_are_asked_in_turn_and_the_first_answers_of_a_turn_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str, Any]] = []

    class Browser:
        def __init__(self, address: str) -> None:
            self.address, self.number = address, 0

        def get(self, url: str, headers: Any) -> asking.Answer:
            asked.append((self.address, url, headers))
            self.number += 1
            usual = 0.010 if self.address == "few" else 0.016
            seconds = usual if self.number > growing.UNMEASURED else 9.0
            return asking.Answer(200, seconds, 1, None, b"")

        def close(self) -> None:
            self.number = -1

    monkeypatch.setattr(asking, "Browser", Browser)

    row = growing._row("list", growing.Side("few", PAGES), growing.Side("many", PAGES))

    assert row == {"kind": "list", "name": "list", "small_ms": 10.0, "large_ms": 16.0, "growth": 1.6}
    turn = growing.UNMEASURED + growing.MEASURED
    turns = (["few"] * turn + ["many"] * turn) * growing.ROUNDS
    assert asked == [(address, "/jobs/", {"HX-Request": "true"}) for address in turns]


@pytest.mark.parametrize(("growth", "words"), [(1.5, "list 10.0 15.0 1.50"), (1.51, "list 10.0 15.1 1.51 MISSED")])
def test_a_line_says_what_grew_too_much(growth: float, words: str) -> None:
    row = {"name": "list", "small_ms": 10.0, "large_ms": 10 * growth, "growth": growth}

    assert growing.line(row).split() == words.split()
