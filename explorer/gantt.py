"""A timeline as inline SVG: a row each, hollow bars for what was expected, solid ones for what happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from django.utils.safestring import SafeString

from explorer.formats import duration
from explorer.text import shortened, visible

WIDTH: Final = 1024
LEFT: Final = 132  # room for the rows' names
RIGHT: Final = 72  # and for how long they took
TOP: Final = 26
ROW: Final = 30
#: A shorter bar would not be seen.
SHORTEST: Final = 3.0
MOST_TICKS: Final = 7
#: Characters of a row's name; the whole is its title.
NAME: Final = 17
_STEPS: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172_800)


@dataclass(frozen=True, slots=True)
class Span:
    """A bar: from `start`, `length` long, both in seconds; its class, and what it says when pointed at."""

    start: float
    length: float
    css: str
    title: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its name, where that leads, its bars, the one that was expected, and what stands at its end."""

    name: str
    href: str
    spans: Sequence[Span]
    expected: Span | None = None
    value: str = ""
    css: str = ""


def gantt(rows: Sequence[Row], *, seconds: float, label: str) -> SafeString:
    """Return the timeline of `seconds`; `label` says in words what it shows. Everything from outside is escaped."""
    scale = (WIDTH - LEFT - RIGHT) / max(seconds, 1)
    height = TOP + ROW * len(rows) + 2
    parts = [_axis(seconds, scale, height)]
    parts += [_row(row, TOP + ROW * place, scale) for place, row in enumerate(rows)]
    head = f'<svg class="chart gantt" viewBox="0 0 {WIDTH} {height}" role="group" aria-label="{escape(label)}">'
    return SafeString(f"{head}{''.join(parts)}</svg>")


def _axis(seconds: float, scale: float, height: int) -> str:
    step = next((size for size in _STEPS if seconds / size <= MOST_TICKS), _STEPS[-1] * 4)
    drawn = []
    for number in range(int(seconds / step) + 1):
        x = LEFT + number * step * scale
        drawn.append(f'<path class="grid" d="M{x:.1f} {TOP - 4}V{height}"/>')
        drawn.append(f'<text class="t-ax" x="{x:.1f}" y="14" text-anchor="middle">{_clock(number * step, step)}</text>')
    return "".join(drawn)


def _clock(seconds: int, step: int) -> str:
    """Return a time on the axis: 0:30 is minutes and seconds while steps are short, else hours and minutes."""
    if step < 60:
        return f"{seconds // 60}:{seconds % 60:02d}"
    if step < 86400:
        return f"{seconds // 3600}:{seconds % 3600 // 60:02d} h"
    return duration(seconds)


def _row(row: Row, top: int, scale: float) -> str:
    name = visible(row.name)
    text = (
        f'<text class="t-op" x="{LEFT - 8}" y="{top + 19}" text-anchor="end">{escape(shortened(name, NAME))}'
        f"<title>{escape(shortened(name, 300))}</title></text>"
    )
    linked = f'<a href="{escape(row.href)}">{text}</a>' if row.href else text
    expected = _bar(row.expected, top + 5, 6, scale) if row.expected else ""
    bars = "".join(_bar(span, top + 13, 9, scale) for span in row.spans)
    value = (
        f'<text class="t-v {row.css}" x="{WIDTH}" y="{top + 21}" text-anchor="end">{escape(row.value)}</text>'
        if row.value
        else ""
    )
    return f'{linked}{expected}{bars}{value}<path class="grid" d="M0 {top + ROW}H{WIDTH}"/>'


def _bar(span: Span, y: int, height: int, scale: float) -> str:
    x = min(LEFT + max(span.start, 0) * scale, WIDTH - RIGHT)
    width = min(max(span.length * scale, SHORTEST), WIDTH - RIGHT + SHORTEST - x)
    return (
        f'<rect class="{span.css}" x="{x:.1f}" y="{y}" width="{width:.1f}" height="{height}">'
        f"<title>{escape(shortened(visible(span.title), 300))}</title></rect>"
    )
