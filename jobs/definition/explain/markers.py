"""Markers that put a found list or object into another: `{"__spread__": …}` and `{"__pairs__": …}`.

Rules: nosana-cli, transformCollections. They apply after literals are replaced.
"""

from __future__ import annotations

from typing import Final

from explorer.nosana import javascript
from explorer.nosana.payloads import JsonObject, JsonValue
from jobs.definition.explain.literals import has_literal

SPREAD: Final = "__spread__"
PAIRS: Final = "__pairs__"
MARKERS: Final = (SPREAD, PAIRS)
#: A marker's text may spell lists with markers in them, and so on; nobody means that.
_LEVELS: Final = 100


class MarkerError(ValueError):
    """The node fails over a marker; the message is the node's."""


def transform(args: JsonObject) -> JsonObject:
    """Return arguments with all markers applied; one whose literal is not known here is left out."""
    return _object(args, _LEVELS)


def _visit(value: JsonValue, levels: int) -> JsonValue:
    if levels == 0:
        raise MarkerError("Its markers are nested too deeply to be shown.")
    if isinstance(value, list):
        return [item for found in value for item in _items(found, levels - 1)]
    return _object(value, levels - 1) if isinstance(value, dict) else value


def _items(item: JsonValue, levels: int) -> list[JsonValue]:
    if isinstance(item, dict):
        marker = next((name for name in item if name in MARKERS), None)
        if marker:
            found = _listed(marker, item[marker], is_chunked=item.get("chunked") is True)
            return [_visit(one, levels) for one in found]
    return [_visit(item, levels)]


def _object(value: JsonObject, levels: int) -> JsonObject:
    found = {name: _visit(item, levels) for name, item in value.items() if name not in MARKERS}
    for name, raw in value.items():
        if name in MARKERS and not _is_open(raw):
            found |= _members(name, raw)
    return found


def _is_open(raw: JsonValue) -> bool:
    """Say whether the marker still is an unknown literal."""
    return isinstance(raw, str) and has_literal(raw)


def _listed(marker: str, raw: JsonValue, *, is_chunked: bool) -> list[JsonValue]:
    if _is_open(raw):
        return []
    value = _parsed(marker, raw)
    if marker == SPREAD and is_chunked and isinstance(raw, list) and all(isinstance(part, str) for part in raw):
        value = _parsed(f"{marker} chunked array", "".join(map(str, raw)))
    if not isinstance(value, list):
        raise MarkerError(f"{marker} must be a JSON array")
    if marker == PAIRS:
        return value
    return [one for item in value for one in (item if isinstance(item, list) else [item])]


def _members(marker: str, raw: JsonValue) -> JsonObject:
    value = _parsed(marker, raw)
    if marker == PAIRS:
        return _pairs(value)
    if not isinstance(value, dict):
        raise MarkerError(f"{marker} must be a JSON object")
    return value


def _pairs(value: JsonValue) -> JsonObject:
    if not isinstance(value, list):
        raise MarkerError(f"{PAIRS} must be a JSON array")
    found: JsonObject = {}
    for pair in value:
        if not isinstance(pair, dict):
            raise MarkerError(f"{PAIRS} items must be objects")
        key = pair.get("key")
        if not isinstance(key, str):
            raise MarkerError(f"{PAIRS} item.key must be string")
        held = pair.get("value")
        found[key] = "" if held is None else held
    return found


def _parsed(label: str, raw: JsonValue) -> JsonValue:
    if not isinstance(raw, str):
        return raw
    try:
        return javascript.parse_json(raw)
    except ValueError as problem:
        raise MarkerError(f"{label} is not valid JSON: {problem}") from problem
