"""Pictures of markets and nodes as inline SVG, with explorer/charts.py's manners: classes, a title for each mark."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from django.utils.safestring import SafeString

from explorer.formats import DASH, duration, percent
from markets.models.slots import SLOTS
from markets.presence import AWAY, BUSY, FREE, UNWATCHED, WORKED, DayStrip

#: A strip: room for its day on the left and its share on the right, a quarter of an hour's width, a row's height.
_LEFT: Final = 56
_RIGHT: Final = 64
_STEP: Final = 9
_ROW: Final = 20
_TOP: Final = 16
#: How tall each kind of part is: they are told apart without colour.
_TALL: Final = {BUSY: 14, WORKED: 14, FREE: 9, AWAY: 4}
_CLASSES: Final = {BUSY: "m-run", WORKED: "m-run", FREE: "m-free", AWAY: "m-fail"}
#: What a day's title and row tell of.
_TOLD: Final = (
    ((BUSY, WORKED), "at work"),
    ((FREE,), "waiting"),
    ((AWAY,), "not seen"),
    ((UNWATCHED,), "not watched"),
)


def presence_chart(strips: Sequence[DayStrip]) -> SafeString:
    """Return a strip a day, the newest on top: what a node did, by the quarter of an hour."""
    width, height = _LEFT + SLOTS * _STEP + _RIGHT, _TOP + len(strips) * _ROW + 4
    hours = "".join(
        f'<text class="t-ax" x="{_LEFT + hour * 4 * _STEP}" y="10">{hour:02}:00</text>'
        f'<path class="grid" d="M{_LEFT + hour * 4 * _STEP} {_TOP}V{height - 4}"/>'
        for hour in range(0, 24, 3)
    )
    rows = "".join(_strip(strip, _TOP + number * _ROW) for number, strip in enumerate(strips))
    label = f"When the node was seen, {len(strips)} days by the quarter of an hour; the table below has the same"
    return SafeString(
        f'<svg class="chart presence" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(label)}">'
        f"{hours}{rows}</svg>"
    )


def _strip(strip: DayStrip, top: int) -> str:
    base = top + _ROW - 4
    paths: dict[str, list[str]] = {kind: [] for kind in _TALL}
    for kind, start, length in strip.runs:
        tall = _TALL[kind]
        paths[kind].append(f"M{_LEFT + start * _STEP} {base - tall}h{length * _STEP}v{tall}h-{length * _STEP}z")
    drawn = "".join(f'<path class="{_CLASSES[kind]}" d="{"".join(part)}"/>' for kind, part in paths.items() if part)
    share = DASH if strip.uptime is None else percent(strip.uptime)
    return (
        f"<g><title>{escape(told(strip))}</title>"
        f'<path class="m-none" d="M0 {top}h{_LEFT + SLOTS * _STEP + _RIGHT}v{_ROW}H0z"/>'
        f'<text class="t-ax" x="0" y="{base}">{strip.day.day} {strip.day:%b}</text>'
        f'<path class="grid" d="M{_LEFT} {base}.5h{SLOTS * _STEP}"/>{drawn}'
        f'<text class="t-ax" x="{_LEFT + SLOTS * _STEP + _RIGHT}" y="{base}" text-anchor="end">{share}</text></g>'
    )


def told(strip: DayStrip) -> str:
    """Return a day in words."""
    spans = (f"{duration(seconds)} {word}" for kinds, word in _TOLD if (seconds := strip.seconds(*kinds)))
    return f"{strip.day:%a} {strip.day.day} {strip.day:%b}: {', '.join(spans)}"


def presence_rows(strips: Sequence[DayStrip]) -> list[tuple[str, ...]]:
    """Return the same as rows of a table: day, at work, waiting, not seen, not watched, uptime."""
    return [
        (
            f"{strip.day:%a} {strip.day.day} {strip.day:%b %Y}",
            *(duration(strip.seconds(*kinds)) for kinds, _ in _TOLD),
            DASH if strip.uptime is None else percent(strip.uptime),
        )
        for strip in strips
    ]
