"""In what order a node starts the ops of a job, and which it never starts.

Rules: nosana-cli, createExecutionPlan, createDependencyMap, validateExecutionPlan, TaskManager.start. Groups run one
after another, in the order in which they first appear; an op without a group is one by itself. The ops of a group start
together, but for those with dependencies: each starts as soon as one of them is up, without waiting for the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from explorer.nosana import javascript
from explorer.nosana.payloads import JsonObject, JsonValue
from jobs.definition.explain import services
from jobs.definition.explain.store import RUN


@dataclass(frozen=True, slots=True)
class Step:
    """An op in the plan. `waits_for` are its dependencies, of which the first that is up starts it."""

    index: int
    id: str
    group: str
    waits_for: tuple[str, ...]
    releases: bool  # whether dependents learn that it is up
    is_started: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """The groups in order, each with its steps. With `problems`, in the node's words, no op runs at all."""

    groups: tuple[tuple[Step, ...], ...]
    problems: tuple[str, ...]

    @property
    def order(self) -> list[list[str]]:
        """The ids of the ops that run together, group by group."""
        return [[step.id for step in group] for group in self.groups]

    @property
    def never_started(self) -> tuple[Step, ...]:
        """The steps that wait for ever: none of what they depend on comes up, or tells that it did."""
        return tuple(step for group in self.groups for step in group if not step.is_started)


def plan(ops: Sequence[JsonObject]) -> Plan:
    """Return the plan for a definition's ops ({} for what is no object); never raises. Costs the number of ops."""
    dependencies = [_dependencies(op) for op in ops]
    releases = [releases_dependents(op) for op in ops]
    started = _started(ops, dependencies, releases)
    groups: dict[str, list[Step]] = {}
    for index, op in enumerate(ops):
        if op:
            step = Step(
                index=index,
                id=op_id(op),
                group=group_of(op),
                waits_for=dependencies[index],
                releases=releases[index],
                is_started=started[index],
            )
            groups.setdefault(step.group, []).append(step)
    return Plan(tuple(map(tuple, groups.values())), tuple(_problems(ops, dependencies)))


def op_id(op: JsonObject) -> str:
    """Return an op's id as text; "" without one."""
    found = op.get("id")
    return "" if found is None else javascript.text(found)


def group_of(op: JsonObject) -> str:
    """Return the name of the group that an op runs in."""
    named = _named_group(op)
    return op_id(op) if named is None else javascript.text(named)


def releases_dependents(op: JsonObject) -> bool:
    """Say whether dependents learn that an op is up.

    An op that exposes ports tells so only when a health check passes; any other as soon as it runs.
    """
    args = op.get("args")
    if op.get("type") != RUN or not isinstance(args, dict):
        return True
    ports = services.exposed_ports(args.get("expose"))
    return not ports or any(port.health_checks for port in ports)


def _execution(op: JsonObject) -> JsonObject:
    found = op.get("execution")
    return found if isinstance(found, dict) else {}


def _named_group(op: JsonObject) -> JsonValue:
    return _execution(op).get("group")


def _dependencies(op: JsonObject) -> tuple[str, ...]:
    found = _execution(op).get("depends_on")
    return tuple(name for name in found if isinstance(name, str)) if isinstance(found, list) else ()


def _started(ops: Sequence[JsonObject], dependencies: list[tuple[str, ...]], releases: list[bool]) -> list[bool]:
    """Say for each op whether anything starts it, by following what each op that starts sets off."""
    dependents: dict[str, list[int]] = {}
    for index, names in enumerate(dependencies):
        for name in names:
            dependents.setdefault(name, []).append(index)
    started = [bool(op) and not dependencies[index] for index, op in enumerate(ops)]
    waiting = [index for index, is_started in enumerate(started) if is_started]
    while waiting:
        index = waiting.pop()
        for dependent in dependents.get(op_id(ops[index]), ()):
            is_over = index < dependent and group_of(ops[index]) != group_of(ops[dependent])
            if not started[dependent] and (releases[index] or is_over):
                started[dependent] = True
                waiting.append(dependent)
    return started


def _problems(ops: Sequence[JsonObject], dependencies: list[tuple[str, ...]]) -> list[str]:
    first = {op_id(op): op for op in reversed(ops) if op}
    if len(first) < sum(map(bool, ops)):
        counts: dict[str, int] = {}
        for op in filter(None, ops):
            counts[op_id(op)] = counts.get(op_id(op), 0) + 1
        doubled = ", ".join(name for name, count in counts.items() if count > 1)
        return [f"Duplicate operation IDs found: {doubled}"]
    return [
        problem
        for index, op in enumerate(ops)
        for name in dependencies[index]
        if (problem := _dependency_problem(op, name, first))
    ]


def _dependency_problem(op: JsonObject, name: str, ops: dict[str, JsonObject]) -> str:
    own = op_id(op)
    if name == own:
        return f"Invalid dependency: Operation '{own}' cannot depend on itself."
    if name not in ops:
        return f"Invalid dependency: Operation '{own}' depends on non existent op '{name}'."
    here, there = _named_group(op), _named_group(ops[name])
    if here == there:
        return ""
    groups = ["undefined" if group is None else javascript.text(group) for group in (here, there)]
    return f"Invalid dependency: '{own}' in group '{groups[0]}' depends on '{name}' in group '{groups[1]}'"
