"""What ops wait for: nosana-cli validateExecutionPlan, createDependencyMap, TaskManager, ExposedPortHealthCheck."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Final

from explorer.nosana.payloads import JsonValue
from jobs.definition.facts import Job, Op
from jobs.definition.found import Found, removing
from jobs.definition.naming import shown

#: Seconds between two rounds of start-up checks; the first round comes after one such pause.
_ROUND: Final = 5
#: Among so many ids one that was meant is looked for.
_FEW: Final = 50


def of_op(op: Op, job: Job) -> Iterator[Found]:
    """Yield what is odd about the op's `execution`."""
    if not op.execution:
        return
    for index, name in op.depends_on:
        yield from _dependency(op, job, f"{op.pointer}/execution/depends_on/{index}", name)
    different = {name for _, name in op.depends_on}
    if len(different) > 1:
        message = "Nodes start this op as soon as the first of these is up, without waiting for the others."
        yield Found("ND055", f"{op.pointer}/execution/depends_on", message)
    if "stop_if_dependent_stops" in op.execution and "depends_on" not in op.execution:
        message = "Without depends_on this has no effect, and types up to 2.1.6 refuse it; remove it."
        pointer = f"{op.pointer}/execution/stop_if_dependent_stops"
        yield Found("ND056", pointer, message, None, removing(pointer))
    if "timeout" in op.execution:
        yield from _timeout(op, op.execution["timeout"])


def _dependency(op: Op, job: Job, pointer: str, name: str) -> Iterator[Found]:
    other = job.by_id.get(name)
    if name == op.id:
        message = f"{shown(name)} depends on itself, so the node refuses the whole job; remove this."
        yield Found("ND050", pointer, message, None, removing(pointer))
    elif other is None:
        yield _unknown(job, pointer, name)
    elif other.group != op.group or other.group is None:
        yield _apart(op, other, pointer)
    elif other.ports and not any(port.checks or port.number is None for port in other.ports):
        message = (
            f"{shown(name)} exposes a port without health check, so nodes never report it as started and this op "
            "is not started by it; give that port a health check."
        )
        yield Found("ND054", pointer, message)


def _unknown(job: Job, pointer: str, name: str) -> Found:
    near = get_close_matches(name[:60], job.by_id, 1, 0.8) if len(job.by_id) <= _FEW else []
    advice = f"write {shown(near[0])} if that is meant" if near else "remove it or add that op"
    return Found("ND051", pointer, f"There is no op {shown(name)}, so the node refuses the whole job; {advice}.")


def _apart(op: Op, other: Op, pointer: str) -> Found:
    if other.group is None and op.group is None:
        message = f"Neither this op nor {shown(other.id)} names a group, so each is one of its own; give both the same."
    else:
        own = "no group" if op.group is None else f"group {shown(op.group)}"
        its = "none" if other.group is None else f"group {shown(other.group)}"
        message = f"This op is in {own} and {shown(other.id)} in {its}; the node refuses the job, so use one group."
    return Found("ND052", pointer, message, "an op of the same group")


def _timeout(op: Op, timeout: JsonValue) -> Iterator[Found]:
    pointer = f"{op.pointer}/execution/timeout"
    yield Found("ND060", pointer, "Only the newest nodes know a timeout of an op; others ignore it or refuse the job.")
    checks = sum(len(port.checks) for port in op.ports)
    if isinstance(timeout, (int, float)) and not isinstance(timeout, bool) and timeout < checks * _ROUND:
        message = (
            f"The op is stopped after {shown(timeout).removeprefix('the number ')} s, but trying its health checks "
            f"({checks}) once needs {checks * _ROUND} s; allow more time."
        )
        yield Found("ND059", pointer, message, f"at least {checks * _ROUND}")


def of_job(job: Job) -> Iterator[Found]:
    """Yield cycles, and groups that have the name of an op without one."""
    alone = {op.id for op in job.ops if op.group is None}
    waits: dict[str, list[str]] = {}
    for op in job.ops:
        if op.group is not None and op.group in alone and op.group != op.id:
            message = f"The op {shown(op.group)} names no group and so runs in this one too, beside this op."
            yield Found("ND057", f"{op.pointer}/execution/group", message)
        if op.depends_on:
            waits[op.id] = [name for _, name in op.depends_on if name != op.id]
    yield from (_cycle_found(job, cycle) for cycle in _cycles(waits))


def _cycle_found(job: Job, cycle: list[str]) -> Found:
    names = ", ".join(shown(name) for name in cycle[:5]) + (", …" if len(cycle) > 5 else "")
    message = f"{names} wait for one another in a circle, so none of them ever starts; remove one dependency."
    return Found("ND053", f"{job.by_id[cycle[0]].pointer}/execution/depends_on", message)


def _cycles(waits: dict[str, list[str]]) -> Iterator[list[str]]:
    """Yield one circle for each knot: walk along what each waits for until a name comes up again."""
    done: set[str] = set()
    for start in waits:
        path: dict[str, None] = {}
        trail: list[tuple[str, Iterator[str]]] = []
        _enter(start, waits, path, trail, done)
        while trail:
            name, rest = trail[-1]
            following = next((other for other in rest if other in waits and other not in done), None)
            if following is None:
                trail.pop()
                path.pop(name)
                done.add(name)
            elif following in path:
                names = list(path)
                yield names[names.index(following) :]
                done.update(path)
                break
            else:
                _enter(following, waits, path, trail, done)


def _enter(
    name: str,
    waits: dict[str, list[str]],
    path: dict[str, None],
    trail: list[tuple[str, Iterator[str]]],
    done: set[str],
) -> None:
    if name not in done:
        path[name] = None
        trail.append((name, iter(waits[name])))
