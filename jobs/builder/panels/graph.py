"""Groups and dependencies as a small SVG, drawn here: a row for each op, later ones below.

Groups follow one another by arrows; within a group an op stands to the right of what it waits for, with a line from it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

from django.utils.safestring import SafeString

from explorer.text import shortened, visible
from jobs.definition.explain.plan import Plan, Step

#: So many ops are drawn.
MOST: Final = 60
WIDTH: Final = 208
_ROW: Final = 26
_GAP: Final = 8
_TURN: Final = 22
_INDENT: Final = 14
_LEFT: Final = 8
_DEEPEST: Final = 6
_LETTER: Final = 6.7  # of JetBrains Mono at 11 px, in px


def graph(plan: Plan, *, current: int = -1, worst: Mapping[int, str] | None = None) -> SafeString:
    """Return the drawing of a plan, "" where there is nothing to see: fewer than two ops.

    `current` is the index of the op that is shown, `worst` gives the CSS classes of ops with something wrong.
    """
    count = sum(map(len, plan.groups))
    if count < 2:
        return SafeString("")
    drawn = _Drawing(current, worst or {})
    left = MOST
    for group in plan.groups:
        if left <= 0:
            break
        drawn.group(group[:left])
        left -= len(group)
    if count > MOST:
        drawn.note(f"{count - MOST:,} more ops are not drawn")
    return drawn.svg(said(plan))


def said(plan: Plan) -> str:
    """Return the plan in words: what starts together, what then, what never does."""
    turns = [" with ".join(_name(step) for step in group[:10]) for group in plan.groups[:20]]
    more = len(plan.groups) - len(turns)
    words = ", then ".join(turns) + (f", and {more} more groups" if more else "")
    waiting = [step for group in plan.groups for step in group if step.waits_for]
    waits = [f"{_name(step)} waits for {' or '.join(step.waits_for[:5])}" for step in waiting]
    never = [f"{_name(step)} never starts" for step in plan.never_started]
    return "; ".join([words, *waits[:20], *never[:20]])


class _Drawing:
    def __init__(self, current: int, worst: Mapping[int, str]) -> None:
        self.current, self.worst = current, worst
        self.y = 2
        self.edges: list[str] = []
        self.boxes: list[str] = []

    def group(self, steps: Sequence[Step]) -> None:
        """Draw the ops of a group below what there is."""
        if self.boxes:
            self._arrow()
        top, placed = self.y, dict[str, tuple[int, int]]()
        levels = _levels(steps)
        for step in sorted(steps, key=lambda one: levels[one.index]):
            x = _LEFT + min(levels[step.index], _DEEPEST) * _INDENT
            self._box(step, x)
            self._lines(step, x, placed)
            placed.setdefault(step.id, (x, self.y))
            self.y += _ROW + _GAP
        self.y -= _GAP
        if len(steps) > 1:
            self.edges.append(f'<path class="g-group" d="M6 {top}H2V{self.y}H6"/>')

    def _arrow(self) -> None:
        x, y = _LEFT + 16, self.y
        self.edges.append(f'<path class="g-edge" d="M{x} {y}v{_TURN - 2}m-4-5 4 5 4-5"/>')
        self.y += _TURN

    def _box(self, step: Step, x: int) -> None:
        width = WIDTH - x - 2
        classes = ["g-node", self.worst.get(step.index, ""), "g-on" if step.index == self.current else ""]
        css = " ".join(filter(None, [*classes, "" if step.is_started else "g-never"]))
        name = _name(step)
        label = shortened(name, int((width - 18) / _LETTER))
        self.boxes.append(
            f'<g data-at="/ops/{step.index}"><title>{escape(name)}</title>'
            f'<rect class="{css}" x="{x + 0.5}" y="{self.y + 0.5}" width="{width}" height="{_ROW}" rx="4"/>'
            f'<text class="t-op" x="{x + 9}" y="{self.y + 17}">{escape(label)}</text></g>'
        )

    def _lines(self, step: Step, x: int, placed: Mapping[str, tuple[int, int]]) -> None:
        for name in step.waits_for:
            if name in placed:
                from_x, from_y = placed[name]
                start = from_x + 6
                self.edges.append(f'<path class="g-edge" d="M{start} {from_y + _ROW}V{self.y + 13}H{x}"/>')

    def note(self, words: str) -> None:
        """Write a line below."""
        self.y += 18
        self.boxes.append(f'<text class="t-ax" x="{_LEFT}" y="{self.y - 4}">{escape(words)}</text>')

    def svg(self, label: str) -> SafeString:
        """Return the whole drawing."""
        height = self.y + 4
        body = "".join([*self.edges, *self.boxes])
        return SafeString(
            f'<svg class="chart graph" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" '
            f'aria-label="{escape(shortened(label, 2000))}">{body}</svg>'
        )


def _levels(steps: Sequence[Step]) -> dict[int, int]:
    """Return how far right each op stands: one further than what it waits for, as far as that is not a circle."""
    by_id = {step.id: step for step in reversed(steps)}
    levels = {step.index: 0 for step in steps}
    for _ in range(_DEEPEST):
        for step in steps:
            above = [levels[by_id[name].index] for name in step.waits_for if name in by_id and name != step.id]
            levels[step.index] = min(max(above, default=-1) + 1, _DEEPEST)
    return levels


def _name(step: Step) -> str:
    return visible(step.id) or f"op {step.index + 1}"
