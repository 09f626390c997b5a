"""Makes the controls of a place, and of all that is in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from jobs import secrets
from jobs.builder.form import tracing
from jobs.builder.form.choosing import control_options, picker_of
from jobs.builder.form.naming import control_id
from jobs.builder.form.nodes import Block, Control, Row
from jobs.builder.form.posting import Refusal
from jobs.builder.form.shown import as_lines, as_shown, can_show, control_kind, encodable
from jobs.builder.form.specs import Group, Lines, List, Map, Number, Several, Spec, Text
from jobs.builder.form.tracing import Picks, Place
from jobs.definition import naming, pointers
from jobs.definition.document import MISSING, Document
from jobs.definition.findings import Finding

#: What chosen lines are shown as, one control each.
ITEMS: Final = "items"
#: The most controls of one form; a browser's post with more than 1000 fields is refused.
MOST_CONTROLS: Final = 400
_WINDOW: Final = 50
_WINDOW_OF_OBJECTS: Final = 15
_LONGEST_NAME: Final = 500
#: Controls that cannot be emptied to take their member out.
_KEPT_WHEN_EMPTY: Final = frozenset(("switch", "several", "json", "fixed"))


@dataclass(slots=True)
class Assembler:
    """Makes nodes; `names` tells what controls were made, in order, and `left` how many more may be."""

    document: Document
    at: str
    findings: Sequence[Finding]
    picks: Picks
    refusals: dict[str, Refusal]
    names: list[str] = field(default_factory=list)
    left: int = MOST_CONTROLS

    def node(self, place: Place, label: str = "") -> Control | Block:
        """Return the control of a place, or the block of its parts."""
        kind = control_kind(place.spec, place.value)
        if kind == "lines" and self.picks.get(place.pointer) == ITEMS and isinstance(place.value, list):
            kind = "parts"
        named = label or (place.field.label if place.field else pointers.split(place.pointer)[-1])
        if not _can_name(place.pointer):
            return self._unnamed(place, named)
        return self._block(place, named) if kind == "parts" else self._control(place, kind, named)

    def _unnamed(self, place: Place, label: str) -> Control:
        """Return what shows a value whose pointer no browser gives back as it is."""
        shown = as_shown("fixed", self.document, place.pointer, place.value)
        control = Control("fixed", "", encodable(place.pointer), control_id(place.pointer), label, shown)
        self._count(control)
        return control

    def _control(self, place: Place, kind: str, label: str) -> Control:
        name, shape_help = f"f:{place.pointer}", place.shape.help if place.shape else ""
        shown = as_shown(kind, self.document, place.pointer, place.value)
        refusal = self.refusals.get(name)
        spec, told = place.spec, place.field
        control = Control(
            kind=kind,
            name=name,
            pointer=place.pointer,
            id=control_id(place.pointer),
            label=label,
            shown=refusal.typed if refusal else shown,
            help=" ".join(filter(None, (shape_help, told.help if told else ""))),
            anchor=place.anchor if place.field else "",
            suggestions=spec.suggestions if isinstance(spec, (Text, Lines)) else "",
            placeholder=spec.placeholder if isinstance(spec, (Text, Number, Lines)) else "",
            unit=spec.unit if isinstance(spec, Number) else "",
            is_secret=_is_secret(place),
            is_required=bool(told and told.is_required),
            is_pair=bool(told and told.pair) and kind not in {"area", "json", "lines"},
            can_unset=_is_optional(place) and (kind in _KEPT_WHEN_EMPTY or not shown),
            can_split=kind == "lines" and bool(shown),
            rows=_rows(kind, shown),
            options=control_options(self.document, place, kind),
            picker=picker_of(place),
            findings=self._findings(place.pointer, is_deep=True),
            problem=refusal.sentence if refusal else "",
        )
        self._count(control)
        return control

    def _count(self, control: Control) -> None:
        picked = f"{control.picker.shown}" if control.picker else ""
        options = [option.value for option in control.options] if control.kind == "several" else []
        self.names.append("\t".join((control.name, control.kind, picked, *options)))
        self.left -= 2 if control.picker else 1

    def _block(self, place: Place, label: str) -> Block:
        told = place.field
        block = Block(
            kind="group",
            pointer=place.pointer,
            id=control_id(place.pointer),
            label=label,
            help=" ".join(filter(None, (place.shape.help if place.shape else "", told.help if told else ""))),
            anchor=place.anchor if place.field else "",
            picker=picker_of(place),
            can_unset=_is_optional(place),
            findings=self._findings(place.pointer, is_deep=False),
        )
        self.names.append("\t".join((place.pointer, "block", block.picker.shown if block.picker else "")))
        if isinstance(place.spec, Group):
            self._fill_group(block, place, place.spec)
        elif isinstance(place.spec, Map):
            self._fill_map(block, place, place.spec)
        else:
            self._fill_list(block, place, place.spec)
        return block

    def _fill_group(self, block: Block, place: Place, spec: Group) -> None:
        told = place.field
        block.is_empty = place.value is MISSING and told is not None and told.start is not MISSING
        if block.is_empty:
            self.names.append("empty")
            return
        block.nodes = [self.node(one) for one in self.members(place, [one.name for one in spec.fields])]
        block.nodes += self.others(place, spec)

    def members(self, place: Place, names: Iterable[str]) -> Iterable[Place]:
        """Yield the places of members, whether they are there or not."""
        for name in names:
            found = tracing.child(place, name, self.picks)
            if found:
                yield found

    def others(self, place: Place, spec: Group) -> list[Control | Block]:
        """Return controls for members that no table knows, as JSON."""
        known = {*spec.hidden, *(one.name for one in spec.fields)}
        strange = [name for name in place.value if name not in known] if isinstance(place.value, dict) else []
        nodes = [self.node(one, name) for name in strange[:_WINDOW] for one in self.members(place, [name])]
        for node in nodes:
            node.can_unset = not isinstance(node, Control) or bool(node.name)
            node.help = node.help or "No node knows this."
        return nodes

    def _fill_map(self, block: Block, place: Place, spec: Map) -> None:
        members = place.value if isinstance(place.value, dict) else {}
        block.kind, block.noun, block.suggestions = "map", spec.noun, spec.suggestions
        block.new_name, block.takes_env, block.can_add = spec.name, spec.takes_env, True
        block.nodes = [self.node(one) for one in self.members(place, [one.name for one in spec.named])]
        known = {one.name for one in spec.named}
        names = [name for name in members if name not in known]
        block.count = len(names)
        block.is_plain = isinstance(spec.item, Text)
        wanted = names.index(self._next(place)) if self._next(place) in names else 0
        self._rows(block, place, names, wanted, _WINDOW)

    def _fill_list(self, block: Block, place: Place, spec: Spec) -> None:
        items = place.value if isinstance(place.value, list) else []
        block.kind, block.can_add = "list", True
        block.noun = spec.noun if isinstance(spec, (List, Lines)) else "item"
        block.count = len(items)
        block.is_plain = isinstance(spec, (Lines, Several))
        block.can_join = isinstance(spec, Lines) and as_lines(items) is not None
        wanted = self._next(place)
        index = int(wanted) if wanted.isascii() and wanted.isdigit() else 0
        names = [str(number) for number in range(len(items))]
        self._rows(block, place, names, index, _WINDOW if block.is_plain else _WINDOW_OF_OBJECTS)

    def _next(self, place: Place) -> str:
        """Return the part of `at` that leads on from a place."""
        if not self.at.startswith(f"{place.pointer}/"):
            return ""
        return pointers.split(self.at[len(place.pointer) :])[0]

    def _rows(self, block: Block, place: Place, names: list[str], wanted: int, size: int) -> None:
        """Make the rows around the wanted one, no more than fit, and say where the others are."""
        start = min(wanted, max(len(names) - 1, 0)) // size * size
        end = start
        for found in self.members(place, names[start : start + size]):
            if self.left <= 0:
                break
            block.rows.append(self._row(block, found, end, len(names)))
            end += 1
        block.earlier = encodable(pointers.join(place.pointer, names[start - 1])) if start else ""
        block.later = encodable(pointers.join(place.pointer, names[end])) if end < len(names) else ""

    def _row(self, block: Block, place: Place, index: int, count: int) -> Row:
        is_list = block.kind == "list"
        name = pointers.split(place.pointer)[-1]
        title = f"{block.noun.capitalize()} {index + 1}" if is_list else naming.short(name)
        row = Row(encodable(place.pointer), control_id(place.pointer, "r"), title, self.node(place, title))
        row.can_up, row.can_down = is_list and index > 0, is_list and index + 1 < count
        row.can_act = _can_name(place.pointer)
        if not is_list and row.can_act and "\n" not in name and "\r" not in name:
            row.name = self._name(place.pointer, name, block, index)
        return row

    def _name(self, pointer: str, shown: str, block: Block, index: int) -> Control:
        """Return the control of a member's name; its id has the place in it, to be the same under another name."""
        refusal = self.refusals.get(f"n:{pointer}")
        control = Control(
            kind="text",
            name=f"n:{pointer}",
            pointer=pointer,
            id=control_id(pointers.join(block.pointer, index), "n"),
            label=f"Name of {naming.short(shown)}",
            shown=refusal.typed if refusal else shown,
            suggestions=block.suggestions,
            is_required=True,
            problem=refusal.sentence if refusal else "",
        )
        self._count(control)
        return control

    def _findings(self, pointer: str, *, is_deep: bool) -> list[Finding]:
        deep = f"{pointer}/"
        return [one for one in self.findings if one.pointer == pointer or (is_deep and one.pointer.startswith(deep))]


def _is_optional(place: Place) -> bool:
    """Say whether there is a value that may be taken out."""
    return place.value is not MISSING and place.field is not None and not place.field.is_required


def _can_name(pointer: str) -> bool:
    """Say whether a control can be named by a pointer: a browser changes some characters, and long ones are hostile."""
    return len(pointer) <= _LONGEST_NAME and can_show(pointer) and "\n" not in pointer


def _is_secret(place: Place) -> bool:
    if isinstance(place.spec, Text) and place.spec.is_secret:
        return True
    is_named = place.field is None and isinstance(place.value, str) and isinstance(place.spec, Text)
    if not is_named or "%%" in str(place.value):
        return False
    return secrets.is_secret_name(pointers.split(place.pointer)[-1]) or secrets.holds_secret(str(place.value))


def _rows(kind: str, shown: str) -> int:
    """Return how many lines a control has."""
    most, least = {"area": (14, 2), "lines": (14, 2), "json": (18, 1)}.get(kind, (0, 0))
    return min(max(shown.count("\n") + 1, least), most)
