"""JavaScript's regular expressions, without flags, as expressions of Python's `regex` module.

Written after ECMAScript 2023, annex B included. Two things stay approximate: text counts in characters, not in UTF-16
units, and a group keeps what it caught in an earlier round of a loop.
"""

from __future__ import annotations

import re
from typing import Final

import regex

from jobs.definition.explain import js_classes
from jobs.definition.explain.js_characters import Characters, JavaScriptError

__all__ = ["JavaScriptError", "NotTried", "compiled", "translate"]

_QUANTIFIER: Final = re.compile(r"\{([0-9]+)(,([0-9]*))?\}")
_NAME: Final = re.compile(r"<([^\W\d][\w$]*|\$[\w$]*)>")
_OPENINGS: Final = ("(?:", "(?=", "(?!", "(?<=", "(?<!")
#: More repetitions than this are as good as any number.
_MOST: Final = 65_000
#: Why an asterisk cannot follow, at the beginning and after most of what matches no text.
_NOTHING: Final = "Nothing to repeat"


class NotTried(ValueError):
    """The expression is too much for the `regex` module, though not for JavaScript."""


def translate(source: str) -> str:
    """Return an expression for `regex` with the same meaning, or raise JavaScriptError."""
    return _Translator(source).run()


def compiled(source: str) -> regex.Pattern[str]:
    """Return the expression ready to search with; JavaScriptError or NotTried where that cannot be."""
    try:
        return regex.compile(translate(source), regex.VERSION0 | regex.ASCII)
    except (regex.error, OverflowError, RecursionError, MemoryError) as problem:
        raise NotTried("The pattern is too large to be tried.") from problem


class _Translator(Characters):
    def __init__(self, source: str) -> None:
        self.total, self.all_names = _groups(source)
        super().__init__(source, has_names=bool(self.all_names))
        self.out: list[str] = []
        self.open: list[tuple[str, int]] = []  # how each open group begins, and its number, 0 without one
        self.closed: set[int] = set()
        self.names: set[str] = set()
        self.is_doubled = False
        self.count = 0
        self.unrepeatable = _NOTHING

    def run(self) -> str:
        """Translate everything."""
        while self.at < len(self.source):
            self._step(self.source[self.at])
        if self.open:
            raise JavaScriptError("Unterminated group")
        if self.is_doubled:
            raise JavaScriptError("Duplicate capture group name")
        return "".join(self.out)

    def _step(self, char: str) -> None:
        if char == "\\":
            self._escape()
        elif char == "[":
            self._put(self.character_class())
        elif char == "(":
            self._group()
        elif char == ")":
            self._close()
        elif char in "*+?" or (char == "{" and _QUANTIFIER.match(self.source, self.at)):
            self._quantifier(char)
        else:
            self._plain(char)

    def _plain(self, char: str) -> None:
        self.at += 1
        special = {"^": r"\A", "$": r"\Z", "|": "|"}.get(char)
        if special:
            self._put(special, _NOTHING)
        else:
            self._put(js_classes.pattern(js_classes.DOT) if char == "." else js_classes.literal(ord(char)))

    def _put(self, piece: str, unrepeatable: str = "") -> None:
        self.out.append(piece)
        self.unrepeatable = unrepeatable

    def _quantifier(self, char: str) -> None:
        if self.unrepeatable:
            raise JavaScriptError(self.unrepeatable)
        piece = char
        if char == "{":
            piece = self._braces()
        else:
            self.at += 1
        if self.source.startswith("?", self.at):
            self.at += 1
            piece += "?"
        self._put(piece, _NOTHING)

    def _braces(self) -> str:
        found = _QUANTIFIER.match(self.source, self.at)
        assert found  # noqa: S101 - _step looked
        self.at = found.end()
        least, most = (_number(found[1]), _number(found[3]) if found[3] else None)
        if most is not None and most < least:
            raise JavaScriptError("numbers out of order in {} quantifier")
        least = min(least, _MOST)
        if not found[2]:
            return f"{{{least}}}"
        return f"{{{least},{'' if most is None or most > _MOST else most}}}"

    def _group(self) -> None:
        rest = self.source[self.at : self.at + 4]
        opening = next((known for known in reversed(_OPENINGS) if rest.startswith(known)), "")
        number = 0
        if opening:
            self.at += len(opening)
        elif rest.startswith("(?<"):
            number = self._named_group()
        elif rest.startswith("(?"):
            raise JavaScriptError("Invalid group")
        else:
            self.at += 1
            number = self._numbered()
        self.open.append((opening, number))
        self._put(opening or "(", _NOTHING)

    def _named_group(self) -> int:
        found = _NAME.match(self.source, self.at + 2)
        if not found:
            raise JavaScriptError("Invalid capture group name")
        self.is_doubled = self.is_doubled or found[1] in self.names
        self.at = found.end()
        self.names.add(found[1])
        return self._numbered()

    def _numbered(self) -> int:
        self.count += 1
        return self.count

    def _close(self) -> None:
        if not self.open:
            raise JavaScriptError("Unmatched ')'")
        self.at += 1
        opening, number = self.open.pop()
        self.closed.add(number)
        self._put(")", "Invalid quantifier" if opening.startswith("(?<") else "")

    def _escape(self) -> None:
        char = self.source[self.at + 1 : self.at + 2]
        if not char:
            raise JavaScriptError("\\ at end of pattern")
        if char in js_classes.ESCAPES:
            self.at += 2
            self._put(js_classes.pattern(js_classes.ESCAPES[char]))
        elif char in "bB":
            self.at += 2
            self._put(f"\\{char}", _NOTHING)
        elif char in "123456789" and self._is_reference():
            self._numbered_reference()
        elif char == "k" and self.all_names:
            self._named_reference()
        else:
            self._put(js_classes.literal(self.code()))

    def _is_reference(self) -> bool:
        return _number(_digits(self.source, self.at + 1)) <= self.total

    def _numbered_reference(self) -> None:
        digits = _digits(self.source, self.at + 1)
        self.at += 1 + len(digits)
        self._reference(int(digits))

    def _named_reference(self) -> None:
        found = _NAME.match(self.source, self.at + 2)
        if not found:
            raise JavaScriptError("Invalid named reference")
        if found[1] not in self.all_names:
            raise JavaScriptError("Invalid named capture referenced")
        self.at = found.end()
        self._reference(self.all_names[found[1]])

    def _reference(self, number: int) -> None:
        """Put a reference that, as in JavaScript, matches nothing while its group has caught nothing."""
        self._put(f"(?:(?({number})\\g<{number}>|))" if number in self.closed else "(?:)")


def _groups(source: str) -> tuple[int, dict[str, int]]:
    """Count the groups that catch something, and find the names of those that have one."""
    names: dict[str, int] = {}
    count = 0
    for found in re.finditer(r"\\.|\[(?:\\.|[^\]\\])*\]?|\((?!\?)|\(\?<(?![=!])([^>]*)>", source, re.DOTALL):
        if found[0].startswith("("):
            count += 1
            if found[1]:
                names[found[1]] = count
    return count, names


def _digits(source: str, at: int) -> str:
    end = at
    while end < len(source) and source[end] in "0123456789" and end < at + 10:
        end += 1
    return source[at:end]


def _number(digits: str) -> int:
    return int(digits[:10])
