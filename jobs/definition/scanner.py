"""Reads JSON with the slips people make, and says where each one is. Never recurses; one pass over the text.

Repaired is only what has one meaning: comments, a comma too many before a closing bracket, a comma missing between
two lines or values, text in single quotes, bare names as keys, and raw control characters within a text. The text is
turned into strict JSON by small edits, so that the C decoder reads it and places can be told in both.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field
from typing import Final

from jobs.definition import naming, pointers
from jobs.definition.notes import MAX_DEPTH, Note, Notes, Unreadable, doubled, no_number, too_deep
from jobs.definition.places import Shifts

_TOKEN: Final = re.compile(
    r"""(?P<space>[ \t\n\r]++)
    |(?P<string>"(?:[^"\\\n\r]|\\[^\n\r])*+")
    |(?P<punct>[{}\[\],:])
    |(?P<number>-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?(?![\w.+$-]))
    |(?P<word>-?[A-Za-z_$][\w$-]*+)
    |(?P<comment>//[^\n\r]*+|\#[^\n\r]*+|/\*[^*]*+(?:\*(?!/)[^*]*+)*\*/)
    |(?P<single>'(?:[^'\\\n\r]|\\[^\n\r])*+')
    |(?P<odd>[\ufeff\u00a0\u200b\u2028\u2029\u3000])""",
    re.VERBOSE,
)
#: Groups: an escape that JSON does not have, a raw control character, a double quote within single ones.
_ESCAPE: Final = re.compile(r"\\(?:u[0-9a-fA-F]{4}|[\"\\/bfnrt])|(\\.)|([\x00-\x1f])|(\")", re.DOTALL)
_CONSTANTS: Final = {"true", "false", "null"}
_NOT_NUMBERS: Final = {"NaN", "Infinity", "-Infinity", "-NaN"}
_CLOSING: Final = {"{": "}", "[": "]"}
# What may come next.
_VALUE, _FIRST_ITEM, _KEY, _FIRST_KEY, _COLON, _COMMA, _END = range(7)


@dataclass(slots=True)
class _Frame:
    """An open container: where it began, the keys seen in it, and the way to the value being read."""

    bracket: str
    start: int
    part: str | int | None  # the key or index being read; None before the first key
    keys: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Repaired:
    """Strict JSON made from a text, how offsets in it relate to those in the text, and what was repaired."""

    text: str
    shifts: Shifts
    notes: tuple[Note, ...]


def repair(text: str) -> Repaired:
    """Return the text as strict JSON; Unreadable where it is not JSON in any manner."""
    scanner = _Scanner(text)
    scanner.run()
    strict, shifts = _edited(text, sorted(scanner.edits))
    return Repaired(strict, shifts, scanner.notes.all())


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.edits: list[tuple[int, int, str]] = []
        self.notes = Notes()
        self._stack: list[_Frame] = []
        self._expect = _VALUE
        self._comma = 0  # offset of the last comma
        self._end = 0  # where the last value ended

    def run(self) -> None:
        """Read the whole text, noting edits and remarks."""
        at, size = 0, len(self.text)
        while at < size:
            found = _TOKEN.match(self.text, at)
            if found is None:
                raise self._unexpected(at)
            if found.lastgroup != "space":
                self._take(found.lastgroup or "", found[0], at)
            at = found.end()
        if self._expect != _END:
            raise self._unfinished()

    def _take(self, kind: str, piece: str, at: int) -> None:
        if kind == "comment":
            self._blank(at, piece)
            self._note("ND006", at, "JSON has no comments; remove it, or keep the note in meta.")
        elif kind == "odd":
            self._blank(at, piece)
            self._note(*_odd_character(piece, at))
        elif kind == "punct":
            self._punctuation(piece, at)
        else:
            self._value_or_key(kind, piece, at)

    def _punctuation(self, piece: str, at: int) -> None:
        if piece in "{[":
            self._before_value(at)
            self._open(piece, at)
        elif piece in "}]":
            self._close(piece, at)
        elif piece == "," and self._expect == _COMMA:
            self._comma = at
            self._expect = _KEY if self._stack[-1].bracket == "{" else _VALUE
        elif piece == ":" and self._expect == _COLON:
            self._expect = _VALUE
        else:
            raise self._unexpected(at)

    def _open(self, piece: str, at: int) -> None:
        if len(self._stack) == MAX_DEPTH:
            raise too_deep(at)
        self._stack.append(_Frame(piece, at, None if piece == "{" else 0))
        self._expect = _FIRST_KEY if piece == "{" else _FIRST_ITEM

    def _close(self, piece: str, at: int) -> None:
        if not self._stack or _CLOSING[self._stack[-1].bracket] != piece or self._expect == _COLON:
            raise self._unexpected(at)
        if self._expect == _KEY or (self._expect == _VALUE and piece == "]"):
            self.edits.append((self._comma, self._comma + 1, " "))
            self._note("ND007", self._comma, f"JSON allows no comma before {piece}; remove it.")
        elif self._expect == _VALUE:
            raise self._unexpected(at)
        self._stack.pop()
        self._after_value(at + 1)

    def _value_or_key(self, kind: str, piece: str, at: int) -> None:
        if self._expect == _COMMA and self._stack[-1].bracket == "{" and kind in ("string", "single"):
            self._missing_comma(at)
        if self._expect in (_KEY, _FIRST_KEY):
            self._key(kind, piece, at)
        else:
            self._before_value(at)
            self._scalar(kind, piece, at)
            self._after_value(at + len(piece))

    def _before_value(self, at: int) -> None:
        if self._expect == _COMMA and self._stack[-1].bracket == "[":
            self._missing_comma(at)
        if self._expect not in (_VALUE, _FIRST_ITEM):
            raise self._unexpected(at)

    def _after_value(self, end: int) -> None:
        self._end = end
        self._expect = _COMMA if self._stack else _END
        if self._stack and isinstance(self._stack[-1].part, int):
            self._stack[-1].part += 1

    def _missing_comma(self, at: int) -> None:
        if at == self._end:  # nothing between the two: more likely a quote that was not escaped
            raise self._unexpected(at)
        self.edits.append((self._end, self._end, ","))
        self._note("ND008", self._end, "A comma is missing after this value; add one.")
        self._expect = _KEY if self._stack[-1].bracket == "{" else _VALUE

    def _key(self, kind: str, piece: str, at: int) -> None:
        if kind not in ("string", "single", "word"):
            raise self._unexpected(at)
        if kind == "word":
            self._replace(at, piece, f'"{piece}"')
            self._note("ND009", at, f"The key {naming.short(piece)} needs double quotes.")
        else:
            self._scalar(kind, piece, at)
        frame = self._stack[-1]
        key = piece if kind == "word" else json.loads(_double_quoted(piece))
        frame.part = key
        if key in frame.keys:
            self.notes.add(doubled(at, self._pointer(self._stack), key))
        frame.keys.add(key)
        self._expect = _COLON

    def _scalar(self, kind: str, piece: str, at: int) -> None:
        if kind == "number" and not math.isfinite(float(piece)):
            raise no_number(at, piece)
        if kind == "word":
            self._word(piece, at)
        if kind == "single":
            self._note("ND009", at, "JSON writes text in double quotes, not in single ones.")
        if kind in ("string", "single"):
            self._string(kind, piece, at)

    def _word(self, piece: str, at: int) -> None:
        if piece in _NOT_NUMBERS:
            raise no_number(at, piece)
        if piece not in _CONSTANTS:
            right = f"write {piece.lower()}" if piece.lower() in _CONSTANTS else "text needs double quotes"
            raise Unreadable("ND002", at, f"This word is not a value of JSON; {right}.")

    def _string(self, kind: str, piece: str, at: int) -> None:
        for found in _ESCAPE.finditer(piece, 1, len(piece) - 1):
            if found[1] and (found[1], kind) != ("\\'", "single"):
                raise _unknown_escape(at + found.start(), found[1])
        strict = _double_quoted(piece)
        if strict != piece:
            self._replace(at, piece, strict)
        if kind == "string" and strict != piece:
            self._note("ND010", at, "This text holds a raw control character; write it as an escape.")

    def _blank(self, at: int, piece: str) -> None:
        self.edits.append((at, at + len(piece), " " * len(piece)))

    def _replace(self, at: int, piece: str, strict: str) -> None:
        self.edits.append((at, at + len(piece), strict))

    def _note(self, code: str, at: int, message: str) -> None:
        self.notes.add(Note(code, at, message, self._pointer(self._stack[:-1])))

    def _pointer(self, frames: list[_Frame]) -> str:
        return pointers.join("", *(frame.part for frame in frames if frame.part is not None))

    def _unexpected(self, at: int) -> Unreadable:
        return Unreadable("ND002", at, f"{_seen(self.text, at)} {_EXPECTED[self._expect]}")

    def _unfinished(self) -> Unreadable:
        if not self._stack:
            return Unreadable("ND002", 0, "The text is empty; a definition is a JSON object.")
        frame = self._stack[-1]
        return Unreadable("ND002", frame.start, f"This {frame.bracket} is never closed; add {_CLOSING[frame.bracket]}.")


_EXPECTED: Final = {
    _VALUE: "stands where a value is expected.",
    _FIRST_ITEM: "stands where a value or ] is expected.",
    _KEY: "stands where a key in double quotes is expected.",
    _FIRST_KEY: "stands where a key in double quotes or } is expected.",
    _COLON: 'stands where a colon is expected after a key; a quote within a text is written \\".',
    _COMMA: 'stands where a comma or a closing bracket is expected; a quote within a text is written \\".',
    _END: "follows after the end of the definition; keep one JSON object only.",
}


def _seen(text: str, at: int) -> str:
    """Say what stands there: a bracket by itself, all else only by what it is, for it may be a secret."""
    letter = text[at]
    if letter in "\"'":
        return "A text that is not closed on its line" if _unclosed(text, at) else "A text"
    if letter in "{}[],:":
        return letter
    if letter.isdigit() or letter == "-":
        return "A number"
    return "A word" if letter.isalpha() else f"The character U+{ord(letter):04X}"


def _unclosed(text: str, at: int) -> bool:
    return _TOKEN.match(text, at) is None


def _unknown_escape(at: int, escape: str) -> Unreadable:
    shown = escape if escape.isprintable() else "\\…"
    return Unreadable("ND002", at, f"{shown} is no escape of JSON; a backslash within a text is written \\\\.")


def _odd_character(piece: str, at: int) -> tuple[str, int, str]:
    if piece == "\ufeff" and at == 0:
        return "ND011", at, "The text begins with a byte order mark, which strict JSON readers refuse; save it without."
    return "ND010", at, f"The character U+{ord(piece):04X} is no space in JSON; replace it with a plain space."


def _double_quoted(piece: str) -> str:
    """Return a text in either quotes as strict JSON writes it."""
    return f'"{_ESCAPE.sub(_strict_escape, piece[1:-1])}"'


def _strict_escape(found: re.Match[str]) -> str:
    unknown, control, quote = found.groups()
    if control:
        return f"\\u{ord(control):04x}"
    if quote:
        return '\\"'
    return "'" if unknown else found[0]


def _edited(text: str, edits: list[tuple[int, int, str]]) -> tuple[str, Shifts]:
    parts: list[str] = []
    shifts, done, size = Shifts(), 0, 0
    for start, end, new in edits:
        parts += [text[done:start], new]
        size += start - done + len(new)
        done = end
        if len(new) != end - start:
            shifts.add(size, end)
    parts.append(text[done:])
    return "".join(parts), shifts
