"""Where and why a value does not fit a schema, following the alternative that its author meant.

A small interpreter of the keywords that the profiles use. It is only asked about values that jsonschema-rs refused;
its strength is that an `anyOf` gives one problem, not one for every alternative.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from explorer.nosana.payloads import JsonObject, JsonValue
from jobs.definition import pointers
from jobs.definition.validation.kinds import Schema, branches, kind, kinds_of


@dataclass(frozen=True, slots=True)
class Problem:
    """One misfit. `keyword` is that of the schema; `name` the member that is missing or unknown."""

    keyword: str  # type, enum, pattern, required, additionalProperties, minItems, maxItems, uniqueItems
    pointer: str
    value: JsonValue
    schema: Schema
    name: str = ""


def problems(schema: Schema, value: JsonValue, pointer: str = "") -> Iterator[Problem]:
    """Return every misfit, outer ones first; nothing when the value fits."""
    if "anyOf" in schema:
        yield from _of_branches(schema, value, pointer)
        return
    kinds = kinds_of(schema)
    if kinds and kind(value) not in kinds:
        yield Problem("type", pointer, value, schema)
    elif "enum" in schema and value not in schema["enum"]:
        yield Problem("enum", pointer, value, schema)
    elif isinstance(value, str) and "pattern" in schema and not _matches(schema["pattern"], value):
        yield Problem("pattern", pointer, value, schema)
    elif isinstance(value, dict):
        yield from _of_members(schema, value, pointer)
    elif isinstance(value, list):
        yield from _of_items(schema, value, pointer)


def _of_members(schema: Schema, value: JsonObject, pointer: str) -> Iterator[Problem]:
    for name in schema.get("required", ()):
        if name not in value:
            yield Problem("required", pointer, value, schema, name)
    known, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    for name, member in value.items():
        if name in known:
            inner = pointers.join(pointer, name)
            by_type = name == "args" and "anyOf" in known[name]
            yield from _of_args(known[name], value, inner) if by_type else problems(known[name], member, inner)
        elif others is False:
            yield Problem("additionalProperties", pointer, value, schema, name)
        elif isinstance(others, dict):
            yield from problems(others, member, pointers.join(pointer, name))


def _of_items(schema: Schema, value: list[JsonValue], pointer: str) -> Iterator[Problem]:
    if len(value) < schema.get("minItems", 0):
        yield Problem("minItems", pointer, value, schema)
    if len(value) > schema.get("maxItems", len(value)):
        yield Problem("maxItems", pointer, value, schema)
    if schema.get("uniqueItems") and len({repr(item) for item in value}) < len(value):
        yield Problem("uniqueItems", pointer, value, schema)
    for index, item in enumerate(value):
        yield from problems(schema.get("items", {}), item, pointers.join(pointer, index))


def _of_branches(schema: Schema, value: JsonValue, pointer: str) -> Iterator[Problem]:
    """Problems with the alternative that was meant: of the value's type, then by named type, then the nearest."""
    fitting = [branch for branch in branches(schema) if not kinds_of(branch) or kind(value) in kinds_of(branch)]
    if not fitting or (value not in fitting[0].get("enum", [value]) and _is_marker(fitting)):
        yield Problem("type", pointer, value, schema)
    elif isinstance(value, dict):
        yield from _of_objects(fitting, value, pointer)
    elif len(fitting) == 1:
        yield from problems(fitting[0], value, pointer)
    else:
        yield from _nearest([list(problems(branch, value, pointer)) for branch in fitting], fitting, ())


def _is_marker(fitting: list[Schema]) -> bool:
    """Say whether the only text taken is one marker, which hardly is what another text was meant to be."""
    return len(fitting) == 1 and len(fitting[0].get("enum", ())) == 1


def _of_objects(fitting: list[Schema], value: JsonObject, pointer: str) -> Iterator[Problem]:
    named = [branch for branch in fitting if "enum" in branch.get("properties", {}).get("type", {})]
    if named and "type" in value:
        meant = [branch for branch in named if value["type"] in branch["properties"]["type"]["enum"]]
        if not meant:
            every = [name for branch in named for name in branch["properties"]["type"]["enum"]]
            union = {"enum": list(dict.fromkeys(every))}
            yield from problems(union, value["type"], pointers.join(pointer, "type"))
            return
        fitting = meant
    yield from _nearest([list(problems(branch, value, pointer)) for branch in fitting], fitting, value)


def _nearest(found: list[list[Problem]], fitting: list[Schema], members: JsonObject | tuple[()]) -> list[Problem]:
    """Return the shortest list; of equal ones that whose alternative asks for most of the members there are."""

    def rank(index: int) -> tuple[int, int]:
        return len(found[index]), -sum(name in members for name in fitting[index].get("required", ()))

    return found[min(range(len(found)), key=rank)]


def _of_args(schema: Schema, op: JsonObject, pointer: str) -> list[Problem]:
    """Problems with the args of the op's type; none when they are those of another type, which the network takes."""
    found = [list(problems(branch, op["args"], pointer)) for branch in schema["anyOf"]]
    is_volume = op.get("type") == "container/create-volume"
    return found[is_volume] if all(found) else []


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace("$", r"\Z"))


def _matches(pattern: str, value: str) -> bool:
    return _pattern(pattern).search(value) is not None
