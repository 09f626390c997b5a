"""Character classes of JavaScript's regular expressions, as ranges of code points."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Final

from explorer.nosana import javascript

Range = tuple[int, int]
_LAST: Final = 0x10FFFF


def _complement(ranges: Iterable[Range]) -> tuple[Range, ...]:
    ordered = [(-1, -1), *sorted(ranges), (_LAST + 1, _LAST + 1)]
    return tuple((before[1] + 1, after[0] - 1) for before, after in pairwise(ordered) if before[1] + 1 <= after[0] - 1)


_DIGITS: Final = ((0x30, 0x39),)
_WORD: Final = (*_DIGITS, (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A))
_SPACE: Final = tuple((ord(char), ord(char)) for char in javascript.SPACE)
#: `\d`, `\W` and so on: the first two know ASCII only.
ESCAPES: Final[dict[str, tuple[Range, ...]]] = {
    "d": _DIGITS,
    "D": _complement(_DIGITS),
    "w": _WORD,
    "W": _complement(_WORD),
    "s": _SPACE,
    "S": _complement(_SPACE),
}
#: What the dot matches: all but the ends of lines.
DOT: Final = _complement((ord(char), ord(char)) for char in "\n\r\u2028\u2029")


def pattern(ranges: Iterable[Range], *, is_negated: bool = False) -> str:
    """Return a class that the `regex` module understands; an empty one matches nothing."""
    inside = "".join(literal(low) if low == high else f"{literal(low)}-{literal(high)}" for low, high in ranges)
    if not inside:
        return "(?s:.)" if is_negated else "(?!)"
    return f"[{'^' if is_negated else ''}{inside}]"


def literal(code: int) -> str:
    """Return a character so that it stands for itself, in a class and out of one."""
    char = chr(code)
    return char if char.isascii() and char.isalnum() else f"\\U{code:08x}"
