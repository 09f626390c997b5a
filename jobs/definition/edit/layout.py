"""How the text around a place is written, so that what is added looks the same."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import Final

from explorer.nosana.payloads import JsonValue
from jobs.definition import pointers
from jobs.definition.document import Document
from jobs.definition.edit.splices import EditError
from jobs.definition.places import Span

#: What may stand between two values.
_GAP: Final = re.compile(
    r"(?P<comment>//[^\n\r]*|#[^\n\r]*|/\*.*?\*/)|(?P<comma>,)|(?P<space>\s+|[\ufeff\u200b]+)", re.DOTALL
)
_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_DOUBLED: Final = "A key stands twice near that place; remove one of the two by hand first."
_INDENT: Final = re.compile(r"[ \t]*")


@dataclass(frozen=True, slots=True)
class Style:
    """How values are written: a line for each item, or all in one line; with which indents, spaces and line ends."""

    is_multiline: bool
    indent: str  # of the items
    outer: str  # of the closing bracket
    unit: str
    newline: str
    colon: str
    comma: str  # between items in one line

    def render(self, value: JsonValue) -> str:
        """Return a value as JSON, as an item of what has this style."""
        indent = self.unit if self.is_multiline else None
        separators = ("," if self.is_multiline else self.comma, self.colon)
        try:
            text = json.dumps(value, indent=indent, separators=separators, ensure_ascii=False, allow_nan=False)
        except ValueError as problem:
            raise EditError("NaN and infinite numbers cannot be written as JSON.") from problem
        # no text within JSON has a raw line end, so that each of these begins a line
        text = text.replace("\n", self.newline + self.indent)
        return _LONE_SURROGATE.sub(lambda lone: f"\\u{ord(lone[0]):04x}", text)

    @property
    def line(self) -> str:
        """What comes before an item on a line of its own."""
        return self.newline + self.indent


@dataclass(frozen=True, slots=True)
class Child:
    """An item, or a member with its key."""

    name: str
    start: int
    value: Span

    @property
    def end(self) -> int:
        """The first offset after it."""
        return self.value.end


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of what stands between values: a comment, a comma or space."""

    kind: str
    start: int
    end: int


class Container:
    """A list or an object in a text: where its parts and what is between them stand."""

    def __init__(self, document: Document, pointer: str) -> None:
        value = document.get(pointer)
        span = document.value_span(pointer)
        if not isinstance(value, list | dict) or span is None:
            raise EditError("There is no list and no object at that place.")
        self.text = document.text
        self.pointer = pointer
        self.value: list[JsonValue] | dict[str, JsonValue] = value
        self.opening, self.closing = span.start, span.end - 1
        names = list(value) if isinstance(value, dict) else [str(index) for index in range(len(value))]
        self.children = [_child(document, pointer, name) for name in names]

    def gap(self, index: int) -> list[Token]:
        """Return what stands before the `index`th child, or after all of them."""
        start = self.children[index - 1].end if index else self.opening + 1
        end = self.children[index].start if index < len(self.children) else self.closing
        return _tokens(self.text, start, end)

    def index_of(self, name: str) -> int:
        """Return the place of a child, or raise EditError."""
        for index, child in enumerate(self.children):
            if child.name == name:
                return index
        raise EditError(f'There is no "{name}" at that place.')


def _child(document: Document, pointer: str, name: str) -> Child:
    place = pointers.join(pointer, name)
    key, value = document.key_span(place), document.value_span(place)
    if value is None:
        raise EditError("That place cannot be found in the text.")
    return Child(name, key.start if key else value.start, value)


def _tokens(text: str, start: int, end: int) -> list[Token]:
    found: list[Token] = []
    at = start
    while at < end:
        token = _GAP.match(text, at, end)
        if not token:
            raise EditError(_DOUBLED)
        found.append(Token(token.lastgroup or "", at, token.end()))
        at = token.end()
    if at > end:
        raise EditError(_DOUBLED)
    return found


def style_of(document: Document, pointer: str) -> Style:
    """Return how the items of a list or object are written; of an empty one, as those around it are."""
    container = Container(document, pointer)
    text = document.text
    outer = line_indent(text, container.opening)
    if not container.children:
        if not pointer:
            return Style(False, "  ", "", "  ", _newline(text), ": ", ", ")
        around = style_of(document, pointers.parent(pointer))
        return replace(around, indent=outer + around.unit, outer=outer)
    first = container.children[0]
    spacing = _spacing(document, container)
    if not re.search(r"[\n\r]", text[container.opening : first.start]):
        return Style(False, outer, outer, "  ", _newline(text), *spacing)
    indent = line_indent(text, first.start)
    unit = indent.removeprefix(outer) if indent.startswith(outer) and indent != outer else "  "
    return Style(True, indent, outer, unit, _newline(text), *spacing)


def style_of_item(document: Document, container: Container, index: int) -> Style:
    """Return how a list or object is written that becomes the `index`th item: as the one before or after it."""
    style = style_of(document, container.pointer)
    if not container.children:
        return style
    neighbour = container.children[max(index - 1, 0)]
    written = container.text[neighbour.start : neighbour.end]
    if written[:1] not in {"[", "{"} or len(written) == 2:
        return style
    inside = style_of(document, pointers.join(container.pointer, neighbour.name))
    if not inside.is_multiline:
        return replace(style, is_multiline=False, comma=inside.comma)
    return replace(inside, indent=line_indent(container.text, neighbour.end - 1))


def _spacing(document: Document, container: Container) -> tuple[str, str]:
    """Return what stands after keys and between items here, or else where the definition begins."""
    root = document.value
    names = list(container.value) if isinstance(container.value, dict) else []
    place = pointers.join(container.pointer, names[0]) if names else ""
    if not place and isinstance(root, dict) and root:
        place = pointers.join("", next(iter(root)))
    key, value = (document.key_span(place), document.value_span(place)) if place else (None, None)
    colon = document.text[key.end : value.start] if key and value else ": "
    colon = colon if colon.strip() == ":" and "\n" not in colon and "\r" not in colon else ": "
    return colon, ", " if colon[-1] != ":" else ","


def _newline(text: str) -> str:
    if "\r\n" in text:
        return "\r\n"
    return "\r" if "\r" in text and "\n" not in text else "\n"


def line_indent(text: str, at: int) -> str:
    """Return the spaces with which the line of an offset begins."""
    start = max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1
    found = _INDENT.match(text, start, at)
    return found[0] if found else ""
