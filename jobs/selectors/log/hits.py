"""What a search in a log found: how many lines, the ways between them, and where they lie in the whole."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jobs import logs
from jobs.logs.search import BadPattern, Query, find

#: The map of the hits has so many places from top to bottom.
PLACES = 200


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on the map with hits: how far down it is, their number, and the way to the first."""

    y: int
    count: int
    first: int
    url: str


@dataclass(frozen=True, slots=True)
class Hits:
    """The lines that were hit; `problem` says why nothing could be looked for."""

    query: Query
    lines: Sequence[int] = ()
    is_cut: bool = False
    problem: str = ""
    current: int | None = None  # the hit that the page was asked for
    place: int = 0  # which of all hits that is, from 1
    previous: str = ""
    next: str = ""
    marks: Sequence[Mark] = ()

    def start(self, wanted: Mapping[str, Any], before: int) -> int | None:
        """Return the line to begin with: a little before the wanted hit, without any place before the first."""
        if wanted.get("before") or not self.lines:
            return None
        return max((self.current or self.lines[0]) - before, 1)


def hits_of(
    packed: bytes, wanted: Mapping[str, Any], narrowed: Mapping[str, str], url: Callable[..., str]
) -> Hits | None:
    """Return what the search of a window found; None without one. Reads the whole log, within the search's time."""
    if not wanted.get("q"):
        return None
    query = Query(wanted["q"], bool(wanted.get("regex")), bool(wanted.get("case")))
    try:
        found = find(packed, query, op=narrowed.get("op"), stream=narrowed.get("stream"))
    except BadPattern as problem:
        return Hits(query, problem=str(problem))
    here = wanted.get("hit") or wanted.get("log") or 0
    before, after = bisect_left(found.lines, here) - 1, bisect_right(found.lines, here)
    is_hit = wanted.get("hit") in found.lines
    return Hits(
        query=query,
        lines=found.lines,
        is_cut=found.is_cut,
        current=here if is_hit else None,
        place=bisect_left(found.lines, here) + 1 if is_hit else 0,
        previous=url(hit=found.lines[before]) if found.lines else "",  # of the first it is the last, and so on
        next=url(hit=found.lines[after % len(found.lines)]) if found.lines else "",
        marks=_marks(found.lines, logs.summary(packed).lines, url),
    )


def _marks(lines: Sequence[int], total: int, url: Callable[..., str]) -> list[Mark]:
    """Return the places of the map that have hits."""
    places: dict[int, list[int]] = {}
    for number in lines:
        places.setdefault((number - 1) * PLACES // max(total, 1), []).append(number)
    return [Mark(y, len(numbers), numbers[0], url(hit=numbers[0])) for y, numbers in places.items()]
