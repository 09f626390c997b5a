from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest

from tests.bench import asking, growing

PAGES = {"list": {"kind": "list", "name": "list", "url": "/jobs/", "headers": {"HX-Request": "true"}}}


def test_sizes_are_asked_in_turn_and_the_first_answers_of_a_turn_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str, Any]] = []

    class Browser:
        def __init__(self, address: str) -> None:
            self.address, self.number = address, 0

        def get(self, url: str, headers: Any, *, encoding: str = "gzip") -> asking.Answer:
            if encoding == "identity":
                return asking.Answer(200, 9.0, 1, None, b"<tr><td></tr>" * (2 if self.address == "few" else 51))
            asked.append((self.address, url, headers))
            self.number += 1
            usual = 0.010 if self.address == "few" else 0.016
            seconds = usual if self.number > growing.UNMEASURED else 9.0
            return asking.Answer(200, seconds, 1, None, b"")

        def close(self) -> None:
            self.number = -1

    monkeypatch.setattr(asking, "Browser", Browser)

    row = growing._row("list", growing.Side("few", PAGES), growing.Side("many", PAGES))

    times = {"small_ms": 10.0, "large_ms": 16.0, "growth": 1.6}
    assert row == {"kind": "list", "name": "list", **times, "rows": [2, 51]}
    turn = growing.UNMEASURED + growing.MEASURED
    turns = (["few"] * turn + ["many"] * turn) * growing.ROUNDS
    assert asked == [(address, "/jobs/", {"HX-Request": "true"}) for address in turns]


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"growth": 1.5}, "list 10.0 15.0 1.50"),
        ({"growth": 1.51}, "list 10.0 15.1 1.51 MISSED"),
        ({"growth": 1.6, "again": 1.2}, "list 10.0 16.0 1.60 MISSED, again 1.20"),
        ({"growth": 1.6, "again": 1.7, "rows": [0, 51]}, "list 10.0 16.0 1.60 MISSED, again 1.70, 0 rows then 51"),
        ({"growth": 1.2, "rows": [0, 51]}, "list 10.0 12.0 1.20"),
    ],
)
def test_a_line_says_what_grew_too_much(facts: dict[str, Any], words: str) -> None:
    row = {"name": "list", "small_ms": 10.0, "large_ms": 10 * facts["growth"], "rows": [51, 51], **facts}

    assert growing.line(row).split() == words.split()


def test_what_grew_too_much_is_asked_for_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"slow": [1.6, 1.2], "quick": [1.5]}
    side = growing.Side("", {"slow": {}, "quick": {}})
    monkeypatch.setattr(growing, "filled", lambda *_: nullcontext(()))
    monkeypatch.setattr(growing, "_served", lambda *_: nullcontext(side))
    monkeypatch.setattr(growing, "_row", lambda name, *_: {"name": name, "growth": found[name].pop(0)})

    assert growing.run(1, 2, 3) == [{"name": "slow", "growth": 1.6, "again": 1.2}, {"name": "quick", "growth": 1.5}]
    assert found == {"slow": [], "quick": []}
