"""Changes of a text as a browser counts them: in UTF-16 units of the text as a text field shows it."""

from __future__ import annotations

from collections.abc import Sequence

from jobs.builder.newlines import as_written, shown

#: What stands from the first number to before the second becomes the text.
Splice = tuple[int, int, str]


class BadSplices(ValueError):
    """The changes do not fit the text."""


def written(old: str, splices: Sequence[Splice]) -> str:
    """Return the text that was meant by changes of what a browser showed of `old`; raises BadSplices.

    The splices are in order, apart, and all count in the old text. Lines that were not touched keep their bytes.
    """
    before = shown(old)
    after = _ascii(before, splices) if before.isascii() else _units(before, splices)
    return after if before == old else as_written(old, after)


def splice_between(old: str, new: str) -> Splice | None:
    """Return the one change that makes what a browser shows of `old` what it should show of `new`; None for none."""
    before, after = shown(old), shown(new)
    if before == after:
        return None
    start = _common(before, after)
    end = min(_common(before[::-1], after[::-1]), len(before) - start, len(after) - start)
    if start and "\ud800" <= before[start - 1] <= "\udbff":
        start -= 1
    return units(before[:start]), units(before[: len(before) - end]), after[start : len(after) - end]


def units(text: str) -> int:
    """Return how long a text is for a browser."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _ascii(text: str, splices: Sequence[Splice]) -> str:
    parts: list[str] = []
    done = 0
    for start, end, insert in splices:
        _check(done, start, end, len(text))
        parts += [text[done:start], insert]
        done = end
    return "".join([*parts, text[done:]])


def _units(text: str, splices: Sequence[Splice]) -> str:
    raw = text.encode("utf-16-le", "surrogatepass")
    parts: list[bytes] = []
    done = 0
    for start, end, insert in splices:
        _check(done, start, end, len(raw) // 2)
        parts += [raw[2 * done : 2 * start], insert.encode("utf-16-le", "surrogatepass")]
        done = end
    return b"".join([*parts, raw[2 * done :]]).decode("utf-16-le", "surrogatepass")


def _check(done: int, start: int, end: int, length: int) -> None:
    if not done <= start <= end <= length:
        raise BadSplices("The changes do not fit the text.")


def _common(one: str, other: str) -> int:
    """Return how many characters both begin with; compares halves, which costs the length once or twice."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
