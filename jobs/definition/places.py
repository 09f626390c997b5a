"""Where a value stands in its text: spans of JSON pointers, found only when they are asked for."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Protocol

from jobs.definition import pointers

_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"[ \t\n\r]*")


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a text: 0-based offset in characters, 1-based line and column."""

    offset: int
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a text, by offsets in characters; `end` is the first one after it."""

    start: int
    end: int


class Places(Protocol):
    """What knows where each value stands."""

    def value(self, pointer: str) -> Span | None:
        """Return where the value stands, or None if there is no such value."""

    def key(self, pointer: str) -> Span | None:
        """Return where the member's key stands; None for the root, for items of lists and for what is not there."""


class Nowhere:
    """The places of a text that could not be read."""

    def value(self, pointer: str) -> Span | None:
        """Return None."""
        return None

    def key(self, pointer: str) -> Span | None:
        """Return None."""
        return None


@dataclass(slots=True)
class _Node:
    value: Span
    key: Span | None = None
    children: dict[str, _Node] | None = None


@dataclass(slots=True)
class Shifts:
    """How offsets in a repaired text relate to those in the text as given: from `at[i]` on they are `to[i]` and up."""

    at: list[int] = field(default_factory=lambda: [0])
    to: list[int] = field(default_factory=lambda: [0])

    def add(self, repaired: int, given: int) -> None:
        """Say that offset `repaired` and those after it stand at `given` and after it."""
        self.at.append(repaired)
        self.to.append(given)

    def given(self, offset: int) -> int:
        """Return the offset in the text as given."""
        index = bisect_right(self.at, offset) - 1
        return self.to[index] + offset - self.at[index]


class JsonPlaces:
    """Places in a JSON text that is known to be valid and not deep.

    A container is looked into when a pointer first leads through it: one pass over its members, each value skipped by
    the C decoder. So looking up k pointers costs about depth passes over the text around them, not k.
    """

    def __init__(self, text: str, shifts: Shifts | None = None) -> None:
        self._text = text
        self._shifts = shifts
        start = _after_space(text, 0)
        self._root = _Node(Span(start, len(text.rstrip(" \t\n\r"))))

    def value(self, pointer: str) -> Span | None:
        """Return where the value stands, quotes and brackets included."""
        node = self._find(pointer)
        return self._given(node.value) if node else None

    def key(self, pointer: str) -> Span | None:
        """Return where the member's key stands, quotes included."""
        node = self._find(pointer)
        return self._given(node.key) if node and node.key else None

    def _find(self, pointer: str) -> _Node | None:
        node: _Node | None = self._root
        for part in pointers.split(pointer):
            if node is None:
                return None
            if node.children is None:
                node.children = self._open(node.value.start)
            node = node.children.get(part)
        return node

    def _open(self, start: int) -> dict[str, _Node]:
        opening = self._text[start]
        if opening == "{":
            return self._members(start + 1)
        return self._items(start + 1) if opening == "[" else {}

    def _members(self, at: int) -> dict[str, _Node]:
        text = self._text
        found: dict[str, _Node] = {}
        at = _after_space(text, at)
        while text[at] != "}":
            name, end = _DECODER.raw_decode(text, at)
            start = _after_space(text, _after_space(text, end) + 1)  # the colon
            _, after = _DECODER.raw_decode(text, start)
            found[name] = _Node(Span(start, after), Span(at, end))
            at = _after_comma(text, after)
        return found

    def _items(self, at: int) -> dict[str, _Node]:
        text = self._text
        found: dict[str, _Node] = {}
        at = _after_space(text, at)
        while text[at] != "]":
            _, after = _DECODER.raw_decode(text, at)
            found[str(len(found))] = _Node(Span(at, after))
            at = _after_comma(text, after)
        return found

    def _given(self, span: Span) -> Span:
        if self._shifts is None:
            return span
        return Span(self._shifts.given(span.start), self._shifts.given(span.end))


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _after_comma(text: str, at: int) -> int:
    at = _after_space(text, at)
    return _after_space(text, at + 1) if text[at] == "," else at
