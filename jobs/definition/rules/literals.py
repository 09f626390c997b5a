"""Literals such as `%%ops.ID.results.KEY%%` that nodes cannot resolve, and texts that they take for JSON.

Source: nosana-cli, task/globalStore: only `args` is interpolated, when the op starts; results exist once an op ended.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

from jobs.definition import pointers
from jobs.definition.facts import Job, Op, Trail, all_texts
from jobs.definition.found import Found, replacing
from jobs.definition.naming import place, short, shown

_LITERAL: Final = re.compile(r"%%(ops|globals?)\.([^%\s]+)%%")
_OTHER: Final = re.compile(r"%%(?!(?:ops|globals?)\.)([A-Za-z_][\w.-]*)%%")
_VARIABLE: Final = re.compile(r"%%global\.variables\.([^%\s]+)%%")
_KNOWN: Final = {"job", "project", "host", "frps_address"}
_MARKERS: Final = ("__spread__", "__pairs__")
_REMOVER: Final = "__remove-if-empty__"
_MAY_OPEN_JSON: Final = frozenset("[{ \t\n\r")


def of_job(job: Job) -> Iterator[Found]:
    """Yield literals in `global`, where they are not resolved, and variables that no literal names."""
    for name, member in job.globals.items():
        if name != "variables":
            for pointer, text in all_texts(member, pointers.join("/global", name)):
                if "%%" in text and _LITERAL.search(text):
                    yield _verbatim(pointer)
    if job.variables:
        used = {name for op in job.ops for _, text in op.texts if "%%" in text for name in _VARIABLE.findall(text)}
        for name in job.variables:
            if name not in used:
                message = (
                    f"No op uses the variable {shown(name)}; write %%global.variables.{short(name)}%% in its args."
                )
                yield Found("ND082", pointers.join("/global/variables", name), message)


def of_op(op: Op, job: Job) -> Iterator[Found]:
    """Yield literals of this op that do not resolve, and texts that nodes mangle."""
    if "." in op.id:
        message = f"The op id {shown(op.id)} holds a dot, so no literal can name it; use hyphens instead."
        yield Found("ND079", f"{op.pointer}/id", message)
    for trail, text in op.texts:
        if "%%" in text:
            yield from _literals(op, job, trail, text)
        if text[:1] in _MAY_OPEN_JSON and not _is_in_item(trail):
            yield from _mangled(op, op.to(trail), text)
        if text == _REMOVER and trail and not isinstance(trail[1], int):
            yield Found("ND081", op.to(trail), f"{_REMOVER} works only as an item of a list; here it stays as it is.")
    if _REMOVER in op.env:
        yield Found("ND081", op.at("env", _REMOVER), f"{_REMOVER} works only as an item of a list; remove it here.")
    for name, wanted in op.results.items():
        regex = wanted.get("regex") if isinstance(wanted, dict) else wanted
        if isinstance(regex, str) and "%%" in regex and _LITERAL.search(regex):
            yield _verbatim(pointers.join(f"{op.pointer}/results", name))


def _verbatim(pointer: str) -> Found:
    message = f"Nodes resolve literals only in the args of ops, so {place(pointer)} keeps this one as it is written."
    return Found("ND075", pointer, message)


def _is_in_item(trail: Trail) -> bool:
    """Say whether the text is in an object, or another list, within a list: nodes leave those alone."""
    outer: Trail = trail[0] if trail else ()
    while outer:
        outer, part = outer
        if isinstance(part, int):
            return True
    return False


def _mangled(op: Op, pointer: str, text: str) -> Iterator[Found]:
    inside = pointer[len(op.pointer) + len("/args") :]
    stripped = text.strip()
    if stripped[:1] not in ("[", "{") or inside.endswith(_MARKERS):
        return
    try:
        parsed = json.loads(stripped)
    except (ValueError, RecursionError):
        return
    becomes = '"[object Object]"' if isinstance(parsed, dict) else "its items, joined by spaces"
    if inside.rpartition("/")[2].isdigit():
        becomes = "an object, which the engine refuses" if isinstance(parsed, dict) else "its items, as separate ones"
    message = f"{place(pointer)} spells JSON, which nodes take apart: it becomes {becomes}; pass it in base64 instead."
    yield Found("ND080", pointer, message)


def _literals(op: Op, job: Job, trail: Trail, text: str) -> Iterator[Found]:
    known = 0
    for found in _LITERAL.finditer(text):
        known += 1
        kind, rest = found.groups()
        if kind == "ops":
            yield from _of_other_op(op, job, trail, rest)
        elif rest.startswith("variables."):
            yield from _variable(op, job, trail, text, kind, rest.partition(".")[2])
        elif rest not in _KNOWN:
            message = (
                f"%%{kind}.{short(rest)}%% is nothing that nodes know; there are job, project, host, frps_address."
            )
            yield Found("ND076", op.to(trail), message)
    for found in _OTHER.finditer(text) if text.count("%%") > 2 * known else ():
        message = f"%%{short(found[1])}%% is no literal, so it stays as it is; literals begin with global. or ops."
        yield Found("ND076", op.to(trail), message)


def _variable(op: Op, job: Job, trail: Trail, text: str, kind: str, name: str) -> Iterator[Found]:
    if kind == "globals":
        message = "globals.variables is not resolved and stays as it is; write global.variables, without the s."
        fix = replacing(op.to(trail), text.replace("%%globals.variables.", "%%global.variables."))
        yield Found("ND073", op.to(trail), message, None, fix)
    elif not job.variables.get(name):
        what = "is empty" if name in job.variables else "is not defined in global.variables"
        yield Found("ND074", op.to(trail), f"The variable {shown(name)} {what}, so this op fails before it starts.")


def _of_other_op(op: Op, job: Job, trail: Trail, rest: str) -> Iterator[Found]:
    name, _, path = rest.partition(".")
    other = job.by_id.get(name)
    if other is None:
        reason = "the id ends at the first dot" if _is_dotted(rest, job) else "the op fails before it starts"
        yield Found("ND070", op.to(trail), f"There is no op {shown(name)} for this literal ({reason}); correct the id.")
        return
    member, _, key = path.partition(".")
    if member == "results":
        yield from _result(op, job, trail, other, key)
    elif member == "endpoint":
        yield from _endpoint(op, trail, other, key)
    elif path == "deployment_endpoint":
        if "deployment_id" not in job.body:
            message = "There is a deployment_endpoint only in a deployment, with deployment_id; use endpoint.PORT here."
            yield Found("ND077", op.to(trail), message)
    elif path != "host":
        message = f"%%ops.{short(rest)}%% is nothing an op has; there are host, endpoint.PORT and results.KEY."
        yield Found("ND076", op.to(trail), message)


def _is_dotted(rest: str, job: Job) -> bool:
    """Say whether the id of an op, dots included, was meant."""
    dots = [index for index, letter in enumerate(rest[:200]) if letter == "."]
    return any(rest[:dot] in job.by_id for dot in dots[1:])


def _result(op: Op, job: Job, trail: Trail, other: Op, key: str) -> Iterator[Found]:
    if job.rank(other) >= job.rank(op):
        message = (
            f"{shown(other.id)} has not ended when this op starts, so it has no results; put it in an earlier group."
        )
        yield Found("ND071", op.to(trail), message, "a result of an earlier group")
    if key not in other.results and key.partition(".")[0] not in other.results:
        yield Found("ND072", op.to(trail), f"{shown(other.id)} collects no result {shown(key)}; add it to its results.")


def _endpoint(op: Op, trail: Trail, other: Op, key: str) -> Iterator[Found]:
    if not any(port.number is None or str(port.number) == key for port in other.ports):
        yield Found(
            "ND078", op.to(trail), f"{shown(other.id)} does not expose the port {shown(key)}, so there is no endpoint."
        )
