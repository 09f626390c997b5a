"""The list of ops: in the order in which they run, with what is wrong in each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.utils.safestring import SafeString

from jobs.builder.panels.findings import counts_of
from jobs.builder.panels.graph import graph
from jobs.builder.panels.paths import key_of
from jobs.builder.starters import STARTERS, Starter
from jobs.definition.document import Document
from jobs.definition.explain.plan import Plan, Step, plan
from jobs.definition.facts import CREATE_VOLUME
from jobs.definition.findings import Finding

#: So many ops are listed around the one that is shown.
MOST: Final = 120
_NONE: Final[Counter[str]] = Counter()


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the list: the definition itself, its `global`, or an op."""

    title: str
    pointer: str
    icon: str
    errors: int
    warnings: int
    is_current: bool


@dataclass(slots=True)
class Turn:
    """The ops of a group, which start together. `name` is "" where the group needs no heading."""

    number: int
    name: str
    lines: list[Line] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Tree:
    """The whole list. `key` changes with what is shown; `drawing` is drawn when it is read."""

    heads: Sequence[Line]
    turns: Sequence[Turn]
    count: int
    current: Line | None
    earlier: str
    later: str
    plan: Plan
    key: str
    worst: Mapping[int, str]
    starters: Sequence[Starter] = STARTERS

    @property
    def index(self) -> int:
        """The index of the op that is shown, -1 for none."""
        return int(self.current.pointer[5:]) if self.current and self.current.pointer.startswith("/ops/") else -1

    @property
    def drawing(self) -> SafeString:
        """The groups and dependencies, drawn."""
        return graph(self.plan, current=self.index, worst=self.worst)


def tree(document: Document, findings: Sequence[Finding], part: str) -> Tree:
    """Return the list with the part that the form shows marked; `part` is "", "/global" or "/ops/N"."""
    found, counts = plan(document.ops), counts_of(findings)
    heads = [
        _line("definition", "", "file-json", counts, part),
        _line("global", "/global", "globe", counts, part),
    ]
    steps = [step for group in found.groups for step in group]
    here = next((place for place, step in enumerate(steps) if f"/ops/{step.index}" == part), 0)
    start = max(0, min(here - MOST // 2, len(steps) - MOST))
    end = min(len(steps), start + MOST)
    turns = _turns(document, found, counts, part, {step.index for step in steps[start:end]})
    lines = [*heads, *(line for turn in turns for line in turn.lines)]
    current = next((line for line in lines if line.is_current), None)
    worst = {step.index: _worst(counts.get(f"/ops/{step.index}", _NONE), step) for step in steps}
    return Tree(
        heads=heads,
        turns=turns,
        count=len(steps),
        current=current,
        earlier=f"/ops/{steps[start - 1].index}" if start else "",
        later=f"/ops/{steps[end].index}" if end < len(steps) else "",
        plan=found,
        key=key_of(heads, turns, found, sorted(worst.items())),
        worst=worst,
    )


def _turns(
    document: Document, found: Plan, counts: Mapping[str, Counter[str]], part: str, shown: set[int]
) -> list[Turn]:
    turns = []
    for number, group in enumerate(found.groups, 1):
        is_named = len(group) > 1 or group[0].group != group[0].id
        turn = Turn(number, group[0].group if is_named else "")
        for step in group:
            if step.index in shown:
                is_volume = document.ops[step.index].get("type") == CREATE_VOLUME
                title = step.id or f"op {step.index + 1}"
                icon = "server" if is_volume else "box"
                turn.lines.append(_line(title, f"/ops/{step.index}", icon, counts, part))
        if turn.lines:
            turns.append(turn)
    return turns


def _line(title: str, pointer: str, icon: str, counts: Mapping[str, Counter[str]], part: str) -> Line:
    found = counts.get(pointer, _NONE)
    return Line(title, pointer, icon, found["error"], found["warning"], pointer == part)


def _worst(found: Counter[str], step: Step) -> str:
    """Return the CSS class of what is worst about an op, "" for nothing."""
    if found["error"] or not step.is_started:
        return "g-failed"
    return "g-queued" if found["warning"] else ""
