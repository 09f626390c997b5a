"""Turns a misfit with a profile's schema into a finding that says what to write instead."""

from __future__ import annotations

import json
import re
from difflib import get_close_matches
from typing import Final

from jobs.definition import naming, pointers
from jobs.definition.found import Found, adding, removing, renaming, replacing
from jobs.definition.validation.kinds import branches, described, kind, kinds_of, listed, word
from jobs.definition.validation.problems import Problem

_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,14})")
_RANGE: Final = re.compile(r"[0-9]+\s*-\s*[0-9]+")
_RESOURCE_TYPE: Final = re.compile(r"/ops/\d+/args/resources/\d+/type")
_EXPOSED: Final = re.compile(r"/ops/\d+/args/expose(?:/\d+)?")
_ARGS: Final = re.compile(r"/ops/\d+/args")
#: Members whose absence would be refused too, so that null cannot just be removed.
_REQUIRED: Final = frozenset(
    ("version", "type", "ops", "id", "args", "image", "name", "dest", "port", "target", "repo")
)
#: Old names, with what the network's newer code says about them.
_REMOVED: Final = {
    "output": ("ND032", "output is refused since 2025 and nodes no longer collect files; remove it."),
    "required_vram": ("ND033", "required_vram is refused; remove it, or note it in meta.system_requirements."),
}


def worded(problem: Problem) -> Found:
    """Return the finding for a misfit."""
    is_choice = problem.keyword == "enum" or (problem.pointer == "/version" and "enum" in problem.schema)
    if problem.keyword == "type" and not is_choice:
        return _kind(problem)
    if is_choice:
        return _choice(problem)
    if problem.keyword == "pattern":
        return _pattern(problem)
    if problem.keyword == "required":
        return _missing(problem)
    return _unknown(problem) if problem.keyword == "additionalProperties" else _log_types(problem)


def _kind(problem: Problem) -> Found:
    pointer, value, wanted = problem.pointer, problem.value, described(problem.schema)
    name = naming.place(pointer)
    if not pointer:
        message = f"A definition is an object with version, type and ops, not {word(value)}; begin it with {{."
        return Found("ND039", pointer, message, wanted)
    if value is None:
        is_optional = "." not in name and "[" not in name and name not in _REQUIRED
        fix = removing(pointer) if is_optional else None
        return Found(
            "ND029", pointer, f"{name} is null, which is not absent; remove it or write {wanted}.", wanted, fix
        )
    if pointer.startswith("/meta/"):
        message = f"{name} is {word(value)}, but meta holds text, numbers, lists of them, and one more level."
        return Found("ND037", pointer, message, wanted)
    free = [branch for branch in branches(problem.schema) if "pattern" not in branch and "enum" not in branch]
    kinds = {name for branch in free for name in kinds_of(branch)}
    if "string" in kinds and kind(value) in ("number", "boolean"):
        return _unquoted(problem, name, wanted)
    return _converted(problem, kinds, name, wanted)


def _unquoted(problem: Problem, name: str, wanted: str) -> Found:
    pointer, value = problem.pointer, problem.value
    text = json.dumps(value)
    message = f"{name} must be {wanted}, not {naming.shown(value, pointer)}; put it in quotes."
    return Found("ND024", pointer, message, wanted, replacing(pointer, text))


def _converted(problem: Problem, kinds: set[str], name: str, wanted: str) -> Found:
    pointer, value = problem.pointer, problem.value
    message = f"{name} must be {wanted}, not {word(value)}."
    if isinstance(value, str) and "number" in kinds and _NUMBER.fullmatch(value):
        message = f"{name} must be {wanted}, not text; write {value} without quotes."
        return Found("ND020", pointer, message, wanted, replacing(pointer, int(value)))
    if value in ("true", "false") and "boolean" in kinds:
        message = f"{name} must be true or false, not text; write {value} without quotes."
        return Found("ND020", pointer, message, wanted, replacing(pointer, value == "true"))
    if isinstance(value, str) and wanted == "a list of texts":
        message = f"{name} must be a list of texts, not text; put it in brackets."
        return Found("ND020", pointer, message, wanted, replacing(pointer, [value]))
    return Found("ND020", pointer, message, wanted)


