"""The line ends of a text that went through a browser's text field."""

from __future__ import annotations

import re
from typing import Final

_ENDS: Final = re.compile(r"\r\n|\r|\n")


def typed(text: str) -> str:
    """Return a text from a text field with the line ends that were typed: a browser sends CR LF for every one."""
    return text.replace("\r\n", "\n")


def as_written(old: str, posted: str) -> str:
    """Return the text that was meant by what a text field that showed `old` posted.

    Lines before and after the change keep their bytes (mixed line ends, NUL, which no field can show); new lines end as
    the first line of `old` does. Only where it has lone CRs, these become line ends like the others. Linear in both.
    """
    before = _lines(old)
    here, there = [shown(line) for line in before], [shown(line) for line in _lines(posted)]
    if here == there:
        return old
    most = min(len(here), len(there))
    head = next((index for index in range(most) if here[index] != there[index]), most)
    tail = next((index for index in range(most - head) if here[-1 - index] != there[-1 - index]), most - head)
    end = "\r\n" if before[0].endswith("\r\n") else "\n"
    kept = [line[:-1] + end if line.endswith("\r") else line for line in before]
    changed = [line[:-1] + end if line.endswith("\n") else line for line in there[head : len(there) - tail]]
    return "".join([*kept[:head], *changed, *kept[len(kept) - tail :]])


def _lines(text: str) -> list[str]:
    """Return the lines with their ends; splitlines would also break at characters that JSON allows in strings."""
    lines, done = [], 0
    for end in _ENDS.finditer(text):
        lines.append(text[done : end.end()])
        done = end.end()
    return [*lines, text[done:]]


def shown(line: str) -> str:
    """Return a text as a text field has it: one kind of line end, and no NUL."""
    return _ENDS.sub("\n", line).replace("\0", "\ufffd")
