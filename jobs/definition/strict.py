"""Reads a text as JSON: strictly and fast where that works, else with repairs."""

from __future__ import annotations

import json
import math
import re
from typing import Final

from explorer.nosana.payloads import JsonObject, JsonValue
from jobs.definition import pointers, scanner
from jobs.definition.notes import MAX_DEPTH, Note, Notes, Reading
from jobs.definition.places import JsonPlaces

#: The largest number of JavaScript has 309 digits; one as long may be too large, and is looked at with care.
MAX_DIGITS: Final = 308
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")
_ESCAPED: Final = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")


class _Irregular(ValueError):
    """Something that only a reading with places can report."""


def read(text: str) -> Reading:
    """Return what the text holds; Unreadable when it is not JSON. About 10 µs per KB, 1 ms per KB with repairs."""
    try:
        value = _strictly(text)
    except (ValueError, RecursionError):
        return _repaired(text)
    return Reading(value, "json", JsonPlaces(text), _unstorable(text, value))


def _strictly(text: str) -> JsonValue:
    value: JsonValue = json.loads(
        text, object_pairs_hook=_members, parse_constant=_refused, parse_float=_finite, parse_int=_whole
    )
    if _is_deep(value):
        raise _Irregular
    return value


def _members(pairs: list[tuple[str, JsonValue]]) -> JsonObject:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _Irregular
    return members


def _refused(constant: str) -> JsonValue:
    raise _Irregular(constant)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise _Irregular
    return number


def _whole(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise _Irregular
    return int(digits)


def _is_deep(value: JsonValue) -> bool:
    """Say whether the value is nested too deeply; looks at it level by level."""
    level: list[JsonValue] = [value]
    for _ in range(MAX_DEPTH):
        below: list[JsonValue] = []
        for outer in level:
            if isinstance(outer, dict):
                below += [inner for inner in outer.values() if inner.__class__ is dict or inner.__class__ is list]
            elif isinstance(outer, list):
                below += [inner for inner in outer if inner.__class__ is dict or inner.__class__ is list]
        if not below:
            return False
        level = below
    return True


def _repaired(text: str) -> Reading:
    repaired = scanner.repair(text)
    value: JsonValue = json.loads(repaired.text)
    syntax = "repaired" if repaired.text != text else "json"
    notes = (*repaired.notes, *_unstorable(repaired.text, value))
    has_doubles = any(note.code == "ND005" for note in repaired.notes)
    places = JsonPlaces(repaired.text, repaired.shifts, has_doubles=has_doubles)
    return Reading(value, syntax, places, notes)


def _unstorable(text: str, value: JsonValue) -> tuple[Note, ...]:
    """Return a remark for each text with NUL or half a character pair; free when there is none."""
    if not _may_be_unstorable(text):
        return ()
    found = Notes()
    waiting: list[tuple[str, JsonValue]] = [("", value)]
    while waiting:
        pointer, inner = waiting.pop()
        if isinstance(inner, dict):
            waiting += [(pointers.join(pointer, key), member) for key, member in inner.items()]
            for key in filter(_UNSTORABLE.search, inner):
                found.add(_unstorable_note(pointers.join(pointer, key)))
        elif isinstance(inner, list):
            waiting += [(pointers.join(pointer, index), item) for index, item in enumerate(inner)]
        elif isinstance(inner, str) and _UNSTORABLE.search(inner):
            found.add(_unstorable_note(pointer))
    return found.all()


def _may_be_unstorable(text: str) -> bool:
    if "\\u" in text and _ESCAPED.search(text):
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _unstorable_note(pointer: str) -> Note:
    message = "This text holds NUL or half a character, which no command line or file can carry; remove it."
    return Note("ND012", -1, message, pointer)
