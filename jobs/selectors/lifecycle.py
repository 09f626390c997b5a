"""A job's life as its page shows it: listed, queued, picked up, pulled, ran, finished, paid; in words, and to scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from explorer.formats import DASH, duration, nos, thousands, usd
from explorer.nosana.payloads import ResultPayload
from jobs.choices import JobState
from jobs.models import Job
from jobs.results import FAILED, SUCCESS, verdict
from jobs.selectors.bill import Bill
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


def lifecycle(
    job: Job,
    result: ResultPayload | None,
    now: datetime,
    pulls: Sequence[tuple[float, float]] | None = None,
    bill: Bill | None = None,
) -> Lifecycle:
    """Return a job's life until `now`; no query.

    `pulls` says from when to when ops were due and none ran, in seconds since its node began; None: not known.
    """
    queue = queue_place(job)
    queued_until = job.started_at or job.delisted_at or (now if job.state == JobState.QUEUED else None)
    ended = job.ended_at or (now if job.state == JobState.RUNNING else None)
    queued, running = _seconds(job.listed_at, queued_until), _seconds(job.started_at, ended)
    pulled = None if pulls is None else min(sum(end - start for start, end in pulls), running or 0.0)
    steps = [
        Step("list-plus", "Listed", job.listed_at),
        _queued(queued, queue),
        _picked_up(job),
        _pulling(pulled),
        _running(job, None if running is None else running - (pulled or 0.0)),
        _finished(job, result),
        *([_paid(job, bill)] if bill else []),
    ]
    return Lifecycle(steps, _scale(queued or 0, running or 0, pulls or ()), queue)


def _queued(seconds: float | None, queue: QueuePlace | None) -> Step:
    note = f"place {thousands(queue.place)} of {thousands(queue.length)}" if queue else ""
    return Step("clock", "Queued", text=_span(seconds), note=note, css="is-queued" if queue else "")


def _picked_up(job: Job) -> Step:
    return Step("server", "Picked up", job.started_at if job.node else None, address=job.node)


def _pulling(seconds: float | None) -> Step:
    return Step("download", "Pulling", text=_span(seconds), note="" if seconds is None else "while no op ran")


def _running(job: Job, seconds: float | None) -> Step:
    css = "is-running" if job.state == JobState.RUNNING else ""
    return Step("circle-play", "Running", text=_span(seconds), note=f"of {duration(job.timeout)} timeout", css=css)


def _finished(job: Job, result: ResultPayload | None) -> Step:
    if job.delisted_at:
        return Step("circle-slash", "Withdrawn", job.delisted_at, note="before it ran")
    if job.state < JobState.COMPLETED:
        return Step("circle-check", "Finished")
    verdicts = [verdict(op) for op in result.ops] if result else []
    failed, fine = verdicts.count(FAILED), verdicts.count(SUCCESS)
    if failed:
        said = [f"{_ops(fine)} ok"] if fine else []
        return Step(
            "circle-x",
            "Finished",
            job.ended_at,
            note=", ".join([*said, f"{thousands(failed)} failed"]),
            css="is-failed",
        )
    if job.outcome == FAILED:
        return Step("circle-x", "Finished", job.ended_at, note="failed", css="is-failed")
    if job.state == JobState.STOPPED:
        return Step("circle-stop", "Stopped", job.ended_at, note="its node gave it up")
    ops = len(result.ops) if result else 0
    return Step("circle-check", "Finished", job.ended_at, note=f"{_ops(ops)} reported" if ops else "")


def _ops(count: int) -> str:
    return f"{thousands(count)} op{'' if count == 1 else 's'}"


def _paid(job: Job, bill: Bill) -> Step:
    """The node is paid in the transaction that ends the job (nosana-programs, finish and end)."""
    if bill.is_unpaid:
        return Step("coins", "Paid", text="nothing", note="all of it goes back")
    if not bill.is_final:
        return Step("coins", "Paid")
    usd_then = bill.cost.total_usd
    note = "" if usd_then is None else f"{usd(usd_then)} USD"
    return Step("coins", "Paid", text=f"{nos(bill.cost.total_nos)} NOS", note=note)


def _span(seconds: float | None) -> str:
    return DASH if seconds is None else duration(seconds)


def _seconds(start: datetime | None, end: datetime | None) -> float | None:
    return max((end - start).total_seconds(), 0.0) if start and end else None


def _scale(queued: float, running: float, pulls: Sequence[tuple[float, float]]) -> Scale | None:
    """Return the lifecycle to scale: waiting, then running, with the pulls over it."""
    whole = queued + running
    if whole < 1:
        return None
    unit = WIDTH / whole
    pulled = [(queued + start, end - start) for start, end in pulls if start < running]
    bars = [("m-queued", "Queued", 0.0, queued), ("m-run", "Running", queued, running)]
    bars += [("m-pull", "Pulling", start, length) for start, length in pulled]
    parts = [_part(css, name, start, length, unit) for css, name, start, length in bars if length > 0]
    step = next((size for size in _TICKS if whole / size <= MOST_TICKS), None)
    ticks = [f"{n * step * unit:.1f}" for n in range(int(whole / step) + 1)] if step else []
    spent = [("Queued", queued), ("Pulling", sum(length for _, length in pulled)), ("Running", running)]
    label = ", ".join(f"{name} {duration(seconds)}" for name, seconds in spent if seconds > 0)
    return Scale(parts, ticks, _tick_name(step) if step else "", label)


def _part(css: str, name: str, start: float, length: float, unit: float) -> Part:
    width = min(max(length * unit, SHORTEST), WIDTH)
    x = min(start * unit, WIDTH - width)
    return Part(css, f"{x:.1f}", f"{width:.1f}", f"{name} {duration(length)}")


def _tick_name(step: int) -> str:
    """Return how long a step is, in one unit."""
    unit, size = next((unit, size) for unit, size in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)) if step >= size)
    return f"{step // size} {unit}"
