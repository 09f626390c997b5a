"""Adds, removes, moves, duplicates and renames ops, items and members."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from explorer.nosana.payloads import JsonValue
from jobs.builder import starters
from jobs.builder.form.patching import Patching
from jobs.builder.form.posting import Posted
from jobs.builder.form.references import references
from jobs.builder.form.specs import List, Map
from jobs.builder.form.tracing import Place, trace
from jobs.definition import naming, pointers
from jobs.definition.document import MISSING, Document, Missing
from jobs.definition.edit import ops, patches, values
from jobs.definition.edit.layout import Container
from jobs.definition.edit.splices import EditError
from jobs.definition.imports.dotenv import import_env

_OP: Final = re.compile(r"/ops/(\d{1,9})")
_NO_PLACE: Final = "There is no such place in the definition any more."


@dataclass(frozen=True, slots=True)
class Done:
    """The document as an action left it, the place to go to, the step's name, and what there is to say."""

    document: Document
    at: str
    label: str
    notes: tuple[str, ...] = ()
    picks: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The document's text."""
        return self.document.text


def fields_of(data: Posted) -> dict[str, str]:
    """Return the last value of each posted field."""
    return {name: found[-1] for name, found in data.lists() if found}


def add(document: Document, pointer: str, fields: Mapping[str, str]) -> Done:
    """Add an op, an item, a member (named by `+n:` + pointer, with the value `+f:` + pointer), or what is not there."""
    if pointer == "/ops":
        return _add_op(document, fields)
    place = _place(document, pointer)
    if isinstance(place.spec, Map):
        return _add_member(document, place, place.spec, fields)
    patching = Patching(document)
    if place.value is MISSING and place.field and not isinstance(place.field.start, Missing):
        patching.set(pointer, place.field.start)
        return Done(_applied(document, patching), pointer, f"{place.field.label} added")
    start: JsonValue = place.spec.start if isinstance(place.spec, List) else ""
    items = place.value if isinstance(place.value, list) else []
    if place.value is MISSING:
        patching.set(pointer, [start])
    else:
        patching.insert(pointers.join(pointer, len(items)), start)
    return Done(_applied(document, patching), pointers.join(pointer, len(items)), f"{naming.place(pointer)}: added")


def _add_member(document: Document, place: Place, spec: Map, fields: Mapping[str, str]) -> Done:
    members = place.value if isinstance(place.value, dict) else {}
    wanted = fields.get(f"+n:{place.pointer}", "").strip()
    name = wanted or _free_name(spec.name, members)
    if name in members:
        raise EditError(f"There is a “{naming.short(name)}” already.")
    typed = fields.get(f"+f:{place.pointer}", "")
    value = typed if isinstance(spec.start, str) else spec.start
    patching = Patching(document)
    patching.set(pointers.join(place.pointer, name), value)
    return Done(_applied(document, patching), pointers.join(place.pointer, name), f"{naming.short(name)} added")


def _free_name(name: str, members: Mapping[str, JsonValue]) -> str:
    number, free = 1, name
    while free in members:
        number += 1
        free = f"{name}_{number}"
    return free


def _add_op(document: Document, fields: Mapping[str, str]) -> Done:
    starter = starters.find(fields.get("starter", "")) or starters.STARTERS[0]
    op = starter.op({str(one.get("id")) for one in document.ops})
    after = fields.get("after", "")
    count = len(document.ops)
    index = int(after) + 1 if after.isascii() and after.isdigit() and int(after[:9]) < count else count
    patching = Patching(document)
    if isinstance(document.get("/ops"), list):
        patching.insert(pointers.join("/ops", index), op)
    else:
        patching.set("/ops", [op])
        index = 0
    return Done(_applied(document, patching), pointers.join("/ops", index), f"{naming.short(str(op['id']))} added")


