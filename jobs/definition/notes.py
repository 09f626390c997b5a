"""What reading a text says about it, before there is a document to point into."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Final

from explorer.nosana.payloads import JsonValue
from jobs.definition import naming
from jobs.definition.places import Places

#: A nested value deeper than this is refused: nothing real comes near, and walking it needs a stack.
MAX_DEPTH: Final = 64
#: So many remarks of one code are given; the rest is only counted.
MOST: Final = 100


@dataclass(frozen=True, slots=True)
class Note:
    """A remark of the reader: the code of the finding it becomes, where in the text, and its sentence."""

    code: str
    offset: int
    message: str
    pointer: str = ""


class Unreadable(Exception):
    """The text cannot be read; `note` says where and why."""

    def __init__(self, code: str, offset: int, message: str) -> None:
        super().__init__(message)
        self.note = Note(code, offset, message)


@dataclass(frozen=True, slots=True)
class Reading:
    """A value, how it was written ("json", "repaired" or "yaml"), where its parts stand, and remarks."""

    value: JsonValue
    syntax: str
    places: Places
    notes: tuple[Note, ...] = ()


class Notes:
    """Remarks in the order they are made, no more than MOST of each code; the last of them tells of the others."""

    def __init__(self) -> None:
        self._kept: list[Note] = []
        self._counts: Counter[str] = Counter()

    def add(self, note: Note) -> None:
        """Keep a remark, or only count it."""
        self._counts[note.code] += 1
        if self._counts[note.code] <= MOST:
            self._kept.append(note)

    def all(self) -> tuple[Note, ...]:
        """Return what was kept, in the order of the text."""
        return tuple(map(self._telling, sorted(self._kept, key=lambda note: note.offset)))

    def _telling(self, note: Note) -> Note:
        more = self._counts.pop(note.code, 0) - MOST
        return note if more <= 0 else replace(note, message=f"{note.message} There are {more:,} more of this kind.")


def too_deep(offset: int) -> Unreadable:
    """Return the refusal of a value that is nested too deeply, at the bracket that is one too many."""
    return Unreadable("ND003", offset, f"Lists and objects are nested more than {MAX_DEPTH} levels deep; flatten them.")


def no_number(offset: int, written: str) -> Unreadable:
    """Return the refusal of NaN, Infinity or a number that is too large."""
    short = written if len(written) <= 20 else f"{written[:17]}…"
    return Unreadable("ND004", offset, f"{short} is not a number that JSON can hold; write a finite number, or a text.")


def doubled(offset: int, pointer: str, key: str) -> Note:
    """Return the remark that an object has a key twice."""
    message = (
        f'The key "{naming.short(key)}" stands here twice in one object; nodes use the last one, so remove the others.'
    )
    return Note("ND005", offset, message, pointer)
