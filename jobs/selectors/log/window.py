"""A window of a log: its lines, the links around it, and what a search found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from explorer.text import visible
from jobs import logs
from jobs.logs import Summary, search
from jobs.selectors.log.hits import Hits, hits_of
from jobs.selectors.log.lines import LINES, STREAMS, Looks, ShownLine, within

#: How many ops a log can be narrowed to by a link.
OPS = 20
#: Lines that are shown before the one that a search leads to.
BEFORE = 5
#: What stays in every link of the panel, in this order.
_NARROWING = ("op", "stream")
_KEPT = (*_NARROWING, "q", "regex", "case", "only", "nowrap", "time")


@dataclass(frozen=True, slots=True)
class Narrowing:
    """A link that narrows the log to one op or stream, or takes that back."""

    name: str
    count: int | None
    url: str
    is_current: bool
    value: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """A link to another window of the same log."""

    name: str
    url: str
    is_back: bool


@dataclass(frozen=True, slots=True)
class Window:
    """Lines of a log, and the links around them. `here` is the query string of this window, for links to its lines."""

    lines: Sequence[ShownLine]
    summary: Summary
    here: str
    ways: Sequence[Way]
    ops: Sequence[Narrowing]
    streams: Sequence[Narrowing]
    is_end: bool  # it was asked for by its last line, so that is where to look first
    hits: Hits | None
    kept: Mapping[str, str]  # what the form of the panel carries along

    @property
    def leads_back(self) -> bool:
        """Whether there are lines before these."""
        return any(way.is_back for way in self.ways)


def window(packed: bytes, wanted: Mapping[str, Any]) -> Window:
    """Return a window: from line `log` on, up to line `before`, around a `hit`, else the last lines."""
    summary = logs.summary(packed)
    kept = {name: "1" if wanted[name] is True else wanted[name] for name in _KEPT if wanted.get(name)}
    for name, counts in (("op", summary.by_op), ("stream", summary.by_stream)):
        if name in kept:
            kept[name] = _meant(kept[name], counts)
    narrowed = {name: kept[name] for name in _NARROWING if name in kept}
    hits = hits_of(packed, wanted, narrowed, lambda **place: url_of(kept, **place))
    only = hits.lines if hits and wanted.get("only") else None
    reader = _Reader(packed, narrowed, only)
    start = wanted.get("log") or (hits.start(wanted, BEFORE if only is None else 0) if hits else None)
    looks = _looks(packed, wanted, hits)
    if start:
        lines = within(reader.after(start, LINES), looks.line)
    else:
        end = wanted.get("before") or summary.lines + 1
        lines = within(reversed(reader.before(end, LINES)), looks.line)[::-1]
    return Window(
        lines=lines,
        summary=summary,
        here=url_of(kept, log=lines[0].line.number if lines else 1),
        ways=list(_ways(reader, lines, kept, summary.lines)),
        ops=list(_narrowings("op", summary.by_op, kept)) if len(summary.by_op) > 1 else [],
        streams=list(_narrowings("stream", summary.by_stream, kept)) if len(summary.by_stream) > 1 else [],
        is_end=not start,
        hits=hits,
        kept=kept,
    )


def _meant(value: str, names: Iterable[str]) -> str:
    """Return the op or stream that is meant: forms carry it as it is shown."""
    return next((name for name in names if visible(name) == value), value)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads what is left of a log: of one op or stream, or the lines that were hit."""

    packed: bytes
    narrowed: Mapping[str, str]
    only: Sequence[int] | None

    def after(self, start: int, count: int) -> list[logs.Line]:
        """Return lines from a number on."""
        if self.only is None:
            return logs.window(self.packed, start, count, **self.narrowed)
        return logs.picked(self.packed, [number for number in self.only if number >= start][:count])

    def before(self, end: int, count: int) -> list[logs.Line]:
        """Return the last lines below a number."""
        if self.only is None:
            return logs.window_before(self.packed, end, count, **self.narrowed)
        return logs.picked(self.packed, [number for number in self.only if number < end][-count:])


def _looks(packed: bytes, wanted: Mapping[str, Any], hits: Hits | None) -> Looks:
    time = wanted.get("time") or ""
    first = logs.window(packed, 1, 1) if time == "since" else []
    places = search.marker(hits.query) if hits and not hits.problem else None
    return Looks(time, first[0].at if first else None, places, hits.current if hits else None)


def _ways(reader: _Reader, lines: Sequence[ShownLine], kept: Mapping[str, str], total: int) -> Iterator[Way]:
    """Yield the links to the lines before and after these, as far as there are any."""
    if not lines:
        return
    first, last = lines[0].line.number, lines[-1].line.number
    if reader.before(first, 1):
        yield Way("First", url_of(kept, log=1), is_back=True)
        yield Way("Earlier", url_of(kept, before=first), is_back=True)
    if reader.after(last + 1, 1):
        yield Way("Later", url_of(kept, log=last + 1), is_back=False)
        end = {"before": total + 1} if "q" in kept else {}  # a search without a place leads to its first hit
        yield Way("Last", url_of(kept, **end), is_back=False)


def _narrowings(name: str, counts: Mapping[str, int], kept: Mapping[str, str]) -> Iterator[Narrowing]:
    """Yield the links to everything, and to each of the values."""
    others = {key: value for key, value in kept.items() if key != name}
    yield Narrowing("all", None, url_of(others), name not in kept)
    for value, count in list(counts.items())[:OPS]:
        label = STREAMS[value][0] if name == "stream" and value in STREAMS else value
        yield Narrowing(label, count, url_of({**others, name: value}), kept.get(name) == value, value)


def url_of(kept: Mapping[str, str], **place: int) -> str:
    """Return a query string: what is kept in the panel's own order, then the place."""
    ordered = {name: kept[name] for name in _KEPT if name in kept}
    return f"?{urlencode({**ordered, **place})}"
