"""Where a value stands in its text: spans of JSON pointers, found only when they are asked for."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Protocol

from jobs.definition import pointers

_SPACE = " \t\n\r"
#: Reads one value of valid JSON, in C: returns it, and where it ends.
_scan = json.JSONDecoder().scan_once  # type: ignore[attr-defined] # the C scanner
_BETWEEN = re.compile(r"[ \t\n\r]*,?[ \t\n\r]*").match
_KEY = re.compile(r'[ \t\n\r]*,?[ \t\n\r]*"((?:[^"\\]|\\.)*+)"[ \t\n\r]*:[ \t\n\r]*').match


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


class _Node:
    """A value: where it begins and ends, where its key does (-1 without one), and its members once looked at."""

    __slots__ = ("children", "end", "key_end", "key_start", "start")

    def __init__(self, start: int, end: int, key_start: int = -1, key_end: int = -1) -> None:
        self.start, self.end, self.key_start, self.key_end = start, end, key_start, key_end
        self.children: dict[str, _Node] | None = None


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
        self._root = _Node(len(text) - len(text.lstrip(_SPACE)), len(text.rstrip(_SPACE)))

    def value(self, pointer: str) -> Span | None:
        """Return where the value stands, quotes and brackets included."""
        node = self._find(pointer)
        return self._given(node.start, node.end) if node else None

    def key(self, pointer: str) -> Span | None:
        """Return where the member's key stands, quotes included."""
        node = self._find(pointer)
        return self._given(node.key_start, node.key_end) if node and node.key_end >= 0 else None

    def _find(self, pointer: str) -> _Node | None:
        node: _Node | None = self._root
        for part in pointers.split(pointer):
            if node is None:
                return None
            if node.children is None:
                node.children = self._open(node.start)
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
        while key := _KEY(text, at):
            start = key.end()
            end = _scan(text, start)[1]
            name = key[1] if "\\" not in key[1] else json.loads(f'"{key[1]}"')
            found[name] = _Node(start, end, key.start(1) - 1, key.end(1) + 1)
            at = end
        return found

    def _items(self, at: int) -> dict[str, _Node]:
        text = self._text
        found: dict[str, _Node] = {}
        at = _BETWEEN(text, at).end()  # type: ignore[union-attr] # it matches nothing, too
        while text[at] != "]":
            end = _scan(text, at)[1]
            found[str(len(found))] = _Node(at, end)
            at = _BETWEEN(text, end).end()  # type: ignore[union-attr]
        return found

    def _given(self, start: int, end: int) -> Span:
        if self._shifts is None:
            return Span(start, end)
        return Span(self._shifts.given(start), self._shifts.given(end))
