"""Charts as inline SVG, drawn here: no library in the browser, and nothing but presentation attributes (CSP).

A chart is as wide as its place and as high as asked for: marks are stretched across, texts keep their size. So a
phone shows the whole of it with its axis, without scrolling.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from html import escape  # several times as quick as Django's, which looks for lazy texts
from typing import Any, Final, NamedTuple

from django.utils.safestring import SafeString

from explorer.formats import DASH, thousands

WIDTH = 1024
LEFT = 44  # room for the numbers of the axis, which css/parts.css leaves beside a .plot
TOP = 18
BOTTOM = 28  # room for the times
LINES = 4
QUARTERS = 4
#: Between parts of one bar, so that they can be told apart without colour.
GAP = 1.0
#: A part is drawn as if it were this high where it is lower: it is seen.
LEAST = 1.5
#: Of a column, how much its bar fills.
FILLED = 0.75
#: On a phone there is room for this many labels, and none for one that begins in the last part of the axis.
LABELS = 6
LAST_LABEL = 0.87
#: So many letters fit side by side under the axis of a small one.
LETTERS = 40
#: No text of a chart has these: many are joined by them and escaped at once.
_BETWEEN, _HEAD, _ROW = "\0", "\1", "\2"

Numeral = Callable[[float], str]
#: Draws rows, the first of which has a place among so many; one text for each kind of mark.
Draw = Callable[..., Sequence[str]]
#: From so many columns on, drawing them takes longer than comparing them.
MANY: Final = 100


class Bar(NamedTuple):
    """One bar: what it says when pointed at, the heights of its parts from below, and a label under it or none."""

    title: str
    parts: tuple[float, ...]
    label: str = ""


class Point(NamedTuple):
    """One point of a line: what it says when pointed at, its height or None for a gap, a label under it or none."""

    title: str
    value: float | None
    label: str = ""


#: The same as plain tuples, which are made in a third of the time.
BarLike = tuple[str, tuple[float, ...], str]
PointLike = tuple[str, float | None, str]


def nice_top(highest: float, *, least: float = 1) -> float:
    """Return the top of an axis from 0 that holds `highest`: LINES - 1 steps of 1, 2 or 5 times a power of ten.

    No step is smaller than `least`.
    """
    step = max(highest / (LINES - 1), least)
    size = 10.0 ** math.floor(math.log10(step))
    factor = next(factor for factor in (1, 2, 5, 10) if step <= factor * size * (1 + 1e-9))
    return factor * size * (LINES - 1)


def bars(
    rows: Sequence[BarLike],
    *,
    classes: Sequence[str],
    label: str,
    height: int = 196,
    width: int = WIDTH,
    least: float = 1,
    numeral: Numeral = thousands,
) -> SafeString:
    """Return a chart of stacked bars in the order given; `classes` names the CSS class of each part of a bar.

    `label` says in words what the picture shows, for those who do not see it. `least` is the smallest step of the
    axis, `numeral` writes its numbers.
    """
    titles, parts, labels = zip(*rows, strict=True) if rows else ((), (), ())
    top = nice_top(max(map(sum, parts), default=0), least=least)
    marks = zip(
        classes, _drawn(_stacks, parts, len(classes), (height - BOTTOM - TOP) / top, width, height), strict=True
    )
    (columns,) = _drawn(_columns, titles, width, height)
    shapes = "".join(f'<path class="{css}" pointer-events="none" d="{shape}"/>' for css, shape in marks if shape)
    return _svg(label, width, height, _axis(top, height, numeral), columns, shapes, labels)


def line(
    points: Sequence[PointLike],
    *,
    css: str,
    label: str,
    top: float,
    numeral: Numeral,
    height: int = 196,
    width: int = WIDTH,
) -> SafeString:
    """Return a chart of one line from 0 to `top`; it is broken where a value is missing, and a lone value is a dot."""
    titles, values, labels = zip(*points, strict=True) if points else ((), (), ())
    is_gap = [value is None for value in (None, *values, None)]
    steps = tuple(zip(is_gap, values, is_gap[2:], strict=False))
    trace, dots = _drawn(_trace, steps, (height - BOTTOM - TOP) / top, width, height)
    (columns,) = _drawn(_columns, titles, width, height)
    shapes = ((css, trace), (f"{css} dots", dots))
    path = "".join(f'<path class="{name}" pointer-events="none" d="{shape}"/>' for name, shape in shapes if shape)
    return _svg(label, width, height, _axis(top, height, numeral, QUARTERS), columns, path, labels)


def table_rows(rows: Iterable[Sequence[str]]) -> SafeString:
    """Return rows of a table of the class `figures`, the first text of each as its head, the others as numbers.

    Written here and not in a template: a chart's table has hundreds of rows.
    """
    texts = _ROW.join(_HEAD.join((head, _BETWEEN.join(numbers))) for head, *numbers in rows)
    if not texts:
        return SafeString("")
    cells = escape(texts).replace(_BETWEEN, "</td><td>").replace(_HEAD, "</th><td>")
    lines = cells.replace(_ROW, '</td></tr><tr><th scope="row">')
    # One character beyond Latin-1 would double what the whole page takes in memory, and each copy made of it.
    return SafeString(f'<tr><th scope="row">{lines.replace(DASH, "&ndash;")}</td></tr>')


def _svg(label: str, width: int, height: int, axis: str, columns: str, marks: str, labels: Sequence[str]) -> SafeString:
    """Return the whole picture; everything but `label` and `labels` that came from outside is escaped already."""
    return SafeString(
        f'<svg class="chart plot" height="{height}" role="img" aria-label="{escape(label)}">{axis}'
        f'<svg viewBox="0 0 {width - LEFT} {height}" preserveAspectRatio="none">'
        f'<g class="m-none">{columns}</g>{marks}</svg>'
        f"{_labels(labels, height)}</svg>"
    )


def _drawn(draw: Draw, rows: tuple[Any, ...], *how: float) -> Sequence[str]:
    """Return what `draw` makes of all columns. Of many, only the last is new each time: of the others it is kept."""
    count = len(rows)
    if count < MANY:
        return draw(rows, 0, count, *how)
    past, last = _kept(draw, rows[:-1], 0, count, *how), draw(rows[-1:], count - 1, count, *how)
    return [before + after for before, after in zip(past, last, strict=True)]


@lru_cache(maxsize=100)  # of a dozen pages with charts of a year, in five megabytes
def _kept(draw: Draw, *given: Any) -> Sequence[str]:
    return draw(*given)


def _stacks(
    rows: Sequence[Sequence[float]], first: int, count: int, classes: int, scale: float, width: int, height: int
) -> Sequence[str]:
    """Return the marks of each class: of every bar a rectangle, on those of the classes before."""
    _, filled = _columns_of(count, width)
    lefts, across, back = _lefts(count, width)[first:], f"h{filled:.1f}v", f"h-{filled:.1f}z"
    below, drawn = [float(height - BOTTOM)] * len(rows), [""] * classes
    for number, values in enumerate(zip(*rows, strict=True)):
        above = [under - value * scale for under, value in zip(below, values, strict=True)]
        drawn[number] = "".join(
            [
                f"M{x} {y:.1f}{across}{size - GAP if size > LEAST else LEAST - GAP:.1f}{back}"
                for x, y, value in zip(lefts, above, values, strict=False)
                if value
                for size in [value * scale]
            ]
        )
        below = above
    return drawn


def _trace(
    rows: Sequence[tuple[bool, float | None, bool]], first: int, count: int, scale: float, width: int, height: int
) -> Sequence[str]:
    """Return the line through values, and the dots of those between two gaps; a row says of both sides if it is one.

    A dot is a line of no length: css/parts.css gives it round ends and a width, which do not stretch with the chart.
    """
    base = height - BOTTOM
    line, dots = [], []
    for x, (begins, value, ends) in zip(_middles(count, width)[first:], rows, strict=False):
        if value is not None:
            y = f"{base - value * scale:.1f}"
            if begins and ends:
                dots.append(f"M{x} {y}h0")
            else:
                line.append(f"{'M' if begins else 'L'}{x} {y}")
    return ["".join(line), "".join(dots)]


def _columns(titles: Sequence[str], first: int, count: int, width: int, height: int) -> Sequence[str]:
    """Return the see-through columns, each with its title."""
    texts = escape(_BETWEEN.join(titles)).split(_BETWEEN)
    columns = zip(_untitled(count, width, height)[first:], texts, strict=False)
    return ["".join(f"{column}{text}</title></path>" for column, text in columns)]


def _columns_of(count: int, width: int) -> tuple[float, float]:
    """Return the distance from one column to the next, and how much of it a bar fills."""
    step = (width - LEFT) / max(count, 1)
    return step, max(step * FILLED, 1)


@lru_cache(maxsize=50)  # nearly all charts have one of a few lengths
def _lefts(count: int, width: int) -> Sequence[str]:
    """Return where each column begins."""
    step, _ = _columns_of(count, width)
    return [f"{index * step:.1f}" for index in range(count)]


@lru_cache(maxsize=50)
def _middles(count: int, width: int) -> Sequence[str]:
    """Return where the middle of each bar is."""
    step, filled = _columns_of(count, width)
    return [f"{index * step + filled / 2:.1f}" for index in range(count)]


@lru_cache(maxsize=50)
def _untitled(count: int, width: int, height: int) -> Sequence[str]:
    """Return the see-through columns, up to their titles: a bar is pointed at anywhere above it."""
    _, filled = _columns_of(count, width)
    shape = f"{TOP}h{filled:.1f}V{height - BOTTOM}h-{filled:.1f}z"
    return [f'<path d="M{x} {shape}"><title>' for x in _lefts(count, width)]


def _axis(top: float, height: int, numeral: Numeral, steps: int = LINES - 1) -> str:
    base = height - BOTTOM
    values = [top * step / steps for step in range(steps + 1)]
    return "".join(
        f'<line class="grid" x2="100%" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text class="t-ax" x="-8" y="{y + 4:.1f}" text-anchor="end">{escape(numeral(value))}</text>'
        for value in values
        for y in [base - value / top * (base - TOP)]
    )


def _labels(labels: Sequence[str], height: int) -> str:
    """Return the labels, each under the left of its column; those that a phone has no room for are marked."""
    told = [(index / len(labels), label) for index, label in enumerate(labels) if label]
    texts, free, step = [], 0.0, 2 if len(told) > LABELS else 1
    for number, (share, label) in enumerate(told):
        has_room = number % step == 0 and free <= share <= LAST_LABEL
        free = share + (len(label) + 1) / LETTERS if has_room else free
        css = "t-ax" if has_room else "t-ax t-spare"
        texts.append(f'<text class="{css}" x="{100 * share:.2f}%" y="{height - 8}">{escape(label)}</text>')
    return "".join(texts)
