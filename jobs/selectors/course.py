"""How the ops of a job went beside how they were planned: the graph of groups, the timeline, and a table of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.safestring import SafeString

from explorer import gantt, graph
from explorer.formats import duration, percent, thousands
from explorer.nosana.payloads import ResultPayload
from explorer.text import shortened, visible
from jobs import timeline
from jobs.definition.explain.plan import Plan, Step
from jobs.ops import OpView
from jobs.selectors.expected import Prediction
from jobs.timeline import Timed

#: More ops than this are told in the table only.
DRAWN: Final = 40
#: Shorter waits are not drawn: that is the node's own work.
LEAST_WAIT: Final = 1.0
_ICONS: Final = {"success": ("circle-check", "is-done"), "failed": ("circle-x", "is-failed")}


@dataclass(frozen=True, slots=True)
class Line:
    """An op in the table: seconds from the beginning, and how long; None where it is not known."""

    op: str
    index: int
    row: Timed
    expected: float | None


@dataclass(frozen=True, slots=True)
class Course:
    """How a job went. `facts` are names and texts; the pictures are "" where there is nothing to draw."""

    graph: SafeString
    gantt: SafeString
    lines: Sequence[Line]
    facts: Sequence[tuple[str, str]]
    runs: int  # from how many earlier ones the expected times come
    pulls: Sequence[tuple[float, float]] | None  # from when to when ops were due and none ran; None: not known

    @property
    def pulled(self) -> float | None:
        """For how many seconds ops were due and none ran; None where that is not known."""
        return None if self.pulls is None else sum(end - start for start, end in self.pulls)


def course(
    plan: Plan, views: Sequence[OpView], result: ResultPayload | None, expected: Prediction, *, paid: int, now: datetime
) -> Course:
    """Return how a job's ops went, as far as its result tells."""
    reached = timeline.timed(plan, result, now) if result else ()
    rows = reached or tuple(Timed(step) for step in _steps(plan))
    starts = [row.started for row in rows if row.started is not None]
    hollow = timeline.laid_out(plan, expected.ops)
    steps = sum(map(len, plan.groups))
    is_drawn = 0 < steps <= DRAWN
    return Course(
        graph=_graph(plan, {view.index: view for view in views}) if is_drawn and steps > 1 else SafeString(""),
        gantt=_gantt(rows, hollow) if is_drawn and (starts or hollow) else SafeString(""),
        lines=[_line(row, hollow) for row in rows] if starts or hollow else [],
        facts=list(_facts(plan, rows, hollow, expected, paid)) if steps else [],
        runs=expected.runs,
        pulls=timeline.pulls(rows) if starts and result and result.started_at else None,
    )


def _line(row: Timed, hollow: Mapping[int, tuple[float, float]]) -> Line:
    expected = hollow[row.step.index][1] if row.step.index in hollow else None
    return Line(row.step.id, row.step.index, row, expected)


def _graph(plan: Plan, views: Mapping[int, OpView]) -> SafeString:
    groups = [
        graph.Group(group[0].group, [_node(step, views.get(step.index)) for step in group]) for group in plan.groups
    ]
    waits = [f"{step.id} waits for {' or '.join(step.waits_for)}" for step in _steps(plan) if step.waits_for]
    order = ", then ".join(shortened(group[0].group, 60) for group in plan.groups)
    return graph.graph(
        groups, label=shortened(visible("; ".join([f"Groups run one after another: {order}", *waits])), 600)
    )


def _steps(plan: Plan) -> Iterator[Step]:
    return (step for group in plan.groups for step in group)


def _node(step: Step, view: OpView | None) -> graph.Node:
    icon, css = _ICONS.get("failed" if view and view.is_failed else view.status if view else "", ("circle-dashed", ""))
    note = "creates a volume" if view and view.volume else ""
    if view and view.result and view.result.exit_code is not None:
        note = f"exit {view.result.exit_code}" if not note or view.is_failed else note
    elif view and view.status:
        note = view.status
    elif not step.is_started:
        note = "never starts"
    return graph.Node(step.id, note, css, icon, f"#op-{step.index}" if view else "", step.waits_for)


def _gantt(rows: Sequence[Timed], hollow: Mapping[int, tuple[float, float]]) -> SafeString:
    ends = [row.ended for row in rows if row.ended is not None]
    ends += [start + length for start, length in hollow.values()] if not ends else []
    label = "When each op was due, started and ended; the table has the same numbers"
    return gantt.gantt([_row(row, hollow) for row in rows], seconds=max(ends, default=1), label=label)


def _row(row: Timed, hollow: Mapping[int, tuple[float, float]]) -> gantt.Row:
    name = row.step.id or f"Op {row.step.index + 1}"
    spans = []
    if row.due is not None and row.waited is not None and row.waited >= LEAST_WAIT and not row.step.waits_for:
        spans.append(gantt.Span(row.due, row.waited, "m-pull", f"{name}: pulling {duration(row.waited)}"))
    if row.started is not None and row.ran is not None:
        css = "m-fail" if row.is_failed else "m-run"
        word = "running for" if row.is_running else "failed after" if row.is_failed else "ran"
        spans.append(gantt.Span(row.started, row.ran, css, f"{name}: {word} {duration(row.ran)}"))
    expected = hollow.get(row.step.index)
    return gantt.Row(
        name=name,
        href=f"#op-{row.step.index}",
        spans=spans,
        expected=gantt.Span(*expected, "plan", f"{name}: {duration(expected[1])} expected") if expected else None,
        value="" if row.ran is None else duration(row.ran),
        css="t-fail" if row.is_failed else "",
    )


def _facts(
    plan: Plan, rows: Sequence[Timed], hollow: Mapping[int, tuple[float, float]], expected: Prediction, paid: int
) -> Iterator[tuple[str, str]]:
    ends = [row.ended for row in rows if row.ended is not None]
    whole = max((start + length for start, length in hollow.values()), default=None)
    if whole is not None:
        runs = f"{thousands(expected.runs)} earlier run{'' if expected.runs == 1 else 's'}"
        yield "Expected", f"{duration(whole)}, the median of {runs} of this definition"
    if ends:
        over = (
            "" if whole is None else f", {duration(abs(max(ends) - whole))} {'more' if max(ends) > whole else 'less'}"
        )
        yield "Took", duration(max(ends)) + over
        pulled = sum(end - start for start, end in timeline.pulls(rows))
        if pulled >= LEAST_WAIT:
            share = f", {percent(min(pulled / paid, 1))} of the paid time" if paid else ""
            yield "Pulling", f"{duration(pulled)}{share}"
    if len(plan.groups) > 1:
        yield "Order", f"{len(plan.groups)} groups, one after another; the ops of a group start together"
    elif sum(map(len, plan.groups)) > 1:
        yield "Order", "all ops start together, but for those that wait"
    for step in list(_steps(plan))[:DRAWN]:
        if step.waits_for:
            names = " or ".join(shortened(visible(name), 40) for name in step.waits_for[:3])
            yield "Waits", f"{shortened(visible(step.id), 40)} starts as soon as {names} is up"
    never = [shortened(visible(step.id), 40) for step in plan.never_started][:5]
    if never:
        yield "Never starts", f"{', '.join(never)}: nothing that it waits for tells that it is up"
    for problem in plan.problems[:3]:
        yield "No plan", shortened(visible(problem), 300)
