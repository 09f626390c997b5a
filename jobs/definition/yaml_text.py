"""Reads YAML 1.2 as the values JSON has, with places. Aliases are followed within bounds; other tags are refused."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from explorer.nosana.payloads import JsonValue
from jobs.definition import pointers
from jobs.definition.notes import MAX_DEPTH, Note, Notes, Reading, Unreadable, doubled, no_number, too_deep
from jobs.definition.places import Span

#: How many values aliases may stand for altogether: more is a bomb, not a definition.
MAX_ALIASED: Final = 10_000
#: The longest text read, in characters: reading YAML takes a hundred times as long as JSON.
LONGEST: Final = 300_000
_CORE: Final = "tag:yaml.org,2002:"
_TEXT_TAGS: Final = {"!", f"{_CORE}str"}
_KNOWN_TAGS: Final = {None, *_TEXT_TAGS, *(f"{_CORE}{kind}" for kind in ("int", "float", "bool", "null", "map", "seq"))}
_CONSTANTS: Final[dict[str, bool | None]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_WHOLE: Final = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_DECIMAL: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_NUMBER: Final = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")


class YamlPlaces:
    """Places in a YAML text, noted while it was read; what an alias stands for is found at the alias."""

    def __init__(self) -> None:
        self.values: dict[str, Span] = {}
        self.keys: dict[str, Span] = {}

    def value(self, pointer: str) -> Span | None:
        """Return where the value stands; a block ends where the next token begins."""
        return self.values.get(pointer)

    def key(self, pointer: str) -> Span | None:
        """Return where the member's key stands, quotes included."""
        return self.keys.get(pointer)


def read(text: str) -> Reading:
    """Return what the text holds; Unreadable when it is not one YAML document. About 5 ms per KB."""
    if len(text) > LONGEST:
        raise Unreadable("ND001", 0, f"YAML of more than {LONGEST:,} characters is not read; write it as JSON.")
    builder = _Builder(text)
    try:
        value = builder.document()
    except MarkedYAMLError as problem:
        raise _not_yaml(problem.problem, problem.problem_mark or problem.context_mark) from None
    except ReaderError as problem:
        raise Unreadable("ND002", 0, f"YAML cannot hold the character U+{problem.character:04X}.") from None
    except (YAMLError, ValueError) as problem:
        raise Unreadable("ND002", 0, f"The text is neither JSON nor YAML ({type(problem).__name__}).") from None
    notes = (Note("ND013", 0, _IS_YAML), *builder.notes.all())
    return Reading(value, "yaml", builder.places, notes)


_IS_YAML: Final = "This is YAML; the network's command line posts it, but its validator and its APIs read only JSON."


def _not_yaml(problem: str | None, mark: Any) -> Unreadable:
    reason = (problem or "it ends too early")[:100]
    return Unreadable("ND002", mark.index if mark else 0, f"The text is neither JSON nor YAML: {reason}.")


class _Builder:
    def __init__(self, text: str) -> None:
        self._events: Iterator[Any] = iter(YAML(typ="safe", pure=True).parse(text))
        self._anchors: dict[str, tuple[JsonValue, int]] = {}
        self._aliased = 0
        self._count = 0
        self.places = YamlPlaces()
        self.notes = Notes()

    def document(self) -> JsonValue:
        """Read the one document of the text."""
        next(self._events)  # the stream's start
        event = next(self._events)
        if not isinstance(event, DocumentStartEvent):
            raise Unreadable("ND002", 0, "The text is empty; a definition is a JSON object.")
        value = self._value(next(self._events), "", 0)
        next(self._events)  # the document's end
        event = next(self._events)
        if isinstance(event, DocumentStartEvent):
            raise Unreadable("ND002", event.start_mark.index, "A second YAML document begins here; keep one only.")
        return value

    def _value(self, event: Any, pointer: str, depth: int) -> JsonValue:
        if isinstance(event, AliasEvent):
            return self._alias(event, pointer)
        start, before = event.start_mark.index, self._count
        self._count += 1
        if event.tag not in _KNOWN_TAGS:
            raise Unreadable(
                "ND014", start, f"The YAML tag {event.tag[:40]} has no meaning in a definition; remove it."
            )
        value, end = self._content(event, pointer, depth)
        self.places.values[pointer] = Span(start, end)
        if event.anchor is not None:
            self._anchors[event.anchor] = value, self._count - before
        return value

    def _content(self, event: Any, pointer: str, depth: int) -> tuple[JsonValue, int]:
        if isinstance(event, ScalarEvent):
            return _scalar(event), event.end_mark.index
        if depth == MAX_DEPTH:
            raise too_deep(event.start_mark.index)
        if isinstance(event, SequenceStartEvent):
            return self._items(pointer, depth + 1)
        return self._members(pointer, depth + 1)

    def _items(self, pointer: str, depth: int) -> tuple[JsonValue, int]:
        items: list[JsonValue] = []
        while not isinstance(event := next(self._events), SequenceEndEvent):
            items.append(self._value(event, pointers.join(pointer, len(items)), depth))
        return items, event.end_mark.index

    def _members(self, pointer: str, depth: int) -> tuple[JsonValue, int]:
        members: dict[str, JsonValue] = {}
        while not isinstance(event := next(self._events), MappingEndEvent):
            key = self._key(event)
            inner = pointers.join(pointer, key)
            if key in members:
                self.notes.add(doubled(event.start_mark.index, inner, key))
            self.places.keys[inner] = Span(event.start_mark.index, event.end_mark.index)
            members[key] = self._value(next(self._events), inner, depth)
        return members, event.end_mark.index

    def _key(self, event: Any) -> str:
        if not isinstance(event, ScalarEvent) or event.anchor is not None or event.tag not in _KNOWN_TAGS:
            raise Unreadable("ND014", event.start_mark.index, "A key must be plain text here, not a list or an alias.")
        if event.value == "<<" and event.style is None:
            raise Unreadable("ND014", event.start_mark.index, "YAML 1.2 has no merge key <<; write the members out.")
        return str(event.value)

    def _alias(self, event: AliasEvent, pointer: str) -> JsonValue:
        start = event.start_mark.index
        if event.anchor not in self._anchors:
            raise Unreadable("ND014", start, "This alias stands for nothing, or for what contains it.")
        value, count = self._anchors[event.anchor]
        self._aliased += count
        self._count += count
        if self._aliased > MAX_ALIASED:
            raise Unreadable("ND014", start, f"Aliases stand for more than {MAX_ALIASED} values; write them out.")
        self.places.values[pointer] = Span(start, event.end_mark.index)
        return value


def _scalar(event: ScalarEvent) -> JsonValue:
    """Return a scalar by the core schema of YAML 1.2: yes, no, on and off are text, as are dates."""
    written: str = event.value
    if event.tag in _TEXT_TAGS or (event.style is not None and event.tag is None):
        return written
    if written in _CONSTANTS:
        return _CONSTANTS[written]
    if _WHOLE.fullmatch(written) and len(written) < 300:
        return int(written, 0) if written[:2] in ("0o", "0x") else int(written)
    if _NOT_NUMBER.fullmatch(written):
        raise no_number(event.start_mark.index, written)
    if _DECIMAL.fullmatch(written):
        return _finite(written, event.start_mark.index)
    return written


def _finite(written: str, offset: int) -> float:
    number = float(written)
    if not math.isfinite(number):
        raise no_number(offset, written)
    return number
