"""Parts of a job's page that are many small pieces, written at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from html import escape

from django import template
from django.utils.safestring import SafeString, mark_safe

from explorer.formats import day, iso, utc
from jobs.highlight import Code, Piece

register = template.Library()


@register.simple_tag
def code_lines(code: Code) -> SafeString:
    """Write the lines of a definition as items of a list, each with its number as a link to itself."""
    lines = (_line(number, line) for number, line in enumerate(code.lines, start=1))
    return mark_safe("".join(lines))  # noqa: S308 - every text is escaped in _piece


def _line(number: int, line: Iterable[Piece]) -> str:
    code = "".join(map(_piece, line))
    return f'<li id="D{number}"><a class="l-n" href="#D{number}">{number}</a><code>{code}</code></li>'


def _piece(piece: Piece) -> str:
    text = escape(piece.text)
    return f'<span class="{piece.css}">{text}</span>' if piece.css else text


@register.simple_tag
def clock(moment: datetime) -> SafeString:
    """Write the time of a moment's day, the whole of it on hover."""
    at = f"{moment.astimezone(UTC):%H:%M:%S}"
    return mark_safe(f'<time datetime="{iso(moment)}" title="{utc(moment)}">{at}</time>')  # noqa: S308 - digits alone


register.filter("day", day)
