"""Charts as inline SVG, drawn here: no library in the browser, and nothing but presentation attributes (CSP)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from explorer.formats import thousands

WIDTH = 1024
LEFT = 44  # room for the numbers of the axis
TOP = 18
BOTTOM = 28  # room for the times
LINES = 4
#: Between parts of one bar, so that they can be told apart without colour.
GAP = 1.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: what it says when pointed at, the heights of its parts from below, and a label under it or none."""

    title: str
    parts: tuple[float, ...]
    label: str = ""


def nice_top(highest: float) -> float:
    """Return the top of an axis from 0 that holds `highest`: LINES - 1 steps of 1, 2 or 5 times a power of ten."""
    step = max(highest, 1) / (LINES - 1)
    size = 10.0 ** math.floor(math.log10(step))
    factor = next(factor for factor in (1, 2, 5, 10) if step <= factor * size * (1 + 1e-9))
    return max(factor * size, 1) * (LINES - 1)


def bars(rows: Sequence[Bar], *, classes: Sequence[str], label: str, height: int = 196) -> SafeString:
    """Return a chart of stacked bars in the order given; `classes` names the CSS class of each part of a bar.

    `label` says in words what the picture shows, for those who do not see it.
    """
    top = nice_top(max((sum(row.parts) for row in rows), default=0))
    return format_html(
        '<svg class="chart gantt" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}</svg>',
        WIDTH,
        height,
        label,
        _axis(top, height),
        _columns(rows, classes, top, height),
    )


def _axis(top: float, height: int) -> SafeString:
    base = height - BOTTOM
    steps = [top * step / (LINES - 1) for step in range(LINES)]
    return format_html_join(
        "",
        '<path class="grid" d="M{} {}H{}"/><text class="t-ax" x="{}" y="{}" text-anchor="end">{}</text>',
        (
            (LEFT, f"{y:.1f}", WIDTH, LEFT - 8, f"{y + 4:.1f}", thousands(value))
            for value in steps
            for y in [base - value / top * (base - TOP)]
        ),
    )


def _columns(rows: Sequence[Bar], classes: Sequence[str], top: float, height: int) -> SafeString:
    step = (WIDTH - LEFT) / max(len(rows), 1)
    drawn = []
    for index, row in enumerate(rows):
        x = LEFT + index * step
        parts = _parts(row, classes, x, max(step * 0.75, 1), top, height)
        text = format_html('<text class="t-ax" x="{}" y="{}">{}</text>', f"{x:.1f}", height - 8, row.label)
        drawn.append(format_html("<g><title>{}</title>{}</g>{}", row.title, parts, text if row.label else ""))
    return SafeString("".join(drawn))


def _parts(row: Bar, classes: Sequence[str], x: float, width: float, top: float, height: int) -> SafeString:
    base = height - BOTTOM
    # A see-through area as high as the chart: a bar is pointed at anywhere above its hour.
    shapes = [("m-none", f"{TOP:.1f}", f"{base - TOP:.1f}")]
    below = float(base)
    for css, value in zip(classes, row.parts, strict=True):
        if value:
            size = value / top * (base - TOP)
            shapes.append((css, f"{below - size:.1f}", f"{max(size - GAP, 0.5):.1f}"))
            below -= size
    return format_html_join(
        "",
        '<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>',
        ((css, f"{x:.1f}", y, f"{width:.1f}", tall) for css, y, tall in shapes),
    )
