"""Logs of jobs: gathered from a result, packed for the database, read back by the window. Pure Python.

Packed, a log is: 4 bytes, the length of the head; the head, JSON; then blocks of BLOCK lines, each compressed JSON.
A window is read by decompressing only the blocks it touches.
"""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate, islice
from typing import Any

from explorer.nosana.payloads import LogLine, OpResult, ResultPayload

#: A node keeps this many lines, the newest (nosana-cli); and so much text is more than any person reads.
MAX_LINES = 24_999
MAX_CHARACTERS = 16_000_000
BLOCK = 500
_STREAMS = ("stdout", "stderr", "nodeerr", "stdin")
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a job's log; numbers count from 1 through all ops. `text` keeps its escape sequences."""

    number: int
    op: str
    stream: str  # stdout, stderr, nodeerr, stdin
    at: datetime | None
    text: str
    updates: int = 0  # how many earlier states of a progress line it took the place of


@dataclass(frozen=True, slots=True)
class Summary:
    """A packed log in figures: its lines in all, by op in the order of the log, and by stream."""

    lines: int
    by_op: dict[str, int]
    by_stream: dict[str, int]
    characters: int


def lines_of(result: ResultPayload) -> list[Line]:
    """Return the lines of all ops in the order of time, the newest within the caps."""
    timed = [pair for op in result.ops for pair in _timed(op)]
    timed.sort(key=lambda pair: pair[0])  # stable: without times, op after op
    kept: list[Line] = []
    characters = 0
    for _, line in reversed(timed[-MAX_LINES:]):
        characters += len(line.text)
        if characters > MAX_CHARACTERS:
            break
        kept.append(line)
    return [replace(line, number=number) for number, line in enumerate(reversed(kept), start=1)]


def _timed(op: OpResult) -> Iterator[tuple[datetime, Line]]:
    """Yield an op's lines with a time to sort by: their own, or that of the line before, so that none overtakes."""
    at = op.started_at or _LONG_AGO
    for line in _collapsed(op):
        at = max(at, line.at or at)
        yield at, line


def _collapsed(op: OpResult) -> list[Line]:
    """Return an op's lines, progress that returns to the line's start as its last state.

    Entries are usually one line each, but progress comes in pieces that do not end their line.
    """
    lines: list[Line] = []
    unended: dict[str, tuple[int, str]] = {}
    for entry in op.logs:
        parts = entry.text.replace("\r\n", "\n").split("\n")
        is_ended = len(parts) > 1 and not parts[-1]
        place = -1
        for part in parts[:-1] if is_ended else parts:
            place, before = unended.pop(entry.stream, (-1, ""))
            line = _last_state(op, entry, part)
            if before.endswith("\r") or (part.startswith("\r") and "\r" in before):
                lines[place] = _over(lines[place], line)
            else:
                place = len(lines)
                lines.append(line)
        if not is_ended:
            unended[entry.stream] = (place, parts[-1])
    return lines


def _over(old: Line, new: Line) -> Line:
    """Return what is seen when `new` is written over `old`."""
    if not new.text:
        return old
    return replace(new, updates=old.updates + new.updates + bool(old.text))


def _last_state(op: OpResult, entry: LogLine, text: str) -> Line:
    """Return a line as it looks when all its carriage returns have been obeyed."""
    states = [state for state in text.split("\r") if state]
    return Line(0, op.op_id, entry.stream, entry.at, states[-1] if states else "", max(len(states) - 1, 0))


def pack(lines: Sequence[Line]) -> bytes:
    """Return lines, numbered from 1 without a gap, for `Result.log`."""
    ops = list(dict.fromkeys(line.op for line in lines))
    places = {op: place for place, op in enumerate(ops)}
    parts = [[_packed(line, places) for line in lines[start : start + BLOCK]] for start in range(0, len(lines), BLOCK)]
    blocks = [zlib.compress(json.dumps(part).encode(), 6) for part in parts]
    by_op, by_stream = Counter(line.op for line in lines), Counter(line.stream for line in lines)
    head = json.dumps(
        {
            "lines": len(lines),
            "characters": sum(len(line.text) for line in lines),
            "ops": [[op, by_op[op]] for op in ops],
            "streams": dict(by_stream),
            # of each block its size and what is in it, so that a narrowed window passes over the others
            "blocks": [
                [len(block), sorted({(row[0], row[1]) for row in part})]
                for block, part in zip(blocks, parts, strict=True)
            ],
        }
    ).encode()
    return b"".join([len(head).to_bytes(4, "big"), head, *blocks])


def _packed(line: Line, places: dict[str, int]) -> list[Any]:
    at = None if line.at is None else round(line.at.timestamp() * 1000)
    return [places[line.op], line.stream, at, line.text, line.updates]


def summary(packed: bytes | memoryview) -> Summary:
    """Return a packed log in figures; reads only its head."""
    head, _ = _head(packed)
    ordered = sorted(head["streams"].items(), key=lambda item: [*_STREAMS, item[0]].index(item[0]))
    return Summary(head["lines"], dict(head["ops"]), dict(ordered), head["characters"])


def window(
    packed: bytes | memoryview, start: int, count: int, *, op: str | None = None, stream: str | None = None
) -> list[Line]:
    """Return up to `count` lines from number `start` on, of one op or stream if asked."""
    found = (line for line in _lines(packed, start, op, stream, step=1) if line.number >= start)
    return list(islice(found, count))


def window_before(
    packed: bytes | memoryview, end: int, count: int, *, op: str | None = None, stream: str | None = None
) -> list[Line]:
    """Return up to `count` lines, the last ones with a number below `end`, of one op or stream if asked."""
    found = (line for line in _lines(packed, end - 1, op, stream, step=-1) if line.number < end)
    return list(islice(found, count))[::-1]


def every_line(packed: bytes | memoryview) -> Iterator[Line]:
    """Yield all lines, holding one block at a time."""
    return _lines(packed, 1, None, None, step=1)


def _head(packed: bytes | memoryview) -> tuple[dict[str, Any], int]:
    """Return the head and where the blocks begin."""
    end = 4 + int.from_bytes(packed[:4], "big")
    return json.loads(bytes(packed[4:end])), end


def _lines(packed: bytes | memoryview, start: int, op: str | None, stream: str | None, *, step: int) -> Iterator[Line]:
    """Yield lines from the block that holds line `start`, on to the end or, with a step of -1, back to the first."""
    head, position = _head(packed)
    ops = [name for name, _ in head["ops"]]
    starts = list(accumulate((size for size, _ in head["blocks"]), initial=position))
    last = len(head["blocks"]) - 1
    first = min(max(start - 1, 0) // BLOCK, last + 1) if step > 0 else min((start - 1) // BLOCK, last)
    for number in range(first, last + 1 if step > 0 else -1, step):
        if not any(_is_wanted(ops, kind, op, stream) for kind in head["blocks"][number][1]):
            continue
        rows = json.loads(zlib.decompress(packed[starts[number] : starts[number + 1]]))
        for place in range(len(rows))[::step]:
            if _is_wanted(ops, rows[place], op, stream):
                yield _line(ops, number * BLOCK + place + 1, rows[place])


def _is_wanted(ops: list[str], row: list[Any], op: str | None, stream: str | None) -> bool:
    """Say whether a row, or what a block has, is of an op and stream; None stands for any."""
    return op in (None, ops[row[0]]) and stream in (None, row[1])


def _line(ops: list[str], number: int, row: list[Any]) -> Line:
    op, stream, at, text, updates = row
    time = None if at is None else _LONG_AGO + timedelta(milliseconds=at)
    return Line(number, ops[op], stream, time, text, updates)
