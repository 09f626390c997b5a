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
_ITEM = re.compile(r"[ \t\n\r]*,?[ \t\n\r]*(?=[^ \t\n\r\]])").match
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
    """A value: where it begins and its key does (-1 without one), and what of it was looked at so far."""

    __slots__ = ("children", "end", "is_done", "key_end", "key_start", "last", "start")

    def __init__(self, start: int, key_start: int = -1, key_end: int = -1) -> None:
        self.start, self.key_start, self.key_end = start, key_start, key_end
        self.end = -1  # not known yet
        self.children: dict[str, _Node] = {}
        self.last: _Node | None = None  # the child found last, where looking goes on
        self.is_done = False


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

    Containers are read as far as a pointer leads, once, and values on the way skipped by the C decoder. So looking up
    many pointers costs about as much as decoding the text around them a few times.
    """

    def __init__(self, text: str, shifts: Shifts | None = None, *, has_doubles: bool = False) -> None:
        self._text = text
        self._shifts = shifts
        self._has_doubles = has_doubles  # then the last of equal keys counts
        self._root = _Node(len(text) - len(text.lstrip(_SPACE)))

    def value(self, pointer: str) -> Span | None:
        """Return where the value stands, quotes and brackets included."""
        node = self._find(pointer)
        return self._given(node.start, self._end(node)) if node else None

    def key(self, pointer: str) -> Span | None:
        """Return where the member's key stands, quotes included."""
        node = self._find(pointer)
        return self._given(node.key_start, node.key_end) if node and node.key_end >= 0 else None

    def _find(self, pointer: str) -> _Node | None:
        node: _Node | None = self._root
        for part in pointers.split(pointer):
            if node is None:
                return None
            node = self._child(node, part)
        return node

    def _child(self, node: _Node, part: str) -> _Node | None:
        while not node.is_done and (self._has_doubles or part not in node.children):
            self._look_further(node)
        return node.children.get(part)

    def _look_further(self, node: _Node) -> None:
        """Find the next member or item of a container."""
        text, opening = self._text, self._text[node.start]
        at = self._end(node.last) if node.last else node.start + 1
        name, child = "", None
        if opening == "{" and (key := _KEY(text, at)):
            name = key[1] if "\\" not in key[1] else json.loads(f'"{key[1]}"')
            child = _Node(key.end(), key.start(1) - 1, key.end(1) + 1)
        elif opening == "[" and (item := _ITEM(text, at)):
            name, child = str(len(node.children)), _Node(item.end())
        if child is None:
            node.is_done = True
        else:
            node.children[name] = node.last = child

    def _end(self, node: _Node) -> int:
        if node.end < 0:
            node.end = _scan(self._text, node.start)[1]
        return node.end

    def _given(self, start: int, end: int) -> Span:
        if self._shifts is None:
            return Span(start, end)
        return Span(self._shifts.given(start), self._shifts.given(end))
