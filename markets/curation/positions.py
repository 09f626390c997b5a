"""Where a value stands in the JSON text it was read from, for messages that point at it. Pure."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

_SPACE: Final = re.compile(r"[ \t\r\n]*")
_DECODER: Final = json.JSONDecoder(parse_int=str)  # Python refuses to turn long digits into numbers


def position_of(text: str, path: Sequence[str | int]) -> int:
    """Return the character, from 0, at which the value at `path` begins; `text` is JSON that was decoded before.

    Where the path leads nowhere, it is the position of the innermost value that is there.
    """
    start = _after_space(text, 0)
    for step in path:
        found = members(text, start).get(step)
        if found is None:
            return start
        start = found
    return start


class Lines:
    """The lines of a text, to say in which one a character stands; one pass, then quick."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]

    def place(self, position: int) -> tuple[int, int]:
        """Return line and column of a character, both from 1."""
        line = bisect_right(self._starts, position)
        return line, position - self._starts[line - 1] + 1


def members(text: str, start: int) -> dict[str | int, int]:
    """Return where the members of the object or list that begins at `start` begin; of two with one name the last."""
    if text[start] not in "[{":
        return {}
    is_object, found = text[start] == "{", dict[str | int, int]()
    here = _after_space(text, start + 1)
    while text[here] not in "]}":
        key: str | int = len(found)
        if is_object:
            key, here = _DECODER.raw_decode(text, here)
            here = _after_space(text, _after_space(text, here) + 1)  # over the colon
        found[key] = here
        here = _after_space(text, end_of(text, here))
        if text[here] == ",":
            here = _after_space(text, here + 1)
    return found


def end_of(text: str, start: int) -> int:
    """Return where the value that begins at `start` has ended."""
    _, end = _DECODER.raw_decode(text, start)
    return end


def _after_space(text: str, start: int) -> int:
    found = _SPACE.match(text, start)
    return found.end() if found else start
