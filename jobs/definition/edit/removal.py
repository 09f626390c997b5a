"""What goes with an item that is taken out: its comma, and its lines if nothing else stands on them."""

from __future__ import annotations

import re
from typing import Final

from jobs.definition.edit.layout import Container, Token
from jobs.definition.edit.splices import Splice

_REST_OF_LINE: Final = re.compile(
    r"[ \t]*(?://[^\n\r]*|#[^\n\r]*|/\*[^*\n\r]*+(?:\*(?!/)[^*\n\r]*+)*\*/[ \t]*(?=[\n\r]))?(\r\n|\n|\r)"
)
_BLANKS: Final = re.compile(r"[ \t]*")


def removal(container: Container, index: int) -> list[Splice]:
    """Return the replacements that take the `index`th child out."""
    child = container.children[index]
    before, after = container.gap(index), container.gap(index + 1)
    if len(container.children) == 1 and not any(token.kind == "comment" for token in (*before, *after)):
        return [Splice(container.opening + 1, container.closing)]
    comma = _comma(after)
    if comma:
        return [_cut(container, child.start, comma.end, index)]
    previous = _comma(before) if index else None
    if not previous:
        return [_cut(container, child.start, child.end, index)]
    if all(token.kind != "comment" for token in before) and not _is_alone(container, child.start, child.end):
        return [Splice(previous.start, child.end)]
    return [Splice(previous.start, previous.end), _cut(container, child.start, child.end, index)]


def _comma(gap: list[Token]) -> Token | None:
    return next((token for token in gap if token.kind == "comma"), None)


def _line_start(text: str, at: int) -> int:
    return max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1


def _is_alone(container: Container, start: int, end: int) -> bool:
    text = container.text
    begins = _line_start(text, start)
    return begins > container.opening and not text[begins:start].strip(" \t") and bool(_REST_OF_LINE.match(text, end))


def _cut(container: Container, start: int, end: int, index: int) -> Splice:
    """Cut whole lines where nothing else is on them, with a comment at their end; else the blanks on one side too."""
    text = container.text
    rest = _REST_OF_LINE.match(text, end)
    if _is_alone(container, start, end) and rest:
        return Splice(_line_start(text, start), rest.end())
    if index + 1 < len(container.children):
        blanks = _BLANKS.match(text, end)
        return Splice(start, blanks.end() if blanks else end)
    while text[start - 1] in " \t":
        start -= 1
    return Splice(start, end)