def remove(document: Document, pointer: str, _: Mapping[str, str]) -> Done:
    """Take an op, an item or a member out; an optional list or map that is empty then goes with it."""
    place = _place(document, pointer)
    if place.value is MISSING or not pointer or pointer == "/ops":
        raise EditError(_NO_PLACE)
    container = pointers.parent(pointer)
    op = _OP.fullmatch(pointer)
    notes = references(document, int(op[1])) if op else ()
    name = _named(document, pointer)
    patching = Patching(document)
    patching.remove(pointer)
    around = _place(document, container)
    if not patching.get(container) and around.field and not around.is_required:
        patching.remove(container)
    at = pointers.join(container, max(int(op[1]) - 1, 0)) if op else container
    return Done(_applied(document, patching), at, f"{name} removed", notes)


def moved_by(document: Document, pointer: str, by: int) -> Done:
    """Move an item up or down."""
    index = _index(pointer)
    return _moved(document, pointer, index + by)


def move(document: Document, pointer: str, fields: Mapping[str, str]) -> Done:
    """Move an item to the place `to`, which counts from 0."""
    to = fields.get("to", "")
    if not to.isascii() or not to.isdigit():
        raise EditError("The place to move to is a number.")
    return _moved(document, pointer, int(to[:9]))


def _moved(document: Document, pointer: str, to: int) -> Done:
    moved = patches.move_item(document, pointer, to)
    return Done(moved, pointers.join(pointers.parent(pointer), to), f"{_named(document, pointer)} moved")


def duplicate(document: Document, pointer: str, _: Mapping[str, str]) -> Done:
    """Put a copy of an op or an item after it, written as it is; an op's gets an id of its own."""
    index = _index(pointer)
    after = pointers.join(pointers.parent(pointer), index + 1)
    label = f"{_named(document, pointer)} duplicated"
    if _OP.fullmatch(pointer):
        return Done(ops.duplicate_op(document, index), after, label)
    container = Container(document, pointers.parent(pointer))
    if not isinstance(container.value, list) or index >= len(container.children):
        raise EditError(_NO_PLACE)
    child = container.children[index]
    raw = document.text[child.start : child.end]
    copied = patches.insert_written(document, container, index + 1, None, raw, container.value[index])
    return Done(copied, after, label)


def rename(document: Document, pointer: str, fields: Mapping[str, str]) -> Done:
    """Give an op the id `id`, with all that refers to it."""
    op = _OP.fullmatch(pointer)
    if not op:
        raise EditError(_NO_PLACE)
    renamed = ops.rename_op(document, int(op[1]), fields.get("id", ""))
    changed = [change.pointer for change in renamed.changes[1:]]
    notes = (f"It was named in {len(changed)} more places, which name it anew.",) if changed else ()
    return Done(renamed.document, pointer, f"{_named(document, pointer)} renamed", notes)


def paste(document: Document, pointer: str, fields: Mapping[str, str]) -> Done:
    """Set the variables of the `.env` text in `+t:` + pointer; those that are there already get the new values."""
    place = _place(document, pointer)
    if not isinstance(place.spec, Map) or not place.spec.takes_env:
        raise EditError(_NO_PLACE)
    found = import_env(fields.get(f"+t:{pointer}", ""))
    notes = tuple(f"{naming.short(one.what)}: {one.why}" for one in found.report)
    if not found.value:
        raise EditError(" ".join(("There is no variable in this text.", *notes)))
    patching = Patching(document)
    for name, value in found.value.items():
        patching.set(pointers.join(pointer, name), value)
    return Done(_applied(document, patching), pointer, f"{len(found.value)} variables pasted", notes)


def _place(document: Document, pointer: str) -> Place:
    try:
        place = trace(document, pointer)
    except ValueError as problem:
        raise EditError(_NO_PLACE) from problem
    if place is None:
        raise EditError(_NO_PLACE)
    return place


def _index(pointer: str) -> int:
    return values.index((pointer.rpartition("/")[2]), 10**6)


def _named(document: Document, pointer: str) -> str:
    op_id = document.get(f"{pointer}/id") if _OP.fullmatch(pointer) else None
    return naming.short(op_id) if isinstance(op_id, str) and op_id else naming.place(pointer)


def _applied(document: Document, patching: Patching) -> Document:
    return patches.apply_patch(document, patching.patches)
