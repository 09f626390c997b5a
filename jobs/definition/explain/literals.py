"""Literals such as `%%global.job%%` and `%%ops.ID.results.KEY%%`, found and replaced exactly as nodes do.

The rules, oddities included, are those of nosana-cli, interpolateOperation. A part between dots may hold anything but
a dot, so that a literal can swallow text up to the next `%%`: the node then fails, and so it is shown here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, cast

from explorer.nosana import javascript
from explorer.nosana.payloads import JsonValue

#: `%%ops.ID.path%%` and `%%global.variables.NAME%%`: three parts, the last of which may have more dots.
DOTTED: Final = re.compile(r"%%(ops|global)\.([^.]+)\.([A-Za-z0-9._-]+)%%")
#: `%%global.job%%` and `%%globals.job%%`.
SHORT: Final = re.compile(r"%%(global|globals)\.([^.]+)%%")
#: How much text literals may be replaced by, so that one small definition cannot fill the memory.
ROOM: Final = 2_000_000
#: How many levels of lists within texts within lists are unpacked.
_LEVELS: Final = 150


class Pending:
    """The type of PENDING: a value that there will be, but that is not known here."""


PENDING: Final = Pending()
Known = JsonValue | Pending
#: What literals lead to: the values of `global`, and those of each op by id.
Globals = Mapping[str, Known | Mapping[str, JsonValue]]
Ops = Mapping[str, Mapping[str, Known | Mapping[str, Known]]]


def has_literal(value: str) -> bool:
    """Say whether a node would look anything up for this text."""
    return "%%" in value and bool(DOTTED.search(value) or SHORT.search(value))


@dataclass(slots=True)
class Resolver:
    """Replaces literals of one op by what they stand for.

    A literal without a value stays as it is: it is in `failures`, with what the node says as it fails, or in
    `pending`, if only this explanation does not know its value.
    """

    global_values: Globals
    ops: Ops
    failures: list[str] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)
    room: int = ROOM

    def replace(self, source: str) -> JsonValue:
        """Return what stands for a text: any value where it is one whole literal, else a text."""
        if "%%" not in source:
            return source
        whole = DOTTED.fullmatch(source)
        if whole:
            return _unpacked(self._dotted(whole))
        whole = SHORT.fullmatch(source)
        if whole:
            return self._short(whole)
        return SHORT.sub(self._short_text, DOTTED.sub(self._dotted_text, source))

    def _dotted(self, found: re.Match[str]) -> JsonValue:
        kind, name, path = found.groups()
        base: object = self.global_values if kind == "global" else self.ops
        value = _walk(base, [name, *path.split(".")])
        is_missing = value is None or (kind == "global" and value == "")
        said = f'key="{name}.{path}"' if kind == "global" else f'opId="{name}", path="{path}"'
        return self._known(found[0], None if is_missing else value, said)

    def _short(self, found: re.Match[str]) -> JsonValue:
        value = _walk(self.global_values, [found[2]])
        return self._known(found[0], None if value == "" else value, f'key="{found[2]}"')

    def _known(self, literal: str, value: object, said: str) -> JsonValue:
        if isinstance(value, Pending):
            self.pending.append(literal)
        elif value is None:
            self.failures.append(f'Unresolved literal: "{literal}" ({said})')
        elif self.room < 0:
            self.failures = self.failures or ["The values of its literals are too long to be shown."]
        else:
            known = cast(JsonValue, value)  # what is neither pending nor missing came from JSON
            self.room -= len(spaced(known))
            return known
        return literal

    def _dotted_text(self, found: re.Match[str]) -> str:
        return spaced(self._dotted(found))

    def _short_text(self, found: re.Match[str]) -> str:
        return spaced(self._short(found))


def _walk(value: object, parts: list[str]) -> object:
    """Follow a path as JavaScript's brackets do, into lists and texts too; None where it leads nowhere."""
    for part in parts:
        if isinstance(value, Pending):
            return value
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list | str):
            value = len(value) if part == "length" else _item(value, part)
        else:
            return None
    return value


def _item(value: list[JsonValue] | str, part: str) -> JsonValue:
    index = int(part) if part.isascii() and part.isdigit() and len(part) < 10 else len(value)
    return value[index] if index < len(value) and str(index) == part else None


def _unpacked(value: JsonValue) -> JsonValue:
    if isinstance(value, list):
        return [javascript.parse_if_json(item) for item in value]
    return javascript.parse_if_json(value)


def tokens(value: JsonValue, levels: int = _LEVELS) -> list[JsonValue]:
    """Return the items of a list, and of the lists in it and in its texts, as one list without nulls."""
    unpacked = javascript.parse_if_json(value)
    if isinstance(unpacked, list) and levels:
        return [token for item in unpacked for token in tokens(item, levels - 1)]
    return [] if unpacked is None else [unpacked]


def spaced(value: JsonValue) -> str:
    """Return a value as text: lists joined by spaces, objects as "[object Object]"."""
    if isinstance(value, str) and value[:1] not in javascript.SPACE + "[{":
        return value
    return " ".join(map(javascript.text, tokens(value)))
