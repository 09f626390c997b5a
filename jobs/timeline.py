"""When each op of a job was due, started and ended, and what was expected of it. Pure Python.

An op is due when its node could have started it: the ops of the first group with the job, those of another when the
last op of the group before it ended. Between due and started, the node pulls images and fetches resources; an op that
waits for another one of its group is due with that one's start.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from explorer.nosana.payloads import OpResult, ResultPayload
from jobs.definition.explain.plan import Plan, Step
from jobs.results import FAILED, verdict


@dataclass(frozen=True, slots=True)
class Timed:
    """An op in time: seconds since the node began with the job; None where it is not known, or was not reached."""

    step: Step
    due: float | None = None
    started: float | None = None
    ended: float | None = None  # up to now, if it still runs
    is_running: bool = False
    is_failed: bool = False

    @property
    def waited(self) -> float | None:
        """How long it was due before it started: pulling, mostly."""
        return None if self.due is None or self.started is None else max(self.started - self.due, 0.0)

    @property
    def ran(self) -> float | None:
        """How long it ran, so far."""
        return None if self.started is None or self.ended is None else max(self.ended - self.started, 0.0)


@dataclass(frozen=True, slots=True)
class Expected:
    """What earlier runs let expect of an op, in seconds: from due to start, and from start to end; medians."""

    waits: float
    runs: float


def timed(plan: Plan, result: ResultPayload, now: datetime) -> tuple[Timed, ...]:
    """Return the ops of a plan in time, in the plan's order; of ops with the same id, reports go in order."""
    reports: dict[str, list[OpResult]] = {}
    for op in result.ops:
        reports.setdefault(op.op_id, []).append(op)
    moments = [op.started_at for op in result.ops if op.started_at]
    origin = result.started_at or min(moments, default=None)
    if origin is None:
        return ()
    found: list[Timed] = []
    due: float | None = 0.0
    for group in plan.groups:
        rows = [_timed(step, reports.get(step.id), origin, now, due) for step in group]
        starts = {row.step.id: row.started for row in rows}
        found += [_after(row, starts) for row in rows]
        ends = [row.ended for row in rows if row.ended is not None and not row.is_running]
        due = max(ends) if ends and len(ends) == sum(row.started is not None for row in rows) else None
    return tuple(found)


def _timed(step: Step, reports: list[OpResult] | None, origin: datetime, now: datetime, due: float | None) -> Timed:
    report = reports.pop(0) if reports else None
    if report is None or report.started_at is None:
        return Timed(step, due)
    is_running = report.ended_at is None
    end = report.ended_at or max(now, report.started_at)
    return Timed(
        step=step,
        due=due,
        started=_seconds(origin, report.started_at),
        ended=_seconds(origin, end),
        is_running=is_running,
        is_failed=verdict(report) == FAILED,
    )


def _seconds(origin: datetime, moment: datetime) -> float:
    return max((moment - origin) / timedelta(seconds=1), 0.0)


def _after(row: Timed, starts: Mapping[str, float | None]) -> Timed:
    """Return an op that waits for others as due when the first of them started."""
    known = [start for name in row.step.waits_for if (start := starts.get(name)) is not None]
    if not row.step.waits_for:
        return row
    return Timed(row.step, min(known, default=None), row.started, row.ended, row.is_running, row.is_failed)


def pulls(rows: Iterable[Timed]) -> list[tuple[float, float]]:
    """Return from when to when ops were due and none ran: that is what pulling cost."""
    rows = list(rows)
    ran = sorted((row.started, row.ended) for row in rows if row.started is not None and row.ended is not None)
    waited = sorted((row.due, row.started) for row in rows if row.due is not None and row.started is not None)
    found: list[tuple[float, float]] = []
    reached = 0.0
    for start, end in waited:
        begin = max(start, reached)
        for busy_from, busy_to in ran:
            if busy_from >= end:
                break
            if busy_from > begin:
                found.append((begin, busy_from))
            begin = max(begin, busy_to)
        if end > begin:
            found.append((begin, end))
        reached = max(reached, end)
    return found


def learnt(runs: Iterable[Sequence[Timed]]) -> dict[int, Expected]:
    """Return what earlier runs of a plan let expect of its ops, by their index: medians of those that went well."""
    waits: dict[int, list[float]] = {}
    lengths: dict[int, list[float]] = {}
    for rows in runs:
        for row in rows:
            if row.ran is not None and not row.is_failed and not row.is_running:
                waits.setdefault(row.step.index, []).append(row.waited or 0.0)
                lengths.setdefault(row.step.index, []).append(row.ran)
    return {index: Expected(median(waits[index]), median(lengths[index])) for index in lengths}


def laid_out(plan: Plan, expected: Mapping[int, Expected]) -> dict[int, tuple[float, float]]:
    """Return start and length that can be expected of each op, by its index, one group after another."""
    found: dict[int, tuple[float, float]] = {}
    due = 0.0
    for group in plan.groups:
        starts: dict[str, float] = {}
        waiting = [step for step in group if step.index in expected]
        for step in sorted(waiting, key=lambda one: bool(one.waits_for)):
            first = min((starts[name] for name in step.waits_for if name in starts), default=due)
            start = first + expected[step.index].waits
            starts.setdefault(step.id, start)
            found[step.index] = start, expected[step.index].runs
        due = max((sum(found[step.index]) for step in waiting), default=due)
    return found