def _choice(problem: Problem) -> Found:
    pointer, value, choices = problem.pointer, problem.value, problem.schema["enum"]
    name, wanted = naming.place(pointer), described(problem.schema)
    message = f"{name} must be {wanted}, not {naming.shown(value)}."
    if pointer == "/version":
        return Found("ND025", pointer, message, wanted, replacing(pointer, "0.1"))
    same = [choice for choice in choices if isinstance(value, str) and choice.lower() == value.strip().lower()]
    certain = same or (choices if len(choices) == 1 else [])
    fix = replacing(pointer, certain[0]) if certain else None
    if _RESOURCE_TYPE.fullmatch(pointer):
        message = f"A resource of type {naming.shown(value)} does not exist; use {wanted}."
        return Found("ND036", pointer, message, wanted, fix)
    return Found("ND023", pointer, message, wanted, fix)


def _pattern(problem: Problem) -> Found:
    pointer, value = problem.pointer, str(problem.value)
    if pointer.endswith("/id"):
        message = f"The op id {naming.shown(value)} holds a space; use a hyphen instead, in all references too."
        return Found("ND027", pointer, message, "text without spaces")
    if not _EXPOSED.fullmatch(pointer):
        message = "__spread__ must be exactly one literal, such as %%ops.ID.results.KEY%%."
        return Found("ND040", pointer, message, "a literal")
    if _NUMBER.fullmatch(value):
        message = f"The port {value} is text; write it as a number, without quotes."
        return Found("ND028", pointer, message, "a number", replacing(pointer, int(value)))
    if _RANGE.fullmatch(value):
        message = f'Port ranges such as "{naming.short(value)}" are no longer taken; list every port as a number.'
        return Found("ND028", pointer, message, "numbers")
    message = f"{naming.place(pointer)} must be a port number, or one literal such as %%global.variables.PORT%%."
    return Found("ND028", pointer, message, "a number or a literal")


def _missing(problem: Problem) -> Found:
    name = problem.name
    wanted_schema = problem.schema.get("properties", {}).get(name, {})
    pointer, wanted = pointers.join(problem.pointer, name), described(wanted_schema)
    if name == "continuous":
        message = "The health check lacks continuous; add true to repeat it while the op runs, or false."
        return Found("ND026", problem.pointer, message, wanted, adding(pointer, False))
    only = wanted_schema.get("enum", ())
    fix = adding(pointer, only[0]) if len(only) == 1 else None
    message = f"{name} is missing in {naming.place(problem.pointer)}; add it ({wanted})."
    return Found("ND021", problem.pointer, message, wanted, fix)


def _unknown(problem: Problem) -> Found:
    name, known = problem.name, list(problem.schema.get("properties", {}))
    pointer = pointers.join(problem.pointer, name)
    if _ARGS.fullmatch(problem.pointer) and name in _REMOVED:
        code, message = _REMOVED[name]
        return Found(code, pointer, message, None, removing(pointer))
    members = problem.value if isinstance(problem.value, dict) else {}
    if name == "remoteResources" and "resources" in known:
        fix = None if "resources" in members else renaming(pointer, pointers.join(problem.pointer, "resources"))
        return Found("ND034", pointer, "remoteResources is named resources since August 2024; rename it.", None, fix)
    if name in ("files", "bucket", "buckets") and ("bucket" in members or "buckets" in members):
        message = f"{name} cannot stand beside {_beside(name, members)} in an S3 resource; use one of them."
        return Found("ND035", pointer, message)
    return _unknown_key(problem, members, known)


def _beside(name: str, members: object) -> str:
    others = [other for other in ("bucket", "buckets") if isinstance(members, dict) and other in members]
    return listed([other for other in others if other != name] or others)


def _unknown_key(problem: Problem, members: object, known: list[str]) -> Found:
    name, pointer = problem.name, pointers.join(problem.pointer, problem.name)
    plain = {_plain(key): key for key in known}
    meant = plain.get(_plain(name))
    near = [meant] if meant else get_close_matches(name[:60], known, 1, 0.75)
    around = naming.place(problem.pointer)
    message = f"{naming.short(name)} is not known in {around}, and the network refuses unknown keys; remove it."
    if near:
        message = f"{naming.short(name)} is not known in {around}; write {near[0]} if that is meant, else remove it."
    taken = isinstance(members, dict) and meant in members
    fix = renaming(pointer, pointers.join(problem.pointer, meant)) if meant and not taken else None
    return Found("ND022", pointer, message, listed(known) if known else None, fix)


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name[:60].lower())


def _log_types(problem: Problem) -> Found:
    message = "logType must name one to four different kinds of log; remove what is doubled, or add one."
    return Found("ND038", problem.pointer, message, "different ones of stdin, stdout, stderr, nodeerr")
