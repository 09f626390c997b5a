"""Changes to whole ops: another id with all that refers to it, and a copy."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from explorer.nosana.payloads import JsonObject, JsonValue
from jobs.definition import pointers
from jobs.definition.document import Document
from jobs.definition.edit import patches, values
from jobs.definition.edit.layout import Container, style_of
from jobs.definition.edit.splices import EditError, Splice
from jobs.definition.facts import all_texts


@dataclass(frozen=True, slots=True)
class Change:
    """A text that was changed: where it stands, and what it was and is."""

    pointer: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Renamed:
    """The document with the new id, and every text changed for it, the id itself first."""

    document: Document
    changes: tuple[Change, ...]


def rename_op(document: Document, index: int, new: str) -> Renamed:
    """Give an op another id, in its own place, in every `depends_on` and in every literal of any op's arguments.

    Refused are ids that another op has, and those that a literal or the network cannot hold: empty ones, and ones with
    a space, a dot or a percent sign. Where two ops share the old id, only the id changes: nobody can say which is
    meant elsewhere.
    """
    old = _op(document, index).get("id")
    _check_id(document, index, new)
    if not isinstance(old, str):
        pointer = pointers.join("", "ops", index, "id")
        return Renamed(patches.set_value(document, pointer, new), (Change(pointer, "", new),))
    if old == new:
        return Renamed(document, ())
    changes = [Change(pointers.join("", "ops", index, "id"), old, new)]
    if sum(op.get("id") == old for op in document.ops) == 1:
        changes += _references(document, old, new)
    splices = [_splice(document, change, old, new) for change in changes]
    expected = document.value
    for change in changes:
        expected = values.replaced(expected, change.pointer, change.new)
    return Renamed(patches.checked(document, splices, expected), tuple(changes))


def duplicate_op(document: Document, index: int, new: str | None = None) -> Document:
    """Put a copy of an op after it, written as the op is, with the id `new`, or else one that is free."""
    op = _op(document, index)
    chosen = _free_id(document, str(op.get("id") or "op")) if new is None else new
    _check_id(document, -1, chosen)
    container = Container(document, "/ops")
    child = container.children[index]
    raw = document.text[child.start : child.end]
    copied = patches.insert_written(document, container, index + 1, None, raw, op)
    return patches.set_value(copied, pointers.join("", "ops", index + 1, "id"), chosen)


def _op(document: Document, index: int) -> JsonObject:
    op: JsonValue = document.ops[index] if 0 <= index < len(document.ops) else {}
    if not isinstance(op, dict) or not op:
        raise EditError(f"There is no op at place {index}.")
    style_of(document, pointers.join("", "ops", index))  # refuses what cannot be edited in place
    return op


def _check_id(document: Document, index: int, new: str) -> None:
    if not new or set(new) & set(" .%"):
        raise EditError("An op's id must not be empty, nor have a space, a dot or a percent sign in it.")
    if any(op.get("id") == new for place, op in enumerate(document.ops) if place != index):
        raise EditError(f'There is an op "{new}" already.')


def _free_id(document: Document, name: str) -> str:
    taken = {op.get("id") for op in document.ops}
    base = re.sub(r"[ .%]", "-", name)
    number = 2
    while f"{base}-{number}" in taken:
        number += 1
    return f"{base}-{number}"


def _references(document: Document, old: str, new: str) -> list[Change]:
    """Return what else names the op: dependencies, and literals as nodes recognise them."""
    literal = re.compile(rf"(?<=%%ops\.){re.escape(old)}(?=\.[A-Za-z0-9._-]+%%)")
    changes: list[Change] = []
    for index, op in enumerate(document.ops):
        execution = op.get("execution")
        names = execution.get("depends_on") if isinstance(execution, dict) else None
        place = pointers.join("", "ops", index)
        for position, name in enumerate(names if isinstance(names, list) else []):
            if name == old:
                changes.append(Change(pointers.join(place, "execution", "depends_on", position), old, new))
        for pointer, text in all_texts(op.get("args"), f"{place}/args"):
            replaced = literal.sub(lambda _: new, text) if "%%ops." in text else text
            if replaced != text:
                changes.append(Change(pointer, text, replaced))
    return changes


def _splice(document: Document, change: Change, old: str, new: str) -> Splice:
    """Replace the id where it is written as it is; in a text that spells it otherwise, write the text anew."""
    span = document.value_span(change.pointer)
    if span is None:
        raise EditError("That place cannot be found in the text.")
    written = document.text[span.start : span.end].replace(f"%%ops.{old}.", f"%%ops.{new}.")
    kept = written if _said(written) == change.new else patches.json_text(change.new)
    return Splice(span.start, span.end, kept)


def _said(written: str) -> JsonValue:
    """Return what a piece of text says in JSON; None where it is not JSON by itself."""
    try:
        value: JsonValue = json.loads(written)
    except ValueError:
        return None
    return value
