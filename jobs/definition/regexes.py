"""Whether a regular expression of JavaScript can make a node hang.

Told by ambiguity: a loop in which one text can be read in two ways, so that the number of ways doubles with every
round, followed by something that can fail. The loop is turned into its automaton of positions, and two runs through it
are compared. Not seen: polynomial slowness such as `.*.*x`, loops of at most nine rounds, what needs a back-reference
or an assertion to become ambiguous, and expressions too large to compare within a fixed number of steps.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product
from typing import Final

from jobs.definition.explain.js_regex import JavaScriptError, translate
from jobs.definition.regex_nodes import Node, Ranges, parse

_MAX_POSITIONS: Final = 60
_MAX_STEPS: Final = 20_000
_LONGEST: Final = 2000


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is known about an expression: why JavaScript refuses it, and what it does otherwise."""

    refusal: str | None = None
    hangs: bool = False
    may_be_empty: bool = False  # it matches every text, mostly with nothing
    spans_lines: bool = False  # it needs something after the end of a line


@lru_cache(maxsize=1024)
def judge(source: str) -> Judgement:
    """Return what is known about an expression; never raises. About 100 µs, then remembered."""
    if len(source) > _LONGEST:
        return Judgement()
    try:
        root = parse(translate(source))
        return Judgement(None, _can_hang(root, can_fail=False), _is_idle(root), _spans_lines(root))
    except JavaScriptError as problem:
        return Judgement(refusal=str(problem))
    except RecursionError:
        return Judgement()


def _is_idle(root: Node) -> bool:
    """Say whether it matches anywhere with nothing, and does not take whole lines instead."""
    return root.is_nullable and not any(part.is_endless and _is_everything(part) for part in _top(root))


def _is_everything(node: Node) -> bool:
    if node.kind == "set":
        return sum(high - low for low, high in node.ranges) > 0x100000
    return any(_is_everything(part) for part in node.parts)


def _spans_lines(root: Node) -> bool:
    """Say whether something must follow an end of line: nodes look at one line at a time."""
    after_end = False
    for part in _top(root):
        if after_end and not part.is_nullable and part.kind != "assertion":
            return True
        after_end = after_end or (part.kind == "set" and part.ranges == ((10, 10),))
    return False


def _top(node: Node) -> list[Node]:
    """Return the pieces of a sequence, groups without alternatives opened."""
    if node.kind == "sequence":
        return [inner for part in node.parts for inner in _top(part)]
    return [node]


def _can_hang(node: Node, *, can_fail: bool) -> bool:
    if node.kind == "sequence":
        for part in reversed(node.parts):
            if _can_hang(part, can_fail=can_fail):
                return True
            can_fail = can_fail or not part.is_nullable
        return False
    if node.kind == "assertion":
        return any(_can_hang(part, can_fail=False) for part in node.parts)
    if node.is_endless and can_fail and _is_intricate(node.parts[0]) and _is_ambiguous(node):
        return True
    return any(_can_hang(part, can_fail=can_fail) for part in node.parts)


def _is_intricate(node: Node) -> bool:
    """Say whether there is anything in a loop that could make it ambiguous."""
    return node.kind in ("loop", "choice") or any(_is_intricate(part) for part in node.parts)


@dataclass(slots=True)
class _Positions:
    """The automaton of positions: which may follow which, and in how many ways (Glushkov's construction)."""

    ranges: list[Ranges] = field(default_factory=list)
    follows: dict[int, dict[int, int]] = field(default_factory=dict)

    def build(self, node: Node) -> tuple[bool, list[int], list[int]]:
        """Return whether the node may be nothing, and where it may begin and end."""
        if node.kind in ("set", "assertion"):
            self.ranges.append(node.ranges)
            here = [len(self.ranges) - 1]
            return False, here, here
        if node.kind == "choice":
            found = [self.build(part) for part in node.parts]
            return (
                any(nullable for nullable, _, _ in found),
                [position for _, first, _ in found for position in first],
                [position for _, _, last in found for position in last],
            )
        return self._loop(node) if node.kind == "loop" else self._sequence(node)

    def _loop(self, node: Node) -> tuple[bool, list[int], list[int]]:
        nullable, first, last = self.build(node.parts[0])
        if node.is_endless:
            self._join(last, first)
        return nullable or node.least == 0, first, last

    def _sequence(self, node: Node) -> tuple[bool, list[int], list[int]]:
        nullable, first, last = True, list[int](), list[int]()
        for part in node.parts:
            is_nothing, begins, ends = self.build(part)
            self._join(last, begins)
            first = first + begins if nullable else first
            last = last + ends if is_nothing else ends
            nullable = nullable and is_nothing
        return nullable, first, last

    def _join(self, last: list[int], first: list[int]) -> None:
        for before, after in product(last, first):
            ways = self.follows.setdefault(before, {})
            ways[after] = ways.get(after, 0) + 1


def _is_ambiguous(loop: Node) -> bool:
    """Say whether two runs through the loop can part and meet again over the same text."""
    if _size(loop) > _MAX_POSITIONS:
        return False
    automaton = _Positions()
    automaton.build(loop)
    if any(ways > 1 for following in automaton.follows.values() for ways in following.values()):
        return True
    return _runs_part_and_meet(automaton)


def _runs_part_and_meet(automaton: _Positions) -> bool:
    size = len(automaton.ranges)
    waiting = [(position, position) for position in range(size)]
    seen, steps = set(waiting), 0
    while waiting:
        one, other = waiting.pop()
        for pair in product(automaton.follows.get(one, ()), automaton.follows.get(other, ())):
            steps += 1
            if steps > _MAX_STEPS:
                return False
            if pair[0] == pair[1]:
                if one != other:
                    return True
            elif pair not in seen and _overlap(automaton.ranges[pair[0]], automaton.ranges[pair[1]]):
                seen.add(pair)
                waiting.append(pair)
    return False


def _overlap(some: Ranges, others: Ranges) -> bool:
    return any(low <= end and start <= high for low, high in some for start, end in others)


def _size(node: Node) -> int:
    return sum(_size(part) for part in node.parts) + (node.kind in ("set", "assertion"))
