"""Values as JavaScript sees them: nodes are written in it, and what they do to odd values follows from its rules."""

from __future__ import annotations

import json
import math
import re
from decimal import Decimal
from typing import Final

from explorer.nosana.payloads import JsonValue

#: What `String.prototype.trim` takes off, which is not quite what `str.strip` does.
SPACE: Final = (
    "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f"
    "\u205f\u3000\ufeff"
)
#: Deeper texts are not taken for JSON, so that nobody makes this process run out of stack.
DEEPEST: Final = 64
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False)
_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def is_true(value: JsonValue) -> bool:
    """Say whether a condition takes the value for true: empty lists and objects are."""
    if isinstance(value, list | dict):
        return True
    return bool(value) and value == value  # noqa: PLR0124 - NaN is not itself, and not true


def text(value: JsonValue) -> str:
    """Return what `String(value)` gives; an object is "[object Object]"."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number(value)
    if isinstance(value, list):
        return ",".join("" if item is None else text(item) for item in value)
    return "null" if value is None else "[object Object]"


def number(value: int | float) -> str:
    """Return a number as JavaScript prints it: 80 for 80.0, 1e+21, 1e-7, and no more digits than a double holds."""
    try:
        double = float(value)
    except OverflowError:
        return "Infinity" if value > 0 else "-Infinity"
    if not math.isfinite(double):
        return "NaN" if math.isnan(double) else "Infinity" if double > 0 else "-Infinity"
    sign, digits, exponent = Decimal(repr(double)).normalize().as_tuple()
    if not isinstance(exponent, int) or not double:
        return "0"
    return ("-" if sign else "") + _decimal("".join(map(str, digits)), exponent)


def _decimal(digits: str, exponent: int) -> str:
    point = len(digits) + exponent  # where the decimal point stands, counted from the first digit
    if -6 < point <= 21:
        if exponent >= 0:
            return digits + "0" * exponent
        return f"{digits[:point]}.{digits[point:]}" if point > 0 else f"0.{'0' * -point}{digits}"
    fraction = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{digits[0]}{fraction}e{'+' if point > 0 else '-'}{abs(point - 1)}"


def parse_json(source: str) -> JsonValue:
    """Return what `JSON.parse` gives; ValueError where it throws, and for what nests over 64 levels."""
    try:
        value: JsonValue = json.loads(source, parse_constant=_refuse)
    except RecursionError as problem:
        raise ValueError("nested too deeply") from problem
    if depth(value, DEEPEST) > DEEPEST:
        raise ValueError("nested too deeply")
    return value


def _refuse(name: str) -> JsonValue:
    raise ValueError(f"{name} is not JSON")


def depth(value: JsonValue, enough: int) -> int:
    """Return how many levels of lists and objects a value has, counting no further than just over `enough`."""
    level, found = [value], 0
    while level and found <= enough:
        below: list[JsonValue] = []
        for item in level:
            if isinstance(item, list):
                below += item or [None]
            elif isinstance(item, dict):
                below += item.values() or [None]
        found += bool(below)
        level = below
    return found


def parse_if_json(value: JsonValue) -> JsonValue:
    """Return the list or object that a text spells, and anything else as it is.

    Nodes do this to every text of an op's arguments since 2025-09-08 (nosana-cli, interpolateOperation).
    """
    if not isinstance(value, str):
        return value
    stripped = value.strip(SPACE)
    if stripped[:1] not in {"[", "{"}:
        return value
    try:
        return parse_json(stripped)
    except ValueError:
        return value


def json_text(value: JsonValue) -> str:
    """Return what `JSON.stringify` gives, without spaces."""
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, dict):
        return "{" + ",".join([f"{_quoted(name)}:{json_text(item)}" for name, item in value.items()]) + "}"
    if isinstance(value, list):
        return "[" + ",".join([json_text(item) for item in value]) + "]"
    if isinstance(value, int | float) and not isinstance(value, bool):
        plain = number(value)
        return plain if plain[-1].isdigit() else "null"
    return text(value)


def _quoted(value: str) -> str:
    found = _ENCODER.encode(value)
    return found if value.isascii() else _LONE_SURROGATE.sub(lambda lone: f"\\u{ord(lone[0]):04x}", found)


def well_formed(value: str) -> str:
    """Return a text with lone surrogates replaced by U+FFFD, as they are whenever JavaScript encodes it."""
    return _LONE_SURROGATE.sub("\ufffd", value)
