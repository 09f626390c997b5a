"""The lines of a difference: what was taken away, what came, a little of what stayed around it. Pure Python.

Values come without their secrets. Lines are cut, and counted where they are left out: a page has an end.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import takewhile
from typing import Final, Literal

from explorer.nosana.payloads import JsonValue

#: "…" stands for lines that are left out; its text says how many.
Sign = Literal["+", "-", " ", "…"]
#: Lines of one difference.
LINES: Final = 120
#: Unchanged lines before and after a change, and unchanged characters within a line.
AROUND: Final = 2
AROUND_CHARACTERS: Final = 60
#: Characters of a piece of a line.
LONGEST: Final = 1000
#: Texts with more pairs of lines are not aligned line by line: it takes too long.
_MOST: Final = 250_000
_TOKEN: Final = re.compile(r"\w+|\s+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a line; `is_changed` where only this part of it differs."""

    text: str
    is_changed: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A line with its sign, in pieces."""

    sign: Sign
    pieces: tuple[Piece, ...]

    @property
    def word(self) -> str:
        """What the sign says, for those who hear the page."""
        return {"+": "new", "-": "old", " ": "same", "…": "left out"}[self.sign]

    @property
    def css(self) -> str:
        """The class of the line."""
        return {"+": "add", "-": "del", " ": "same", "…": "gap"}[self.sign]


def value_lines(value: JsonValue, sign: Sign) -> tuple[Line, ...]:
    """Return a value that came or went: JSON laid out, a text of several lines as it is."""
    return _some([_plain(sign, text) for text in _written(value)])


def changed_lines(old: JsonValue, new: JsonValue) -> tuple[Line, ...]:
    """Return what a value was and what it is; of texts of several lines, the lines that differ."""
    if isinstance(old, str) and isinstance(new, str) and ("\n" in old or "\n" in new):
        return text_lines(old, new)
    was, now = _written(old), _written(new)
    if len(was) == len(now) == 1:
        return _pair(was[0], now[0])
    return _some([*(_plain("-", text) for text in was), *(_plain("+", text) for text in now)])


def text_lines(old: str, new: str) -> tuple[Line, ...]:
    """Return how two texts differ, line by line; () where they are equal."""
    was, now = old.splitlines(), new.splitlines()
    if was == now:  # only how their lines end differs, or whether the last one does
        return () if old == new else (_plain("-", json.dumps(old[-20:])), _plain("+", json.dumps(new[-20:])))
    return _some(_aligned(was, now))


def _written(value: JsonValue) -> list[str]:
    if isinstance(value, str) and "\n" in value:
        return value.splitlines()
    return json.dumps(value, indent=2, ensure_ascii=False).splitlines()


def _aligned(was: list[str], now: list[str]) -> Iterator[Line]:
    for tag, first, last, begin, end in _blocks(was, now):
        if tag == "equal":
            yield from _around(was[first:last], is_first=first == 0, is_last=last == len(was) and end == len(now))
        elif last - first == end - begin:
            pairs = [_pair(*pair) for pair in zip(was[first:last], now[begin:end], strict=True)]
            yield from (line for pair in pairs for line in pair[:1])
            yield from (line for pair in pairs for line in pair[1:])
        else:
            yield from (_plain("-", text) for text in was[first:last])
            yield from (_plain("+", text) for text in now[begin:end])


def _blocks(was: list[str], now: list[str]) -> list[tuple[str, int, int, int, int]]:
    """Return what became of which lines, as difflib's opcodes: without what both begin and end with it is quick."""
    head = _common(was, now)
    tail = _common(was[head:][::-1], now[head:][::-1])
    middle = (was[head : len(was) - tail], now[head : len(now) - tail])
    found: list[tuple[str, int, int, int, int]] = [("equal", 0, head, 0, head)] if head else []
    if len(middle[0]) * len(middle[1]) > _MOST:
        found.append(("replace", head, len(was) - tail, head, len(now) - tail))
    else:
        codes = SequenceMatcher(None, *middle, autojunk=False).get_opcodes()
        found += [(tag, a + head, b + head, c + head, d + head) for tag, a, b, c, d in codes]
    return [*found, ("equal", len(was) - tail, len(was), len(now) - tail, len(now))] if tail else found


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """Return with how many equal items two lists begin."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _around(same: list[str], *, is_first: bool, is_last: bool) -> Iterator[Line]:
    """Yield the unchanged lines next to a change, and how many are between."""
    before, after = 0 if is_first else AROUND, 0 if is_last else AROUND
    if len(same) <= before + after + 1:
        yield from (_plain(" ", text) for text in same)
        return
    yield from (_plain(" ", text) for text in same[:before])
    yield _left_out(len(same) - before - after, "unchanged line")
    yield from (_plain(" ", text) for text in same[len(same) - after :])


def _pair(old: str, new: str) -> tuple[Line, ...]:
    """Return a line that became another, with the words marked that differ; of long equal parts only the ends."""
    was, now = _TOKEN.findall(old), _TOKEN.findall(new)
    head = _common(was, now)
    tail = _common(was[head:][::-1], now[head:][::-1])
    begin, end = "".join(was[:head]), "".join(was[len(was) - tail :])
    if len(begin) + len(end) < 3:  # nothing but quotes in common
        return (_plain("-", old), _plain("+", new))
    if len(begin) > AROUND_CHARACTERS * 2:
        begin = f"… {begin[-AROUND_CHARACTERS:]}"
    if len(end) > AROUND_CHARACTERS * 2:
        end = f"{end[:AROUND_CHARACTERS]} …"
    gone, come = ("".join(tokens[head : len(tokens) - tail]) for tokens in (was, now))
    return (Line("-", _pieces(begin, gone, end)), Line("+", _pieces(begin, come, end)))


def _pieces(begin: str, changed: str, end: str) -> tuple[Piece, ...]:
    found = (Piece(begin), Piece(_cut(changed), is_changed=True), Piece(end))
    return tuple(piece for piece in found if piece.text)


def _plain(sign: Sign, text: str) -> Line:
    return Line(sign, (Piece(_cut(text)),))


def _cut(text: str) -> str:
    left = len(text) - LONGEST
    return text if left <= 0 else f"{text[:LONGEST]} … {left:,} more characters"


def _left_out(count: int, what: str) -> Line:
    return Line("…", (Piece(f"{count:,} {what}{'' if count == 1 else 's'}"),))


def _some(lines: Iterable[Line]) -> tuple[Line, ...]:
    found = list(lines)
    if len(found) <= LINES + 1:
        return tuple(found)
    return (*found[:LINES], _left_out(len(found) - LINES, "more line"))
