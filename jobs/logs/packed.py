"""Logs as the database keeps them, and as browsers read them (static/js/log-worker.js). Pure Python.

Packed, a log is: 4 bytes, the length of the head; the head, JSON; then blocks of BLOCK lines, each compressed JSON.
A window is read by decompressing only the blocks it touches. Colours are read once, when a log is packed.
A line is [place of its op, stream, milliseconds, text, updates], and where it has colours the lengths and classes of
its pieces one after another.
"""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate, groupby, islice
from typing import Any

from explorer.text import visible
from jobs.logs.ansi import PLAIN, Span, Style, styled
from jobs.logs.lines import Line

BLOCK = 500
#: Of the form described above; a log of another is fetched again.
VERSION = 2
_STREAMS = ("stdout", "stderr", "nodeerr", "stdin")
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Summary:
    """A packed log in figures: its lines in all, by op in the order of the log, and by stream."""

    lines: int
    by_op: dict[str, int]
    by_stream: dict[str, int]
    characters: int


def pack(lines: Sequence[Line]) -> bytes:
    """Return lines, numbered from 1 without a gap, for `Result.log`; 25,000 lines take about a second."""
    ops = list(dict.fromkeys(line.op for line in lines))
    rows = list(_rows(lines, {op: place for place, op in enumerate(ops)}))
    parts = [rows[start : start + BLOCK] for start in range(0, len(rows), BLOCK)]
    blocks = [zlib.compress(json.dumps(part, separators=(",", ":")).encode(), 6) for part in parts]
    by_op, by_stream = Counter(line.op for line in lines), Counter(line.stream for line in lines)
    head = json.dumps(
        {
            "version": VERSION,
            "lines": len(lines),
            "characters": sum(len(row[3]) for row in rows),
            # each with its count, and as it is shown
            "ops": [[op, by_op[op], visible(op)] for op in ops],
            "streams": [[stream, by_stream[stream], visible(stream)] for stream in sorted(by_stream, key=_rank)],
            # of each block its size and what is in it, so that a narrowed window passes over the others
            "blocks": [
                [len(block), sorted({(row[0], row[1]) for row in part})]
                for block, part in zip(blocks, parts, strict=True)
            ],
        }
    ).encode()
    return b"".join([len(head).to_bytes(4, "big"), head, *blocks])


def _rank(stream: str) -> int:
    return [*_STREAMS, stream].index(stream)


def _rows(lines: Sequence[Line], places: dict[str, int]) -> Iterator[list[Any]]:
    """Yield the stored form of lines; a colour lasts, as in a terminal, until the same stream of its op ends it."""
    styles: dict[tuple[str, str], Style] = {}
    for line in lines:
        spans, styles[line.op, line.stream] = styled(line.text, styles.get((line.op, line.stream), PLAIN))
        yield [places[line.op], *row_of(line, spans)]


def row_of(line: Line, spans: Sequence[Span]) -> list[Any]:
    """Return a line's stored form without the place of its op."""
    at = None if line.at is None else round(line.at.timestamp() * 1000)
    row: list[Any] = [line.stream, at, "".join(span.text for span in spans), line.updates]
    if any(span.css for span in spans):
        row.append([part for span in spans for part in (len(span.text), span.css)])
    return row


def is_readable(packed: bytes | memoryview) -> bool:
    """Say whether a log is of the form that this module reads; earlier ones are fetched again."""
    return bool(_head(packed)[0].get("version") == VERSION)


def summary(packed: bytes | memoryview) -> Summary:
    """Return a packed log in figures; reads only its head."""
    head, _ = _head(packed)
    by_op, by_stream = ({name: count for name, count, _ in head[key]} for key in ("ops", "streams"))
    return Summary(head["lines"], by_op, by_stream, head["characters"])


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


def picked(packed: bytes | memoryview, numbers: Sequence[int]) -> list[Line]:
    """Return the lines with these numbers, which ascend; decompresses only the blocks they lie in."""
    found: list[Line] = []
    for block, group in groupby(numbers, key=lambda number: (number - 1) // BLOCK):
        wanted = set(group)
        lines = islice(_lines(packed, block * BLOCK + 1, None, None, step=1), BLOCK)
        found += [line for line in lines if line.number in wanted]
    return found


def texts(packed: bytes | memoryview, *, op: str | None = None, stream: str | None = None) -> Iterator[tuple[int, str]]:
    """Yield number and text of every line, of one op or stream if asked; the quickest way through a log."""
    for number, _, row in _wanted(packed, 1, op, stream, step=1):
        yield number, row[3]


def _head(packed: bytes | memoryview) -> tuple[dict[str, Any], int]:
    """Return the head and where the blocks begin."""
    end = 4 + int.from_bytes(packed[:4], "big")
    return json.loads(bytes(packed[4:end])), end


def _lines(packed: bytes | memoryview, start: int, op: str | None, stream: str | None, *, step: int) -> Iterator[Line]:
    for number, ops, row in _wanted(packed, start, op, stream, step=step):
        yield _line(ops, number, row)


def _wanted(
    packed: bytes | memoryview, start: int, op: str | None, stream: str | None, *, step: int
) -> Iterator[tuple[int, list[str], list[Any]]]:
    """Yield number, all ops and row from the block that holds line `start`, on to the end or back to the first."""
    head, position = _head(packed)
    ops = [name for name, _, _ in head["ops"]]
    starts = list(accumulate((size for size, _ in head["blocks"]), initial=position))
    last = len(head["blocks"]) - 1
    first = min(max(start - 1, 0) // BLOCK, last + 1) if step > 0 else min((start - 1) // BLOCK, last)
    for number in range(first, last + 1 if step > 0 else -1, step):
        if not any(_is_wanted(ops, kind, op, stream) for kind in head["blocks"][number][1]):
            continue
        rows = json.loads(zlib.decompress(packed[starts[number] : starts[number + 1]]))
        for place in range(len(rows))[::step]:
            if _is_wanted(ops, rows[place], op, stream):
                yield number * BLOCK + place + 1, ops, rows[place]


def _is_wanted(ops: list[str], row: list[Any], op: str | None, stream: str | None) -> bool:
    """Say whether a row, or what a block has, is of an op and stream; None stands for any."""
    return (op is None or op == ops[row[0]]) and (stream is None or stream == row[1])


def _line(ops: list[str], number: int, row: list[Any]) -> Line:
    op, stream, at, text, updates, *colours = row
    time = None if at is None else _LONG_AGO + timedelta(milliseconds=at)
    runs = colours[0] if colours else []
    return Line(number, ops[op], stream, time, text, updates, tuple(zip(runs[::2], runs[1::2], strict=True)))
