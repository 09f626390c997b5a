"""Groups of steps as inline SVG: groups run one after another from left to right, arrows within say what waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from django.templatetags.static import static
from django.utils.safestring import SafeString

from explorer.text import shortened, visible

NODE_WIDTH: Final = 168
NODE_HEIGHT: Final = 40
GAP: Final = 20  # between nodes of a group: room for an arrow
PAD: Final = 14
HEAD: Final = 22  # room for a group's name
BETWEEN: Final = 34  # groups
#: Characters of a name and of the line under it; the whole is the title.
NAME: Final = 17
NOTE: Final = 22


@dataclass(frozen=True, slots=True)
class Node:
    """A step: its name and a line under it, its state as class and icon, and where it leads."""

    name: str
    note: str = ""
    css: str = ""
    icon: str = ""
    href: str = ""
    waits_for: tuple[str, ...] = ()  # names of nodes of its group


@dataclass(frozen=True, slots=True)
class Group:
    """Steps that run together."""

    name: str
    nodes: Sequence[Node]


def graph(groups: Sequence[Group], *, label: str) -> SafeString:
    """Return the picture of the groups; `label` says in words what it shows. Everything from outside is escaped."""
    most = max((len(group.nodes) for group in groups), default=0)
    height = HEAD + 2 * PAD + most * NODE_HEIGHT + max(most - 1, 0) * GAP + 2
    step = NODE_WIDTH + 2 * PAD + BETWEEN
    width = max(len(groups) * step - BETWEEN + 2, 1)
    parts = [_marker()]
    for place, group in enumerate(groups):
        parts.append(_group(place, group, 1 + place * step, height))
        if place:
            x = 1 + place * step - BETWEEN
            parts.append(_arrow(f"M{x + 3} {(HEAD + height) // 2}h{BETWEEN - 10}"))
    head = f'<svg class="chart graph" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="group"'
    return SafeString(f'{head} aria-label="{escape(label)}">{"".join(parts)}</svg>')


def _marker() -> str:
    return (
        '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path class="arrow-head" d="M0 0l8 4-8 4z"/></marker></defs>'
    )


def _arrow(path: str) -> str:
    return f'<path class="arrow" d="{path}" marker-end="url(#arrow)"/>'


def _group(place: int, group: Group, x: int, height: int) -> str:
    nodes = _ordered(group.nodes)
    name = visible(group.name) if [node.name for node in nodes] != [group.name] else ""
    parts = [
        f'<text class="t-ax" x="{x + 2}" y="14">{place + 1}{"." if name else ""} {escape(shortened(name, NAME + 6))}'
        f"<title>{escape(shortened(name, 300))}</title></text>",
        f'<rect class="group" x="{x}" y="{HEAD}" width="{NODE_WIDTH + 2 * PAD}" height="{height - HEAD - 1}" rx="6"/>',
    ]
    free = height - HEAD - 1 - len(nodes) * NODE_HEIGHT - max(len(nodes) - 1, 0) * GAP
    tops = [HEAD + free // 2 + index * (NODE_HEIGHT + GAP) for index in range(len(nodes))]
    places = {node.name: index for index, node in enumerate(nodes)}
    for index, node in enumerate(nodes):
        sources = sorted({places[name] for name in node.waits_for if name in places} - {index})
        parts += [_arrow(_way(x + PAD, tops[source], tops[index], index - source)) for source in sources]
    return "".join(parts) + "".join(_node(node, x + PAD, top) for node, top in zip(nodes, tops, strict=True))


def _ordered(nodes: Sequence[Node]) -> list[Node]:
    """Return the nodes so that each comes after what it waits for, as far as that is possible."""
    names = {node.name for node in nodes}
    left, found, done = list(nodes), [], set[str]()
    while left:
        ready = next((node for node in left if not (set(node.waits_for) & names) - done - {node.name}), left[0])
        left.remove(ready)
        found.append(ready)
        done.add(ready.name)
    return found


def _way(x: int, source: int, target: int, distance: int) -> str:
    """Return the path from one node down to another: straight to the next one, around those between otherwise."""
    if distance == 1:
        return f"M{x + NODE_WIDTH // 2} {source + NODE_HEIGHT}v{GAP - 2}"
    side, start, end = x + NODE_WIDTH, source + NODE_HEIGHT // 2, target + NODE_HEIGHT // 2
    return f"M{side} {start}C{side + 12} {start} {side + 12} {end} {side + 2} {end}"


def _node(node: Node, x: int, y: int) -> str:
    name, note = visible(node.name), visible(node.note)
    sprite = (
        f'<use class="icon" href="{escape(static("icons/sprite.svg"))}#i-{escape(node.icon)}" x="{x + 10}" '
        f'y="{y + 12}" width="16" height="16"/>'
        if node.icon
        else ""
    )
    drawn = (
        f'<g class="node {escape(node.css)}"><title>{escape(shortened(f"{name}, {note}", 400))}</title>'
        f'<rect x="{x}" y="{y}" width="{NODE_WIDTH}" height="{NODE_HEIGHT}" rx="4"/>{sprite}'
        f'<text class="t-op" x="{x + 34}" y="{y + 17}">{escape(shortened(name, NAME))}</text>'
        f'<text class="t-ax" x="{x + 34}" y="{y + 32}">{escape(shortened(note, NOTE))}</text></g>'
    )
    return f'<a href="{escape(node.href)}">{drawn}</a>' if node.href else drawn
