"""The structure of a regular expression, read from what `explain.js_regex` makes of one of JavaScript."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, Literal

Ranges = tuple[tuple[int, int], ...]
#: From so many possible rounds on, a loop counts as one without end.
MANY: Final = 10
_QUANTIFIER: Final = re.compile(r"(?:[*+?]|\{(\d+)(?:(,)(\d*))?\})\??")
_ASSERTION: Final = re.compile(r"\\[AZbB]")
_REFERENCE: Final = re.compile(r"\(\?:\(\?\(\d+\)\\g<\d+>\|\)\)")
_ANY: Final = re.compile(r"\(\?s:\.\)")
_CLASS: Final = re.compile(r"\[(\^?)([^\]]*)\]")
_RANGE: Final = re.compile(r"(\\U[0-9a-f]{8}|[A-Za-z0-9])(?:-(\\U[0-9a-f]{8}|[A-Za-z0-9]))?")
_OPENING: Final = re.compile(r"\((?:\?(?:[:=!]|<[=!]))?")
_LAST: Final = 0x10FFFF


@dataclass(slots=True)
class Node:
    """A piece of an expression: characters, an assertion, a sequence, alternatives, or a loop."""

    kind: Literal["set", "assertion", "sequence", "choice", "loop"]
    parts: list[Node] = field(default_factory=list)
    ranges: Ranges = ()
    least: int = 1
    most: int | None = 1

    @property
    def is_nullable(self) -> bool:
        """Say whether it can match nothing; assertions are taken for something."""
        if self.kind == "sequence":
            return all(part.is_nullable for part in self.parts)
        if self.kind == "choice":
            return any(part.is_nullable for part in self.parts)
        return self.kind == "loop" and (self.least == 0 or self.parts[0].is_nullable)

    @property
    def is_endless(self) -> bool:
        """Say whether it is a loop of many rounds."""
        return self.kind == "loop" and (self.most is None or self.most >= MANY)


def parse(translated: str) -> Node:
    """Return the structure of an expression that `js_regex.translate` returned. RecursionError for absurd nesting."""
    parser = _Parser(translated)
    return parser.choice()


class _Parser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0

    def choice(self) -> Node:
        """Read alternatives up to a closing bracket or the end."""
        parts = [self._sequence()]
        while self.source.startswith("|", self.at):
            self.at += 1
            parts.append(self._sequence())
        return parts[0] if len(parts) == 1 else Node("choice", parts)

    def _sequence(self) -> Node:
        parts: list[Node] = []
        while self.at < len(self.source) and self.source[self.at] not in "|)":
            parts.append(self._quantified(self._atom()))
        return parts[0] if len(parts) == 1 else Node("sequence", parts)

    def _quantified(self, atom: Node) -> Node:
        found = _QUANTIFIER.match(self.source, self.at)
        if not found:
            return atom
        self.at = found.end()
        if found[1] is None:
            sign = found[0][0]
            return Node("loop", [atom], least=int(sign == "+"), most=1 if sign == "?" else None)
        least = int(found[1])
        most = least if not found[2] else int(found[3]) if found[3] else None
        return Node("loop", [atom], least=least, most=most)

    def _atom(self) -> Node:
        if self._take(_ASSERTION) or self._take(_REFERENCE):
            return Node("assertion")
        if self._take(_ANY):
            return Node("set", ranges=((0, _LAST),))
        found = self._take(_CLASS)
        if found:
            return Node("set", ranges=_class(found[2], is_negated=bool(found[1])))
        found = self._take(_OPENING)
        if found:
            return self._group(found[0])
        found = self._take(_RANGE)
        code = _code(found[1]) if found else ord(self.source[self.at])
        self.at += 0 if found else 1
        return Node("set", ranges=((code, code),))

    def _group(self, opening: str) -> Node:
        inside = self.choice()
        self.at += 1  # the closing bracket
        return inside if opening in ("(", "(?:") else Node("assertion", [inside])

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.source, self.at)
        if found:
            self.at = found.end()
        return found


def _class(inside: str, *, is_negated: bool) -> Ranges:
    ranges = sorted((_code(low), _code(high or low)) for low, high in _RANGE.findall(inside))
    if not is_negated:
        return tuple(ranges)
    gaps, start = [], 0
    for low, high in ranges:
        if start < low:
            gaps.append((start, low - 1))
        start = max(start, high + 1)
    return (*gaps, (start, _LAST)) if start <= _LAST else tuple(gaps)


def _code(written: str) -> int:
    return int(written[2:], 16) if len(written) > 1 else ord(written)
