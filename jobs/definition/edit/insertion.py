"""Where a new item goes in a text, and which comma comes with it."""

from __future__ import annotations

import re
from typing import Final

from jobs.definition.edit.layout import Container, Style, Token
from jobs.definition.edit.splices import Splice

_NEWLINE: Final = re.compile(r"[\n\r]")


def insertion(container: Container, style: Style, index: int, piece: str) -> list[Splice]:
    """Return the replacements that put `piece`, an item or a member with its key, before the `index`th child."""
    if not container.children:
        return [_first(container, style, piece)]
    if index == len(container.children):
        return _last(container, style, piece)
    gap = container.gap(index)
    comma = next((token for token in gap if token.kind == "comma"), None)
    missing = [] if comma or not index else [Splice(gap[0].start, gap[0].start, ",")]
    at = _line_end(container, gap, comma)
    if at is not None:
        return [*missing, Splice(at, at, f"{style.line}{piece},")]
    start = container.children[index].start
    return [*missing, Splice(start, start, piece + style.comma)]


def _first(container: Container, style: Style, piece: str) -> Splice:
    """Put the first item in, after the comments that stand there."""
    comments = [token for token in container.gap(0) if token.kind == "comment"]
    start = comments[-1].end if comments else container.opening + 1
    ends_line = bool(comments) and not container.text.startswith("/*", comments[-1].start)
    if style.is_multiline or ends_line:
        return Splice(start, container.closing, f"{style.line}{piece}{style.newline}{style.outer}")
    return Splice(start, container.closing, f" {piece}" if comments else piece)


def _last(container: Container, style: Style, piece: str) -> list[Splice]:
    """Put an item after all others; a comma that stands at the end stays there."""
    gap = container.gap(len(container.children))
    comma = next((token for token in gap if token.kind == "comma"), None)
    end = container.children[-1].end
    separator, trailing = ("", ",") if comma else (",", "")
    at = _line_end(container, gap, comma)
    if at is None:
        comments = [token.end for token in gap if token.kind == "comment"]
        at = max([end, *comments, *([comma.end] if comma else [])])
        lead = style.line if style.is_multiline else style.comma[1:]
    else:
        lead = style.line
    if at == end:
        return [Splice(end, end, f"{separator}{lead}{piece}{trailing}")]
    return [*([] if comma else [Splice(end, end, separator)]), Splice(at, at, f"{lead}{piece}{trailing}")]


def _line_end(container: Container, gap: list[Token], comma: Token | None) -> int | None:
    """Return where the line ends on which the gap's comma stands, or on which it begins; None if it goes on."""
    for token in gap:
        if token.kind == "space" and (comma is None or token.start >= comma.end):
            found = _NEWLINE.search(container.text, token.start, token.end)
            if found:
                return found.start()
    return None
