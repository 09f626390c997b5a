"""Gives JSON that stands in one line the lines that people read, and changes nothing else.

Numbers keep their spelling, texts their escapes, members their order, also those that stand twice.
"""

from __future__ import annotations

import re
from typing import Final

from jobs.definition.document import Document

_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[\]{},:]|[^\s\[\]{},:"]+')
#: Shorter lines are readable as they are.
_READABLE: Final = 80


def indented(document: Document) -> str:
    """Return the text of a definition with a line for each member, if it is JSON in one long line; else as it is."""
    text = document.text
    if document.syntax != "json" or len(text) <= _READABLE or "\n" in text.strip():
        return text
    return "".join(_pieces(_TOKEN.findall(text))) + "\n"


def _pieces(found: list[str]) -> list[str]:
    """Return the marks, names and values with the space that goes before each."""
    pieces: list[str] = []
    depth, before = 0, ""
    for mark in found:
        if mark in "]}":
            depth -= 1
        if mark in ",:" or not before or (before in "[{" and mark in "]}"):
            space = ""
        elif before == ":":
            space = " "
        else:
            space = "\n" + "  " * depth
        pieces.append(space + mark)
        if mark in "[{":
            depth += 1
        before = mark
    return pieces
