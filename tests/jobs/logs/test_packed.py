"""Logs: gathered, packed, read back by the window."""

from __future__ import annotations

import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.nosana.payloads import LogLine, OpResult, ResultPayload
from explorer.text import visible
from jobs.logs import (
    Line,
    Summary,
    every_line,
    is_readable,
    lines_of,
    pack,
    picked,
    summary,
    texts,
    window,
    window_before,
)
from jobs.logs import lines as gathering
from jobs.logs.ansi import plain

START = datetime(2026, 8, 21, 14, 0, tzinfo=UTC)


def at(milliseconds: int) -> datetime:
    return START + timedelta(milliseconds=milliseconds)


def op(name: str, *entries: LogLine | str, start: datetime | None = None) -> OpResult:
    lines = tuple(LogLine("stdout", entry) if isinstance(entry, str) else entry for entry in entries)
    return OpResult(name, None, "success", start, None, 0, logs=lines)


def gathered(*ops: OpResult) -> list[Line]:
    return lines_of(ResultPayload("success", None, None, ops))


def states(*entries: LogLine | str) -> list[tuple[str, int]]:
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
    assert states(*entries) == expected


def test_progress_of_one_stream_leaves_the_other_alone() -> None:
    entries = [LogLine("stderr", "\r10%"), LogLine("stdout", "said\n"), LogLine("stderr", "\r20%")]

    assert states(*entries) == [("20%", 1), ("said", 0)]


def test_lines_beyond_the_caps_are_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "MAX_LINES", 4)
    kept = gathered(op("a", *[f"{n}\n" for n in range(6)]))
    assert [(line.number, line.text) for line in kept] == [(1, "2"), (2, "3"), (3, "4"), (4, "5")]

    monkeypatch.setattr(gathering, "MAX_CHARACTERS", 10)
    kept = gathered(op("a", "x" * 5 + "\n", "y" * 5 + "\n", "z" * 5 + "\n"))
    assert [(line.number, line.text) for line in kept] == [(1, "y" * 5), (2, "z" * 5)]


def test_caps_are_those_of_the_network() -> None:
    assert (gathering.MAX_LINES, gathering.MAX_CHARACTERS) == (24_999, 16_000_000)


def many(count: int) -> list[Line]:
    return [
        Line(n, f"op-{n % 3}", "stderr" if n % 5 == 0 else "stdout", at(n) if n % 2 else None, f"line {n}", n % 4)
        for n in range(1, count + 1)
    ]


@settings(deadline=None)  # it packs up to 1,700 lines
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
    made = many(count)
    packed = pack(made)
    wanted = [line for line in made if op in (None, line.op) and stream in (None, line.stream)]
    below = [line for line in wanted if line.number < start]

    assert window(packed, start, size, op=op, stream=stream) == [line for line in wanted if line.number >= start][:size]
    assert window_before(packed, start, size, op=op, stream=stream) == below[max(len(below) - size, 0) :]
    assert list(every_line(memoryview(packed))) == made
    assert list(texts(packed, op=op, stream=stream)) == [(line.number, line.text) for line in wanted]
    assert picked(packed, [line.number for line in wanted]) == wanted


@given(st.text())
def test_any_text_is_packed_and_read_back(text: str) -> None:
    (line,) = window(pack([Line(1, text, text, None, text)]), 1, 1)

    assert replace(line, runs=()) == Line(1, text, text, None, visible(plain(text)))
    assert not line.runs or sum(length for length, _ in line.runs) == len(line.text)


def test_colours_are_read_when_a_log_is_packed() -> None:
    said = [
        ("a", "stdout", "\x1b[31mred"),
        ("b", "stdout", "plain"),
        ("a", "stdout", "still\x1b[m not"),
        ("a", "stderr", "x"),
    ]
    packed = pack([Line(n, op, stream, None, text) for n, (op, stream, text) in enumerate(said, start=1)])

    assert window(packed, 1, 9) == [
        Line(1, "a", "stdout", None, "red", 0, ((3, "a-r"),)),
        Line(2, "b", "stdout", None, "plain"),
        Line(3, "a", "stdout", None, "still not", 0, ((5, "a-r"), (4, ""))),
        Line(4, "a", "stderr", None, "x"),
    ]


def test_a_log_of_an_earlier_form_is_not_read() -> None:
    packed = pack(many(3))
    earlier = packed.replace(b'"version": 2', b'"version": 1')

    assert (is_readable(packed), is_readable(memoryview(packed)), is_readable(earlier)) == (True, True, False)


def test_summary_counts_without_reading_the_blocks() -> None:
    made = [replace(line, op="é") if line.number == 1 else line for line in many(10)]
    packed = pack(made)

    assert (
        summary(packed)
        == summary(packed[:400])
        == Summary(
            lines=10,
            by_op={"é": 1, "op-2": 3, "op-0": 3, "op-1": 3},
            by_stream={"stdout": 8, "stderr": 2},
            characters=sum(len(line.text) for line in made),
        )
    )
    assert summary(pack([])) == Summary(0, {}, {}, 0)


def test_a_window_of_a_large_log_reads_few_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "\x1b[32mINFO\x1b[0m 08-21 14:10:19 gpu_executor.py:102] # GPU blocks: 41219, # CPU blocks: " + "x" * 120
    made = pack([Line(n, "vllm", "stdout", at(n), f"{text} {n}") for n in range(1, 25_000)])
    assert len(made) < 1_000_000

    read: list[int] = []
    decompress = zlib.decompress

    def noted(data: bytes) -> bytes:
        read.append(len(data))
        return decompress(data)

    monkeypatch.setattr(zlib, "decompress", noted)
    assert [line.number for line in window_before(made, 25_000, 200)] == list(range(24_800, 25_000))
    assert [line.number for line in picked(made, [7, 8, 20_001])] == [7, 8, 20_001]
    assert len(read) == 3  # of fifty: two for the picked ones
