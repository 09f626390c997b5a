"""What the log panel of a job shows: a window of lines, or why there are none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.html import escape

from explorer.text import visible
from jobs import logs
from jobs.ansi import Span, plain, spans
from jobs.choices import JobState
from jobs.logs import Line, Summary
from jobs.models import Job, Result

#: How much of a log a page shows at once: lines, and bytes of HTML.
LINES = 200
SIZE = 48_000
#: What the markup of a line takes of that, and of a coloured piece.
LINE_MARKUP, SPAN_MARKUP = 190, 27
#: A longer line is cut; the download has it whole.
LINE_LENGTH = 2000
#: How far back the last words of a failed op are looked for.
LAST_WORDS = 10
#: How many ops a log can be narrowed to by a link.
OPS = 20
#: A fetch that is due within this time is under way: a worker that took it has put it off by a little less.
SOON = timedelta(minutes=6)
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
    spans: Sequence[Span]
    more: int

    @property
    def size(self) -> int:
        """About how many bytes of HTML it takes."""
        return LINE_MARKUP + sum(len(escape(span.text).encode()) + SPAN_MARKUP * bool(span.css) for span in self.spans)


@dataclass(frozen=True, slots=True)
class Narrowing:
    """A link that narrows the log to one op or stream, or takes that back."""

    name: str
    count: int | None
    url: str
    is_current: bool


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

    @property
    def leads_back(self) -> bool:
        """Whether there are lines before these."""
        return any(way.is_back for way in self.ways)


@dataclass(frozen=True, slots=True)
class LogPanel:
    """The log's window; or without it why it is not here, what went wrong, and what can be done."""

    window: Window | None = None
    last_words: ShownLine | None = None  # of the op that failed
    why: str = ""
    error: str = ""
    is_coming: bool = False
    can_fetch: bool = False


def log_of(job: Job) -> bytes | None:
    """Return a job's packed log; one query."""
    packed = Result.objects.filter(pk=job.address).values_list("log", flat=True).first()
    return bytes(packed) if packed else None


def log_panel(job: Job, result: Result | None, wanted: Mapping[str, Any], failed_op: str = "") -> LogPanel:
    """Return the log panel for a window (log, before, op, stream); one query where the log is here."""
    packed = log_of(job) if result and result.log_lines is not None else None
    if packed is None:
        return _absent(job, result)
    if not logs.summary(packed).lines:
        no_ops = bool(result and result.body and not result.body["ops"])
        return LogPanel(why="The result names no op, so there is no log." if no_ops else "The ops printed nothing.")
    return LogPanel(window(packed, wanted), _last_words(packed, failed_op) if failed_op else None)


def _absent(job: Job, result: Result | None) -> LogPanel:
    if job.delisted_at:
        return LogPanel(why="The job was withdrawn before it ran.")
    if job.state < JobState.COMPLETED:
        return LogPanel(why="The node publishes the log together with the result, when the job has finished.")
    if not job.ipfs_result:
        return LogPanel(why="The node published no result, so there is no log.")
    if result and result.due_at and result.due_at <= timezone.now() + SOON and not result.fetch_error:
        return LogPanel(why="The result is being fetched from IPFS.", is_coming=True)
    if result and result.fetch_error:
        return LogPanel(why="The result could not be fetched from IPFS.", error=result.fetch_error, can_fetch=True)
    return LogPanel(why="The log is on IPFS and was not kept here.", can_fetch=True)


def _last_words(packed: bytes, op: str) -> ShownLine | None:
    """Return the last line that says something of an op's errors, else of its output."""
    end = logs.summary(packed).lines + 1
    for stream in ("stderr", "stdout"):
        lines = logs.window_before(packed, end, LAST_WORDS, op=op, stream=stream)
        # A line that begins with "+ " is a shell telling what it does next.
        said = (line for line in reversed(lines) if not plain(line.text).startswith("+ ") and plain(line.text).strip())
        if found := next(said, None):
            return _shown(found)
    return None


def window(packed: bytes, wanted: Mapping[str, Any]) -> Window:
    """Return a window of a packed log: from line `log` on, up to line `before`, else the last lines."""
    summary = logs.summary(packed)
    narrowed: dict[str, str] = {name: wanted[name] for name in ("op", "stream") if wanted.get(name)}
    start, end = wanted.get("log"), wanted.get("before") or summary.lines + 1
    if start:
        lines = _within(map(_shown, logs.window(packed, start, LINES, **narrowed)))
    else:
        found = logs.window_before(packed, end, LINES, **narrowed)
        lines = _within(map(_shown, reversed(found)))[::-1]
    return Window(
        lines=lines,
        summary=summary,
        here=_url(narrowed, log=lines[0].line.number if lines else 1),
        ways=list(_ways(packed, lines, narrowed)),
        ops=list(_narrowings("op", summary.by_op, narrowed)) if len(summary.by_op) > 1 else [],
        streams=list(_narrowings("stream", summary.by_stream, narrowed)) if len(summary.by_stream) > 1 else [],
        is_end=not start,
    )


def _within(lines: Iterable[ShownLine]) -> list[ShownLine]:
    """Return the first lines, at least one, that a page can carry."""
    kept: list[ShownLine] = []
    left = SIZE
    for shown in lines:
        left -= shown.size
        if kept and left < 0:
            break
        kept.append(shown)
    return kept


def _ways(packed: bytes, lines: Sequence[ShownLine], narrowed: Mapping[str, str]) -> Iterator[Way]:
    """Yield the links to the lines before and after these, as far as there are any."""
    if not lines:
        return
    first, last = lines[0].line.number, lines[-1].line.number
    if logs.window_before(packed, first, 1, **narrowed):
        yield Way("First", _url(narrowed, log=1), is_back=True)
        yield Way("Earlier", _url(narrowed, before=first), is_back=True)
    if logs.window(packed, last + 1, 1, **narrowed):
        yield Way("Later", _url(narrowed, log=last + 1), is_back=False)
        yield Way("Last", _url(narrowed), is_back=False)


def _narrowings(name: str, counts: Mapping[str, int], narrowed: Mapping[str, str]) -> Iterator[Narrowing]:
    """Yield the links to everything, and to each of the values."""
    others = {key: value for key, value in narrowed.items() if key != name}
    yield Narrowing("all", None, _url(others), name not in narrowed)
    for value, count in list(counts.items())[:OPS]:
        label = STREAMS[value][0] if name == "stream" and value in STREAMS else value
        yield Narrowing(label, count, _url({**others, name: value}), narrowed.get(name) == value)


def _url(narrowed: Mapping[str, str], **place: int) -> str:
    return f"?{urlencode({**narrowed, **place})}"


def _shown(line: Line) -> ShownLine:
    stream, css = STREAMS.get(line.stream, (line.stream, "l-out"))
    more = max(len(line.text) - LINE_LENGTH, 0)
    return ShownLine(line, stream, css, spans(line.text[:LINE_LENGTH]), more)


def log_text(packed: bytes) -> Iterator[str]:
    """Yield a log as text for a file: time, op, stream and the line without its escape sequences."""
    for line in logs.every_line(packed):
        at = line.at.astimezone(UTC).isoformat(timespec="milliseconds") if line.at else "-"
        yield f"{at} {visible(line.op)} {visible(line.stream)} | {visible(plain(line.text))}\n"
