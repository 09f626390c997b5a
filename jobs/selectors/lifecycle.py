"""A job's life as its page shows it: listed, queued, picked up, running, finished; in words, and to scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from explorer.formats import DASH, duration, thousands
from explorer.nosana.payloads import ResultPayload
from jobs.choices import JobState
from jobs.models import Job
from jobs.results import FAILED, verdict
from markets.choices import QueueType

#: The width of the drawing, in its own units, and the shortest part of it that can be seen.
WIDTH = 1000.0
SHORTEST = 3.0
MOST_TICKS = 24
_TICKS = (1, 5, 10, 30, 60, 300, 600, 1800, 3600, 10800, 21600, 43200, 86400, 7 * 86400, 28 * 86400)


@dataclass(frozen=True, slots=True)
class Step:
    """One step: a time or a text, and a note under it."""

    symbol: str
    name: str
    moment: datetime | None = None
    text: str = ""
    note: str = ""
    address: str = ""  # the note is "by" this node
    css: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the drawing, in its units."""

    css: str
    x: str
    width: str
    title: str


@dataclass(frozen=True, slots=True)
class Scale:
    """The lifecycle to scale: its parts, where its ticks are, and what lies between two of them."""

    parts: Sequence[Part]
    ticks: Sequence[str]
    tick: str
    label: str


@dataclass(frozen=True, slots=True)
class QueuePlace:
    """A job's place in its market's queue, from 1."""

    place: int
    length: int


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """The steps so far, and the same to scale where anything took time."""

    steps: Sequence[Step]
    scale: Scale | None
    queue: QueuePlace | None


def queue_place(job: Job) -> QueuePlace | None:
    """Return where a queued job stands in its market's queue, as last read from the chain."""
    market = job.market
    is_waiting = job.state == JobState.QUEUED and not job.delisted_at and market.queue_type == QueueType.JOBS
    if not is_waiting or job.address not in market.queue:
        return None
    return QueuePlace(market.queue.index(job.address) + 1, len(market.queue))


def lifecycle(job: Job, result: ResultPayload | None, now: datetime) -> Lifecycle:
    """Return a job's life until `now`; no query."""
    queue = queue_place(job)
    queued_until = job.started_at or job.delisted_at or (now if job.state == JobState.QUEUED else None)
    ended = job.ended_at or (now if job.state == JobState.RUNNING else None)
    queued, running = _seconds(job.listed_at, queued_until), _seconds(job.started_at, ended)
    steps = [
        Step("list-plus", "Listed", job.listed_at),
        _queued(queued, queue),
        _picked_up(job),
        _running(job, running),
        _finished(job, result),
    ]
    return Lifecycle(steps, _scale(queued or 0, running or 0), queue)


def _queued(seconds: float | None, queue: QueuePlace | None) -> Step:
    note = f"place {thousands(queue.place)} of {thousands(queue.length)}" if queue else ""
    return Step("clock", "Queued", text=_span(seconds), note=note, css="is-queued" if queue else "")


def _picked_up(job: Job) -> Step:
    return Step("server", "Picked up", job.started_at if job.node else None, address=job.node)


def _running(job: Job, seconds: float | None) -> Step:
    css = "is-running" if job.state == JobState.RUNNING else ""
    return Step("circle-play", "Running", text=_span(seconds), note=f"of {duration(job.timeout)} timeout", css=css)


def _finished(job: Job, result: ResultPayload | None) -> Step:
    if job.delisted_at:
        return Step("circle-slash", "Withdrawn", job.delisted_at, note="before it ran")
    if job.state < JobState.COMPLETED:
        return Step("circle-check", "Finished")
    failed = [op for op in result.ops if verdict(op) == FAILED] if result else []
    if failed and result:
        fine = f"{thousands(len(result.ops) - len(failed))} ops ok, " if len(result.ops) > 1 else ""
        return Step(
            "circle-x", "Finished", job.ended_at, note=f"{fine}{thousands(len(failed))} failed", css="is-failed"
        )
    if job.outcome == FAILED:
        return Step("circle-x", "Finished", job.ended_at, note="failed", css="is-failed")
    if job.state == JobState.STOPPED:
        return Step("circle-stop", "Stopped", job.ended_at)
    ops = len(result.ops) if result else 0
    note = "" if not ops else f"{thousands(ops)} op{'' if ops == 1 else 's'} reported"
    return Step("circle-check", "Finished", job.ended_at, note=note)


def _span(seconds: float | None) -> str:
    return DASH if seconds is None else duration(seconds)


def _seconds(start: datetime | None, end: datetime | None) -> float | None:
    return max((end - start).total_seconds(), 0.0) if start and end else None


def _scale(queued: float, running: float) -> Scale | None:
    whole = queued + running
    if whole < 1:
        return None
    lengths = [("m-queued", "Queued", queued), ("m-run", "Running", running)]
    parts, x = [], 0.0
    unit = WIDTH / whole
    for css, name, seconds in lengths:
        if seconds > 0:
            width = max(seconds * unit, SHORTEST)
            parts.append(Part(css, f"{min(x, WIDTH - width):.1f}", f"{width:.1f}", f"{name} {duration(seconds)}"))
        x += seconds * unit
    step = next((size for size in _TICKS if whole / size <= MOST_TICKS), None)
    ticks = [f"{n * step * unit:.1f}" for n in range(int(whole / step) + 1)] if step else []
    label = ", ".join(part.title for part in parts)
    return Scale(parts, ticks, _tick_name(step) if step else "", label)


def _tick_name(step: int) -> str:
    """Return how long a step is, in one unit."""
    unit, size = next((unit, size) for unit, size in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)) if step >= size)
    return f"{step // size} {unit}"
