"""Finding a text or a regular expression of JavaScript in a packed log, within a time. Pure Python."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import regex

from jobs.definition.explain.js_regex import JavaScriptError, translate
from jobs.logs.packed import texts

#: So much of the processor a search may take, in seconds; one that takes longer shows what it found by then.
BUDGET: Final = 0.5
#: And so long one line by the clock, because some expressions would never end.
PATIENCE: Final = 1.0

Place = tuple[int, int]


class BadPattern(ValueError):
    """The pattern is no regular expression, or too large for one."""


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for, in any case of letters unless `is_exact`."""

    text: str
    is_regex: bool = False
    is_exact: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """The numbers of the lines that were hit; `is_cut` when the time was over before the end."""

    lines: tuple[int, ...]
    is_cut: bool = False


def find(
    packed: bytes | memoryview,
    query: Query,
    *,
    op: str | None = None,
    stream: str | None = None,
    budget: float = BUDGET,
) -> Found:
    """Return the lines that a query hits, of one op or stream if asked; raises BadPattern."""
    end = time.thread_time() + budget
    is_hit: Callable[[str], object] = _by_pattern(query) if query.is_regex else _by_text(query)
    lines: list[int] = []
    try:
        for number, text in texts(packed, op=op, stream=stream):
            if is_hit(text):
                lines.append(number)
            if number % 256 == 0 and time.thread_time() > end:
                return Found(tuple(lines), is_cut=True)
    except TimeoutError:
        return Found(tuple(lines), is_cut=True)
    return Found(tuple(lines))


def _by_text(query: Query) -> Callable[[str], bool]:
    """Return a test for a text; ten times as quick as a pattern's."""
    if query.is_exact:
        return lambda text: query.text in text
    lowered = query.text.lower()
    return lambda text: lowered in text.lower()


def _by_pattern(query: Query) -> Callable[[str], object]:
    pattern = _compiled(query)
    return lambda text: pattern.search(text, timeout=PATIENCE)


@dataclass(slots=True)
class Marker:
    """Says where a query hits texts; gives up for good when one text takes too long."""

    pattern: regex.Pattern[str]
    is_over: bool = False

    def __call__(self, text: str) -> Iterator[Place]:
        """Yield first and last character of each hit, none of them empty."""
        try:
            for hit in () if self.is_over else self.pattern.finditer(text, timeout=PATIENCE):
                if hit.end() > hit.start():
                    yield hit.span()
        except TimeoutError:
            self.is_over = True


def marker(query: Query) -> Marker:
    """Return what says where a query hits; raises BadPattern."""
    return Marker(_compiled(query))


def _compiled(query: Query) -> regex.Pattern[str]:
    flags = 0 if query.is_exact else regex.IGNORECASE
    try:
        if query.is_regex:
            return regex.compile(translate(query.text), flags | regex.VERSION0 | regex.ASCII)
        return regex.compile(regex.escape(query.text, special_only=True), flags)
    except JavaScriptError as problem:
        raise BadPattern(str(problem)) from problem
    except (regex.error, OverflowError, RecursionError, MemoryError) as problem:
        raise BadPattern("The pattern is too large to be tried.") from problem
