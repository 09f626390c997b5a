"""Reads the YAML of compose files: anchors and merge keys, but no bombs; every scalar as it is written.

Compose writes most values into texts, so that 8080, "8080" and 1.10 have to stay what they are; only null, true and
false are told apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from explorer.nosana.payloads import JsonObject, JsonValue

#: The longest text read, in characters: reading takes about 5 ms for each thousand.
LIMIT: Final = 100_000
#: How many values a file may have once its aliases are followed.
_MOST: Final = 20_000
_DEEPEST: Final = 40
_CONSTANTS: Final[dict[str, bool | None]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


class TreeError(ValueError):
    """The text is not YAML, or it is too much; the message says which, and where."""


def load(text: str) -> JsonValue:
    """Return what the first document of a YAML text holds; TreeError when it cannot be read."""
    if len(text) > LIMIT:
        raise TreeError(f"It is longer than {LIMIT:,} characters.")
    try:
        return _Reader(text).document()
    except MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        where = f" in line {mark.line + 1}" if mark else ""
        raise TreeError(f"It is not YAML: {str(problem.problem or 'it ends too early')[:100]}{where}.") from None
    except YAMLError as problem:
        raise TreeError(f"It is not YAML ({type(problem).__name__}).") from None


class _Reader:
    def __init__(self, text: str) -> None:
        self.events: Iterator[Any] = iter(YAML(typ="safe", pure=True).parse(text))
        self.anchors: dict[str, tuple[JsonValue, int]] = {}
        self.count = 0

    def document(self) -> JsonValue:
        """Return the first document, None without one."""
        next(self.events)  # the stream's start
        if not isinstance(next(self.events), DocumentStartEvent):
            return None
        return self._value(next(self.events), 0)

    def _value(self, event: Any, depth: int) -> JsonValue:
        before = self.count
        self._counted(1)
        if depth > _DEEPEST:
            raise TreeError("It is nested too deeply.")
        if isinstance(event, AliasEvent):
            return self._alias(event)
        value = self._content(event, depth)
        if event.anchor is not None:
            self.anchors[event.anchor] = value, self.count - before
        return value

    def _counted(self, more: int) -> None:
        self.count += more
        if self.count > _MOST:
            raise TreeError(f"With its aliases it has more than {_MOST:,} values.")

    def _content(self, event: Any, depth: int) -> JsonValue:
        if isinstance(event, SequenceStartEvent):
            items: list[JsonValue] = []
            while not isinstance(inner := next(self.events), SequenceEndEvent):
                items.append(self._value(inner, depth + 1))
            return items
        return self._members(depth) if isinstance(event, MappingStartEvent) else _scalar(event)

    def _members(self, depth: int) -> JsonObject:
        found: JsonObject = {}
        merged: JsonObject = {}
        while not isinstance(event := next(self.events), MappingEndEvent):
            key = self._value(event, depth + 1)
            value = self._value(next(self.events), depth + 1)
            if isinstance(event, ScalarEvent) and event.value == "<<" and event.style is None:
                for base in reversed(value if isinstance(value, list) else [value]):
                    merged |= base if isinstance(base, dict) else {}
            elif isinstance(event, ScalarEvent):
                found[str(event.value)] = value
            elif isinstance(key, str):
                found[key] = value
        return merged | found

    def _alias(self, event: AliasEvent) -> JsonValue:
        """Return what an alias stands for; it stands for nothing where it is within what it names."""
        if event.anchor not in self.anchors:
            raise TreeError("It has an alias that stands for nothing, or for what contains it.")
        value, count = self.anchors[event.anchor]
        self._counted(count)
        return value


def _scalar(event: ScalarEvent) -> JsonValue:
    written = str(event.value)
    is_plain = event.style is None and event.tag is None
    return _CONSTANTS[written] if is_plain and written in _CONSTANTS else written
