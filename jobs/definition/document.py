"""A definition as it was read: its text, its value, and where each part of the value stands in the text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property
from typing import Final

from explorer.nosana.payloads import JsonObject, JsonValue
from jobs.definition import encoding, pointers, strict, yaml_text
from jobs.definition.codes import severity
from jobs.definition.findings import Finding
from jobs.definition.notes import Note, Unreadable
from jobs.definition.places import Nowhere, Places, Position, Span

#: The longest text read, in bytes.
LIMIT: Final = 1_000_000


class Missing(Enum):
    """The type of MISSING: no value at all, which None (JSON's null) is not."""

    MISSING = "missing"


MISSING: Final = Missing.MISSING


@dataclass(frozen=True)
class Document:
    """A text that was read. `syntax` is "json", "repaired" (JSON after repairs), "yaml" or "unreadable".

    `value` keeps the order of members; it is None when nothing could be read. `findings` are those of reading:
    repairs, doubled keys, the error that stopped it. Positions are worked out when first asked for.
    """

    text: str
    value: JsonValue
    syntax: str
    findings: tuple[Finding, ...] = ()
    places: Places = field(default_factory=Nowhere, compare=False, repr=False)

    @property
    def is_readable(self) -> bool:
        """Say whether there is a value."""
        return self.syntax != "unreadable"

    @cached_property
    def ops(self) -> tuple[JsonObject, ...]:
        """The ops in order, whatever else is wrong; {} stands for one that is not an object, so that indexes hold."""
        listed = self.value.get("ops") if isinstance(self.value, dict) else None
        if not isinstance(listed, list):
            return ()
        return tuple(op if isinstance(op, dict) else {} for op in listed)

    def get(self, pointer: str) -> JsonValue | Missing:
        """Return the value at a pointer, or MISSING."""
        if not self.is_readable:
            return MISSING
        value: JsonValue | Missing = self.value
        for part in pointers.split(pointer):
            value = _member(value, part)
        return value

    def value_span(self, pointer: str) -> Span | None:
        """Return where the value stands in the text, or None if it is not there."""
        return self.places.value(pointer)

    def key_span(self, pointer: str) -> Span | None:
        """Return where the member's key stands; None for items of lists and for what is not there."""
        return self.places.key(pointer)

    def position(self, pointer: str) -> Position:
        """Return line and column of `offset`."""
        return self.position_at(self.offset(pointer))

    def position_at(self, offset: int) -> Position:
        """Return line and column of an offset in the text; costs the text before it."""
        return next(self.positions_at([offset]))

    def positions_at(self, offsets: Iterable[int]) -> Iterator[Position]:
        """Return line and column of each offset; costs the text once when they come in its order."""
        line, done = 1, 0
        for offset in offsets:
            if offset < done:
                line, done = 1, 0
            line += self.text.count("\n", done, offset)
            done = offset
            yield Position(offset, line, offset - self.text.rfind("\n", 0, offset))

    def offset(self, pointer: str) -> int:
        """Return where a member's key, or else the value, begins; the nearest known parent's where neither is there."""
        span = self.places.key(pointer) or self.places.value(pointer)
        while span is None and pointer:
            pointer = pointers.parent(pointer)
            span = self.places.key(pointer) or self.places.value(pointer)
        return span.start if span else 0


def _member(value: JsonValue | Missing, part: str) -> JsonValue | Missing:
    if isinstance(value, dict):
        return value.get(part, MISSING)
    if isinstance(value, list) and part.isascii() and part.isdigit() and str(int(part)) == part:
        index = int(part)
        return value[index] if index < len(value) else MISSING
    return MISSING


def read(text: str | bytes, *, limit: int = LIMIT) -> Document:
    """Read a definition from JSON, JSON with slips, or YAML; never raises. What went wrong is in its findings.

    `limit` is in bytes. Linear in the text: about 0.1 ms for ten ops of JSON, a hundred times that of YAML.
    """
    decoded, notes = encoding.decode(text)
    if encoding.is_longer(text, limit):
        return _unreadable(decoded, Note("ND001", 0, f"The text is longer than {limit:,} bytes; shorten it."))
    try:
        reading = yaml_text.read(decoded) if encoding.looks_like_yaml(decoded) else strict.read(decoded)
    except Unreadable as refusal:
        return _unreadable(decoded, *notes, refusal.note)
    bare = Document(decoded, reading.value, reading.syntax, places=reading.places)
    return replace(bare, findings=_findings(bare, (*notes, *reading.notes)))


def _unreadable(text: str, *notes: Note) -> Document:
    bare = Document(text, None, "unreadable")
    return replace(bare, findings=_findings(bare, notes))


def _findings(document: Document, notes: tuple[Note, ...]) -> tuple[Finding, ...]:
    offsets = (document.offset(note.pointer) if note.offset < 0 else note.offset for note in notes)
    return tuple(
        Finding(note.code, severity(note.code), note.pointer, place.line, place.column, note.message)
        for note, place in zip(notes, document.positions_at(offsets), strict=True)
    )
