"""An op's arguments as a node has them when it starts the op: literals replaced, markers applied, texts unpacked.

The order is the node's (nosana-cli, runTaskManagerOperation): interpolate, transform collections, finish `env`, take
out the markers for empty lists. Only `args` goes through this; what stands in `global` is used as it is written.
"""

from __future__ import annotations

from dataclasses import dataclass

from explorer.nosana import javascript
from explorer.nosana.payloads import JsonObject, JsonValue
from jobs.definition.explain import eras, markers
from jobs.definition.explain.literals import Globals, Ops, Resolver, has_literal, spaced, tokens

REMOVE_IF_EMPTY = "__remove-if-empty__"


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments, what the node says if it fails over them, and the literals that are not known here."""

    values: JsonObject
    failures: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()


def interpolate(args: JsonObject, global_values: Globals, ops: Ops, at: float | None = None) -> Arguments:
    """Return an op's arguments as a node uses them; never raises, and changes nothing given to it."""
    if not eras.has(at, eras.TASKS):
        return Arguments(args)
    resolver = Resolver(global_values, ops)
    found = {name: _replaced(value, resolver) for name, value in args.items()}
    if eras.has(at, eras.JSON_TEXTS):
        found = {name: _normal(value, args[name]) for name, value in found.items()}
    failures = list(resolver.failures)
    if not failures and not resolver.pending and _holds_literal(found):
        failures.append("Unresolved literals remain in interpolated args")
    try:
        found = markers.transform(found)
    except markers.MarkerError as problem:
        failures.append(str(problem))
    return Arguments(_without_empty(_with_text_env(found)), tuple(failures), tuple(dict.fromkeys(resolver.pending)))


def _replaced(value: JsonValue, resolver: Resolver) -> JsonValue:
    if isinstance(value, str):
        return resolver.replace(value)
    if isinstance(value, list):
        return [_replaced(item, resolver) for item in value]
    if isinstance(value, dict):
        return {name: _replaced(item, resolver) for name, item in value.items()}
    return value


def _normal(value: JsonValue, written: JsonValue) -> JsonValue:
    """Return a value in the shape in which it was written: a text stays one text, a list becomes one flat list."""
    if isinstance(written, str):
        return value[0] if isinstance(value, list) and len(value) == 1 else spaced(value)
    if isinstance(written, list):
        return tokens(value)
    if isinstance(value, dict) and isinstance(written, dict):
        return {name: _normal(item, written.get(name)) for name, item in value.items()}
    return value


def _holds_literal(value: JsonValue) -> bool:
    if isinstance(value, str):
        return has_literal(value)
    if isinstance(value, list):
        return any(_holds_literal(item) for item in value)
    return isinstance(value, dict) and any(_holds_literal(item) for item in value.values())


def _with_text_env(args: JsonObject) -> JsonObject:
    env = args.get("env")
    if not isinstance(env, dict):
        return args
    return {**args, "env": {name: env_text(value) for name, value in env.items()}}


def env_text(value: JsonValue) -> str:
    """Return a variable's value as the container gets it: null as nothing, lists and objects as JSON."""
    if value is None:
        return ""
    return javascript.json_text(value) if isinstance(value, list | dict) else javascript.text(value)


def _without_empty(args: JsonObject) -> JsonObject:
    """Take the marker out of lists, and a list that is empty without it out of the arguments."""
    kept: JsonObject = {}
    for name, value in args.items():
        if isinstance(value, list) and REMOVE_IF_EMPTY in value:
            index = value.index(REMOVE_IF_EMPTY)
            value = value[:index] + value[index + 1 :]
            if not value:
                continue
        kept[name] = value
    return kept
