"""The lines of a job's log, gathered from the entries that its node reported. Pure Python."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from explorer.nosana.payloads import LogLine, OpResult, ResultPayload

#: A node keeps this many lines, the newest (nosana-cli); and so much text is more than any person reads.
MAX_LINES = 24_999
MAX_CHARACTERS = 16_000_000
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a job's log; numbers count from 1 through all ops.

    As it is gathered, `text` keeps its escape sequences; a packed log has them read: plain text, and in `runs` the
    lengths and classes of its pieces where any of them has a class.
    """

    number: int
    op: str
    stream: str  # stdout, stderr, nodeerr, stdin
    at: datetime | None
    text: str
    updates: int = 0  # how many earlier states of a progress line it took the place of
    runs: tuple[tuple[int, str], ...] = ()


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
    for line in collapsed(op.op_id, op.logs):
        at = max(at, line.at or at)
        yield at, line


def collapsed(op: str, entries: tuple[LogLine, ...]) -> list[Line]:
    """Return an op's lines, progress that returns to the line's start as its last state.

    Entries are usually one line each, but progress comes in pieces that do not end their line.
    """
    lines: list[Line] = []
    unended: dict[str, tuple[int, str]] = {}
    for entry in entries:
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


def _last_state(op: str, entry: LogLine, text: str) -> Line:
    """Return a line as it looks when all its carriage returns have been obeyed."""
    states = [state for state in text.split("\r") if state]
    return Line(0, op, entry.stream, entry.at, states[-1] if states else "", max(len(states) - 1, 0))
