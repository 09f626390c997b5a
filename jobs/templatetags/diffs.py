"""The differences of two definitions, written at once: there can be hundreds of lines, in pieces.

Every text is a stranger's: it is escaped here, and odd characters in it are made visible.
"""

from __future__ import annotations

from html import escape
from typing import Final
from urllib.parse import quote

from django import template
from django.utils.safestring import SafeString

from explorer.text import shortened, visible
from jobs.definition.edit.diff import Diff, Group, Row
from jobs.definition.edit.diff_lines import Line, Piece

register = template.Library()

_CLASSES: Final = {"added": "ready", "removed": "failed", "moved": "running", "changed": "queued"}


@register.simple_tag
def diff_groups(diff: Diff, jump: str = "") -> SafeString:
    """Write the differences op by op; `jump` is a URL, to which "?at=" and a place in the new definition is added."""
    return SafeString("".join(_group(group, jump) for group in diff.groups))


def _group(group: Group, jump: str) -> str:
    named = f'Op <span class="mono">{_text(group.op)}</span>' if group.op else "Definition"
    rows = "".join(_row(row, jump) for row in group.rows)
    return f'<div><p class="changes-of">{"An op without an id" if group.op == "?" else named}</p><ul>{rows}</ul></div>'


def _row(row: Row, jump: str) -> str:
    place = _text(row.place, 200)
    if jump and row.kind != "removed":
        place = f'<a href="{escape(jump)}?at={quote(row.pointer, safe="")}">{place}</a>'
    note = f'<span class="muted">{escape(row.note)}</span>' if row.note else ""
    lines = f'<ol class="change-lines">{"".join(map(_line, row.lines))}</ol>' if row.lines else ""
    return (
        f'<li class="change"><p class="change-head"><span class="badge is-{_CLASSES[row.kind]}">{row.kind}</span> '
        f'<span class="mono" title="{_text(row.pointer, 500)}">{place}</span> {note}</p>{lines}</li>'
    )


def _line(line: Line) -> str:
    return f'<li class="{line.css}"><span class="vh">{line.word}: </span>{"".join(map(_piece, line.pieces))}</li>'


def _piece(piece: Piece) -> str:
    text = _text(piece.text)
    return f"<mark>{text}</mark>" if piece.is_changed else text


def _text(value: str, limit: int | None = None) -> str:
    shown = visible(value)
    return escape(shown if limit is None else shortened(shown, limit))
