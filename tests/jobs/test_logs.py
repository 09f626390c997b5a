"""Logs: gathered, packed, read back by the window."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.nosana.payloads import LogLine, OpResult, ResultPayload
from jobs import logs
from jobs.logs import Line, Summary, every_line, lines_of, pack, summary, window, window_before

START = datetime(2026, 8, 21, 14, 0, tzinfo=UTC)


def at(milliseconds: int) -> datetime:
    return START + timedelta(milliseconds=milliseconds)


def op(name: str, *entries: LogLine | str, start: datetime | None = None) -> OpResult:
    lines = tuple(LogLine("stdout", entry) if isinstance(entry, str) else entry for entry in entries)
    return OpResult(name, None, "success", start, None, 0, logs=lines)


def gathered(*ops: OpResult) -> list[Line]:
    return lines_of(ResultPayload("success", None, None, ops))


def texts(*entries: LogLine | str) -> list[tuple[str, int]]:
    return [(line.text, line.updates) for line in gathered(op("a", *entries))]


def test_lines_of_ops_that_ran_together_are_in_the_order_of_time() -> None:
    first = op("a", LogLine("stdout", "1\n", at(1)), LogLine("stderr", "4\n", at(4)), LogLine("stdout", "5\n"))
    second = op("b", LogLine("stdout", "2\n", at(2)), LogLine("nodeerr", "3\n", at(3)), LogLine("stdout", "6\n", at(9)))

    assert gathered(first, second) == [
        Line(1, "a", "stdout", at(1), "1"),
        Line(2, "b", "stdout", at(2), "2"),
        Line(3, "b", "nodeerr", at(3), "3"),
        Line(4, "a", "stderr", at(4), "4"),
        Line(5, "a", "stdout", None, "5"),
        Line(6, "b", "stdout", at(9), "6"),
    ]


def test_lines_without_times_are_op_after_op() -> None:
    assert [line.text for line in gathered(op("a", "1\n", "2\n"), op("b", "3\n"))] == ["1", "2", "3"]
    late, early = op("a", "3\n", start=at(5)), op("b", "1\n", "2\n", start=at(1))
    assert [line.text for line in gathered(late, early)] == ["1", "2", "3"]


def test_lines_of_one_op_never_overtake_each_other() -> None:
    assert [line.text for line in gathered(op("a", LogLine("stdout", "1", at(9)), LogLine("stdout", "2", at(1))))] == [
        "1",
        "2",
    ]


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        (["one\ntwo\r\n\nthree"], [("one", 0), ("two", 0), ("", 0), ("three", 0)]),
        (["no end", "next"], [("no end", 0), ("next", 0)]),
        (["", "\n"], [("", 0), ("", 0)]),
        (["10%\r20%\r30%\n", "done\n"], [("30%", 2), ("done", 0)]),
        (["\r10%", "\r20%", "\r30%\n", "\rnew\n"], [("30%", 2), ("new", 0)]),
        (["10%\r", "20%\r", "done\n"], [("done", 2)]),
        (["done", "\r"], [("done", 0), ("", 0)]),
        (["\rdone", "\r"], [("done", 0)]),
        (["an older node's line", "\r10%", "\r20%"], [("an older node's line", 0), ("20%", 1)]),
    ],
)
def test_progress_is_collapsed_to_its_last_state(entries: list[str], expected: list[tuple[str, int]]) -> None:
    assert texts(*entries) == expected


def test_progress_of_one_stream_leaves_the_other_alone() -> None:
    entries = [LogLine("stderr", "\r10%"), LogLine("stdout", "said\n"), LogLine("stderr", "\r20%")]

    assert texts(*entries) == [("20%", 1), ("said", 0)]


def test_lines_beyond_the_caps_are_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "MAX_LINES", 4)
    kept = gathered(op("a", *[f"{n}\n" for n in range(6)]))
    assert [(line.number, line.text) for line in kept] == [(1, "2"), (2, "3"), (3, "4"), (4, "5")]

    monkeypatch.setattr(logs, "MAX_CHARACTERS", 10)
    kept = gathered(op("a", "x" * 5 + "\n", "y" * 5 + "\n", "z" * 5 + "\n"))
    assert [(line.number, line.text) for line in kept] == [(1, "y" * 5), (2, "z" * 5)]


def test_caps_are_those_of_the_network() -> None:
    assert (logs.MAX_LINES, logs.MAX_CHARACTERS) == (24_999, 16_000_000)


def many(count: int) -> list[Line]:
    return [
        Line(n, f"op-{n % 3}", "stderr" if n % 5 == 0 else "stdout", at(n) if n % 2 else None, f"line {n}", n % 4)
        for n in range(1, count + 1)
    ]


@given(
    count=st.integers(0, 1700),
    start=st.integers(-5, 2000),
    size=st.integers(0, 600),
    op=st.none() | st.sampled_from(["op-0", "op-1", "absent"]),
    stream=st.none() | st.sampled_from(["stdout", "stderr", "nodeerr"]),
)
def test_window_reads_back_what_was_packed(
    count: int, start: int, size: int, op: str | None, stream: str | None
) -> None:
    lines = many(count)
    packed = pack(lines)
    wanted = [line for line in lines if op in (None, line.op) and stream in (None, line.stream)]
    below = [line for line in wanted if line.number < start]

    assert window(packed, start, size, op=op, stream=stream) == [line for line in wanted if line.number >= start][:size]
    assert window_before(packed, start, size, op=op, stream=stream) == below[max(len(below) - size, 0) :]
    assert list(every_line(memoryview(packed))) == lines


@given(st.text())
def test_any_text_is_packed_and_read_back(text: str) -> None:
    line = Line(1, text, text, None, text)

    assert window(pack([line]), 1, 1) == [line]


def test_summary_counts_without_reading_the_blocks() -> None:
    lines = [replace(line, op="é") if line.number == 1 else line for line in many(10)]
    packed = pack(lines)

    assert (
        summary(packed)
        == summary(packed[:300])
        == Summary(
            lines=10,
            by_op={"é": 1, "op-2": 3, "op-0": 3, "op-1": 3},
            by_stream={"stdout": 8, "stderr": 2},
            characters=sum(len(line.text) for line in lines),
        )
    )
    assert summary(pack([])) == Summary(0, {}, {}, 0)


def test_a_window_of_a_large_log_is_read_at_once() -> None:
    text = "\x1b[32mINFO\x1b[0m 08-21 14:10:19 gpu_executor.py:102] # GPU blocks: 41219, # CPU blocks: " + "x" * 120
    packed = pack([Line(n, "vllm", "stdout", at(n), f"{text} {n}") for n in range(1, 25_000)])
    began = time.perf_counter()
    found = window_before(packed, 25_000, 200)

    assert [line.number for line in found] == list(range(24_800, 25_000))
    assert time.perf_counter() - began < 0.1  # two blocks of fifty; all of them take several times as long
    assert len(packed) < 1_000_000
