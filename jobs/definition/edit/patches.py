"""Changes to a definition's text by JSON pointer, each as small as it can be.

Every function returns the document read anew, and raises EditError where the place is not there, the text is not JSON,
or the change cannot be made without touching something else. Before it returns, the text is read and compared with the
same change made to the value, so that no edit can break a definition unseen. Costs two readings of the text.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from explorer.nosana.payloads import JsonValue
from jobs.definition import pointers
from jobs.definition.document import MISSING, Document, read
from jobs.definition.edit import values
from jobs.definition.edit.insertion import insertion
from jobs.definition.edit.layout import Container, Style, line_indent, style_of, style_of_item
from jobs.definition.edit.removal import removal
from jobs.definition.edit.splices import EditError, Splice, applied
from jobs.definition.findings import PatchOp


def set_value(document: Document, pointer: str, value: JsonValue) -> Document:
    """Put a value in the place of another, or add a member or item at the end of what has none there.

    A value that is the same already keeps its spelling.
    """
    current = _editable(document).get(pointer)
    if current is MISSING:
        return _added(document, pointer, value)
    span = document.value_span(pointer)
    if span is None:
        raise EditError("That place cannot be found in the text.")
    if values.same(current, value):
        return document
    old = document.text[span.start : span.end]
    piece = _style_for(document, pointer, old).render(value)
    return checked(document, [Splice(span.start, span.end, piece)], values.replaced(document.value, pointer, value))


def insert_item(document: Document, pointer: str, value: JsonValue) -> Document:
    """Put a value into a list, before the item at the pointer; "-" stands for the end."""
    container, index = _place(_editable(document), pointer)
    piece = style_of_item(document, container, index).render(value)
    return insert_written(document, container, index, None, piece, value)


def insert_member(
    document: Document, pointer: str, key: str, value: JsonValue, *, after: str | None = None
) -> Document:
    """Add a member to the object at the pointer, after the member of that name, or at the end."""
    container = Container(_editable(document), pointer)
    if not isinstance(container.value, dict):
        raise EditError("There is no object at that place.")
    if key in container.value:
        raise EditError(f'There is a "{key}" at that place already.')
    index = len(container.children) if after is None else container.index_of(after) + 1
    piece = _member(key, value, style_of(document, pointer))
    return insert_written(document, container, index, key, piece, value)


def remove(document: Document, pointer: str) -> Document:
    """Take a member or an item out, with its comma, and its lines if nothing else stands on them."""
    if not pointer:
        raise EditError("The whole definition cannot be removed.")
    container = Container(_editable(document), pointers.parent(pointer))
    index = container.index_of(pointers.split(pointer)[-1])
    return checked(document, removal(container, index), values.removed(document.value, container.pointer, index))


def move_item(document: Document, pointer: str, to: int) -> Document:
    """Move an item of a list so that its index becomes `to`; its own text stays as it is."""
    container = Container(_editable(document), pointers.parent(pointer))
    if not isinstance(container.value, list):
        raise EditError("There is no list at that place.")
    child = container.children[values.index(pointers.split(pointer)[-1], len(container.children) - 1)]
    if not 0 <= to < len(container.children):
        raise EditError(f"The list has no place {to}.")
    if to == int(child.name):
        return document
    raw, value = document.text[child.start : child.end], container.value[int(child.name)]
    without = remove(document, pointer)
    return insert_written(without, Container(without, container.pointer), to, None, raw, value)


def rename_key(document: Document, pointer: str, new: str) -> Document:
    """Give a member another key, in the same place."""
    container, old = pointers.parent(pointer), (pointers.split(pointer) or [""])[-1]
    span = _editable(document).key_span(pointer)
    members = document.get(container)
    if span is None or not isinstance(members, dict):
        raise EditError("There is no member with a key at that place.")
    if new == old:
        return document
    if new in members:
        raise EditError(f'There is a "{new}" at that place already.')
    splice = Splice(span.start, span.end, json_text(new))
    return checked(document, [splice], values.renamed(document.value, container, old, new))


def apply_patch(document: Document, operations: Iterable[PatchOp]) -> Document:
    """Apply a JSON Patch (RFC 6902), such as the fix of a finding, one operation after the other."""
    for operation in operations:
        document = _applied(document, operation)
    return document


def _applied(document: Document, operation: PatchOp) -> Document:
    if operation.op == "remove":
        return remove(document, operation.path)
    if operation.op == "move":
        return _moved(document, operation.source or "", operation.path)
    if operation.op == "replace" and document.get(operation.path) is MISSING:
        raise EditError("There is nothing to replace at that place.")
    if operation.op == "add" and isinstance(document.get(pointers.parent(operation.path)), list):
        return insert_item(document, operation.path, operation.value)
    return set_value(document, operation.path, operation.value)


def _moved(document: Document, source: str, target: str) -> Document:
    value = document.get(source)
    if value is MISSING or target == source or target.startswith(f"{source}/"):
        raise EditError("There is nothing to move there.")
    around = document.get(pointers.parent(source))
    if pointers.parent(source) == pointers.parent(target) and source:
        name = pointers.split(target)[-1]
        if isinstance(around, list):
            return move_item(document, source, len(around) - 1 if name == "-" else values.index(name, len(around) - 1))
        without = document if document.get(target) is MISSING else remove(document, target)
        return rename_key(without, source, name)
    return _applied(remove(document, source), PatchOp("add", target, value))


def _editable(document: Document) -> Document:
    if document.syntax == "yaml":
        raise EditError("Only JSON can be edited in place; convert the YAML to JSON first.")
    if not document.is_readable:
        raise EditError("The text cannot be read as JSON; correct it by hand first.")
    return document


def _added(document: Document, pointer: str, value: JsonValue) -> Document:
    if not isinstance(document.get(pointers.parent(pointer)), dict):
        container, index = _place(document, pointer)
        if index != len(container.children):
            raise EditError("There is no such place.")
        return insert_item(document, pointer, value)
    return insert_member(document, pointers.parent(pointer), pointers.split(pointer)[-1], value)


def _place(document: Document, pointer: str) -> tuple[Container, int]:
    """Return the list that a pointer leads into, and the index at which it does."""
    container = Container(document, pointers.parent(pointer))
    if not isinstance(container.value, list) or not pointer:
        raise EditError("There is no list at that place.")
    part, count = pointers.split(pointer)[-1], len(container.children)
    return container, count if part == "-" else values.index(part, count)


def insert_written(
    document: Document, container: Container, index: int, key: str | None, piece: str, value: JsonValue
) -> Document:
    """Put `piece`, JSON that says `value` (for a member: with `key` before it), before the `index`th child."""
    style = style_of(document, container.pointer)
    expected = values.inserted(document.value, container.pointer, index, key, value)
    return checked(document, insertion(container, style, index, piece), expected)


def _style_for(document: Document, pointer: str, old: str) -> Style:
    """Return how a value that takes the place of `old` is written: in one line if a list or object was."""
    if not pointer:
        return style_of(document, "") if old[:1] in {"[", "{"} else Style(False, "", "", "  ", "\n", ": ", ", ")
    style = style_of(document, pointers.parent(pointer))
    is_one_line = len(old) > 2 and old[0] in "[{" and "\n" not in old
    span = document.key_span(pointer) or document.value_span(pointer)
    indent = line_indent(document.text, span.start) if span else style.indent
    return Style(
        style.is_multiline and not is_one_line, indent, style.outer, style.unit, style.newline, style.colon, style.comma
    )


def _member(key: str, value: JsonValue, style: Style) -> str:
    return f"{json_text(key)}{style.colon}{style.render(value)}"


def json_text(text: str) -> str:
    """Return a text in quotes, escaped where JSON asks for it, and where it could not be stored."""
    shown = json.dumps(text, ensure_ascii=False)
    return shown if shown.isprintable() else json.dumps(text)


def checked(document: Document, splices: list[Splice], expected: JsonValue) -> Document:
    """Return the document after replacements, if it then has the value that it should have."""
    changed = read(applied(document.text, splices))
    if not changed.is_readable:
        raise EditError(changed.findings[0].message if changed.findings else "The change would break the text.")
    if not values.same(changed.value, expected):
        raise EditError("This cannot be changed here without changing something else; edit the text by hand.")
    return changed
