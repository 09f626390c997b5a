"""Lines of a log that is still being written: their numbers, and progress that moves on in its place."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from explorer.nosana.live import Entry
from explorer.nosana.payloads import LogLine
from jobs.logs import live
from jobs.logs.live import LiveLog

AT = datetime(2026, 8, 21, 14, 0, tzinfo=UTC)
MS = int(AT.timestamp() * 1000)


def said(text: str, op: str = "a", stream: str = "stdout", bar: str = "") -> Entry:
    return Entry(op, LogLine(stream, text, AT), bar)


def rows(*entries: Entry) -> list[list[Any]]:
    return list(LiveLog().rows(entries))


def short(*entries: Entry) -> list[tuple[int, str, int]]:
    return [(row[0], row[4], row[5]) for row in rows(*entries)]


def test_rows_are_numbered_and_coloured() -> None:
    assert rows(
        said("one\ntwo\n"), said("\x1b[31mred\n", "b"), said("still\x1b[m not\n", "b"), said("x", "c\u202e")
    ) == [
        [1, "a", "stdout", MS, "one", 0],
        [2, "a", "stdout", MS, "two", 0],
        [3, "b", "stdout", MS, "red", 0, [3, "a-r"]],
        [4, "b", "stdout", MS, "still not", 0, [5, "a-r", 4, ""]],
        [5, "c[U+202E]", "stdout", MS, "x", 0],
    ]


def test_rows_without_a_time() -> None:
    assert list(LiveLog().rows([Entry("a", LogLine("nodeerr", "x"))])) == [[1, "a", "nodeerr", None, "x", 0]]


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([said("\r10%"), said("\r20%"), said("\r30%\n"), said("done\n")],
         [(1, "10%", 0), (1, "20%", 1), (1, "30%", 2), (2, "done", 0)]),
        ([said("10%\r"), said("20%\r"), said("done\n")], [(1, "10%", 0), (1, "20%", 1), (1, "done", 2)]),
        ([said("\r10%"), said("other\n", "b"), said("\r20%")], [(1, "10%", 0), (2, "other", 0), (1, "20%", 1)]),
        ([said("one\ntwo\r10%"), said("\r20%")], [(1, "one", 0), (2, "10%", 1), (2, "20%", 2)]),
        ([said("a\rb\nc\rd")], [(1, "b", 1), (2, "d", 1)]),
        ([said("no end"), said("next")], [(1, "no end", 0), (2, "next", 0)]),
        ([said("layer 10 %", bar="l"), said("x\n"), said("layer 20 %", bar="l"), said("other", bar="m")],
         [(1, "layer 10 %", 0), (2, "x", 0), (1, "layer 20 %", 1), (3, "other", 0)]),
    ],
)  # fmt: skip
def test_progress_moves_on_in_its_place(entries: list[Entry], expected: list[tuple[int, str, int]]) -> None:
    assert short(*entries) == expected


def test_a_log_is_full_at_as_many_lines_as_a_node_keeps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MAX_LINES", 3)
    log = LiveLog()

    assert [row[0] for row in log.rows([said("1\n2\n3\n4\n")])] == [1, 2, 3]
    assert log.is_full


def test_a_long_line_is_cut() -> None:
    ((_, _, _, _, text, _),) = rows(said("x" * 100_000))

    assert len(text) == live.LONGEST
