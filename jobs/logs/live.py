"""The log of a running job, line by line as its node tells it, in the form of packed lines. Pure Python."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from explorer.nosana.live import Entry
from explorer.text import visible
from jobs.logs.ansi import PLAIN, Style, styled
from jobs.logs.lines import MAX_LINES, Line, collapsed
from jobs.logs.packed import row_of

#: A longer line is cut: nobody reads it live.
LONGEST = 4000


@dataclass(frozen=True, slots=True)
class _Open:
    """A line that may yet be written over; `is_returned` when that is where the next text begins."""

    line: Line
    is_returned: bool


@dataclass(slots=True)
class LiveLog:
    """Numbers the lines of a log that is still being written; a progress line keeps its number while it moves on."""

    lines: int = 0
    _open: dict[tuple[str, str], _Open] = field(default_factory=dict)
    _styles: dict[tuple[str, str], Style] = field(default_factory=dict)

    @property
    def is_full(self) -> bool:
        """Whether there are as many lines as a node keeps, and so as many as are shown."""
        return self.lines >= MAX_LINES

    def rows(self, entries: Iterable[Entry]) -> Iterator[list[Any]]:
        """Yield [number, op, stream, milliseconds, text, updates, pieces…] of lines that are new or have changed."""
        for entry in entries:
            for line in self._lines(entry):
                if line.number <= MAX_LINES:
                    yield self._row(line)

    def _lines(self, entry: Entry) -> Iterator[Line]:
        """Yield an entry's lines with their numbers; its first may take the place of one that did not end."""
        text = entry.line.text[: 20 * LONGEST]
        key, found = (entry.op, entry.line.stream), collapsed(entry.op, (replace(entry.line, text=text),))
        if entry.bar:
            key = (entry.op, f"bar {entry.bar}")
        for place, line in enumerate(found):
            old = self._open.pop(key, None)
            goes_over = old and (entry.bar or text.startswith("\r") or old.is_returned)
            placed = self._over(old.line, line) if old and goes_over and not place else self._new(line)
            if entry.bar or (place == len(found) - 1 and "\r" in text and not text.endswith("\n")):
                self._open[key] = _Open(placed, text.endswith("\r"))
            yield placed

    def _new(self, line: Line) -> Line:
        self.lines += 1
        return replace(line, number=self.lines)

    def _over(self, old: Line, new: Line) -> Line:
        return replace(new, number=old.number, updates=old.updates + new.updates + 1)

    def _row(self, line: Line) -> list[Any]:
        key = (line.op, line.stream)
        spans, self._styles[key] = styled(line.text[:LONGEST], self._styles.get(key, PLAIN))
        return [line.number, visible(line.op), *row_of(line, spans)]
