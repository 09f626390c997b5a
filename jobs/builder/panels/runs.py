"""What will run: the plan in words, and for each op its run line, environment and addresses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from explorer.nosana.payloads import JsonValue
from jobs.definition.document import Document
from jobs.definition.explain.context import Context
from jobs.definition.explain.plan import Plan, Step, plan
from jobs.definition.explain.report import OpExplanation, explain
from jobs.definition.masking import mask_value

#: So many ops are explained around the one that is shown.
MOST: Final = 60
OP, GLOBAL, NODE = "the op", "global", "the node"


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable that the container gets, and who sets it."""

    name: str
    value: str
    origin: str


@dataclass(frozen=True, slots=True)
class Run:
    """An op with what a node makes of it."""

    op: OpExplanation
    pointer: str
    variables: Sequence[Variable]
    is_current: bool

    @property
    def own(self) -> int:
        """How many variables the op itself sets."""
        return sum(one.origin == OP for one in self.variables)


@dataclass(frozen=True, slots=True)
class PlanStep:
    """An op in the plan, with how it is told."""

    step: Step
    pointer: str


@dataclass(frozen=True, slots=True)
class PlanPanel:
    """The turns in order. `doomed` are the ops that never start, `problems` the node's own words."""

    turns: Sequence[Sequence[PlanStep]]
    problems: Sequence[str]
    doomed: Sequence[PlanStep]
    count: int
    more: int


def plan_panel(found: Plan) -> PlanPanel:
    """Return the plan for people, the first MOST groups of it."""
    turns = [[PlanStep(step, f"/ops/{step.index}") for step in group] for group in found.groups[:MOST]]
    doomed = [PlanStep(step, f"/ops/{step.index}") for step in found.never_started[:20]]
    return PlanPanel(turns, found.problems[:20], doomed, sum(map(len, found.groups)), len(found.groups) - len(turns))


def plan_of(document: Document) -> Plan:
    """Return the plan of a document's ops."""
    return plan(document.ops)


def runs_panel(document: Document, part: str, *, domain: str) -> tuple[Sequence[Run], int]:
    """Return the ops as they run, secrets masked, and how many are not told about. About 0.4 ms an op."""
    if not isinstance(document.value, dict):
        return [], 0
    value = mask_value(document.value)
    index = int(part[5:]) if part.startswith("/ops/") else 0
    listed = value.get("ops")
    ops = listed if isinstance(listed, list) else []
    start = max(0, min(index - MOST // 2, len(ops) - MOST))
    explained = explain(value, Context(domain=domain), only=range(start, start + MOST))
    shared = value.get("global")
    defaults = shared.get("env") if isinstance(shared, dict) else None
    runs = [_run(one, ops[one.index], defaults, part) for one in explained.ops]
    return runs, len(ops) - len(runs)


def _run(op: OpExplanation, body: JsonValue, defaults: JsonValue, part: str) -> Run:
    args = body.get("args") if isinstance(body, dict) else None
    own = args.get("env") if isinstance(args, dict) else None
    env: Mapping[str, str] = op.container.env if op.container else {}
    variables = [Variable(name, value, _origin(name, own, defaults)) for name, value in env.items()]
    pointer = f"/ops/{op.index}"
    return Run(op, pointer, variables, pointer == part)


def _origin(name: str, own: JsonValue, defaults: JsonValue) -> str:
    if name == "NOSANA_ID":
        return NODE
    if isinstance(own, dict) and name in own:
        return OP
    return GLOBAL if isinstance(defaults, dict) and name in defaults else OP
