"""Lines of a log as a page shows them: pieces with classes, and a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate

from django.utils.html import escape

from jobs.logs import Line
from jobs.logs.ansi import Span
from jobs.logs.search import Marker

#: How much of a log a page shows at once: lines, and bytes of HTML.
LINES = 200
SIZE = 48_000
#: What the markup of a line takes of that, and of a coloured piece.
LINE_MARKUP, SPAN_MARKUP = 190, 27
#: A longer line is cut; the download has it whole.
LINE_LENGTH = 2000
HIT = "hit"
STREAMS: Mapping[str, tuple[str, str]] = {
    "stdout": ("out", "l-out"),
    "stderr": ("err", "l-err"),
    "nodeerr": ("node", "l-node"),
    "stdin": ("in", "l-out"),
}


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line as pieces with classes; `more` counts the characters that are not shown."""

    line: Line
    stream: str
    css: str
    time: str
    spans: Sequence[Span]
    more: int

    @property
    def size(self) -> int:
        """About how many bytes of HTML it takes."""
        return LINE_MARKUP + sum(len(escape(span.text).encode()) + SPAN_MARKUP * bool(span.css) for span in self.spans)


@dataclass(frozen=True, slots=True)
class Looks:
    """How lines are shown: their times, what is marked in them, and the line that is pointed at."""

    time: str = ""
    since: datetime | None = None
    places: Marker | None = None
    current: int | None = None

    def line(self, line: Line) -> ShownLine:
        """Return a line as it is shown."""
        stream, css = STREAMS.get(line.stream, (line.stream, "l-out"))
        text = line.text[:LINE_LENGTH]
        hits = list(self.places(text)) if self.places else []
        css += " is-hit" * bool(hits) + " is-now" * (line.number == self.current)
        spans = list(pieces(text, line.runs or ((len(text), ""),), hits))
        return ShownLine(line, stream, css, self._time(line.at), spans, max(len(line.text) - LINE_LENGTH, 0))

    def _time(self, at: datetime | None) -> str:
        if at is None or self.time == "off":
            return ""
        if self.time == "since" and self.since:
            return f"+{max((at - self.since).total_seconds(), 0):.3f}"
        return f"{at:%H:%M:%S}.{at.microsecond // 1000:03d}" if self.time == "ms" else f"{at:%H:%M:%S}"


def pieces(text: str, runs: Iterable[tuple[int, str]], hits: Sequence[tuple[int, int]]) -> Iterator[Span]:
    """Yield a text in pieces that neither a change of colour nor the end of a hit falls within."""
    ends = [*accumulate(length for length, _ in runs)]
    css = {end: name for end, (_, name) in zip(ends, runs, strict=True)}
    cuts = sorted({*ends, *(edge for hit in hits for edge in hit), len(text)})
    start = 0
    for cut in cuts:
        end = min(cut, len(text))
        if end <= start:
            continue
        colour = css[next(edge for edge in ends if edge >= end)] if ends and ends[-1] >= end else ""
        is_hit = any(first <= start < last for first, last in hits)
        yield Span(text[start:end], f"{colour} {HIT}".strip() if is_hit else colour)
        start = end


def within(lines: Iterable[Line], show: Callable[[Line], ShownLine]) -> list[ShownLine]:
    """Return the first lines, at least one, that a page can carry."""
    kept: list[ShownLine] = []
    left = SIZE
    for line in lines:
        shown = show(line)
        left -= shown.size
        if kept and left < 0:
            break
        kept.append(shown)
    return kept
