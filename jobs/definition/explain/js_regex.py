"""JavaScript's regular expressions, without flags, as expressions of Python's `regex` module.

Written after ECMAScript 2023, annex B included. Two things stay approximate: text counts in characters, not in UTF-16
units, and a group keeps what it caught in an earlier round of a loop.
"""

from __future__ import annotations

import re
from typing import Final

import regex

from jobs.definition.explain import js_classes
from jobs.definition.explain.js_classes import Range

_QUANTIFIER: Final = re.compile(r"\{([0-9]+)(,([0-9]*))?\}")
_NAME: Final = re.compile(r"<([^\W\d][\w$]*|\$[\w$]*)>")
_OPENINGS: Final = ("(?:", "(?=", "(?!", "(?<=", "(?<!")
_CONTROLS: Final = {"f": 0x0C, "n": 0x0A, "r": 0x0D, "t": 0x09, "v": 0x0B}
#: More repetitions than this are as good as any number.
_MOST: Final = 65_000
#: Why an asterisk cannot follow, at the beginning and after most of what matches no text.
_NOTHING: Final = "Nothing to repeat"


class JavaScriptError(ValueError):
    """JavaScript refuses the expression; the message is its reason, in the words of V8."""


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


class _Translator:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.out: list[str] = []
        self.open: list[tuple[str, int]] = []  # how each open group begins, and its number, 0 without one
        self.closed: set[int] = set()
        self.names: set[str] = set()
        self.is_doubled = False
        self.count = 0
        self.total, self.all_names = _groups(source)
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
            self._class()
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
            self._put(js_classes.pattern(js_classes.DOT) if char == "." else _literal(ord(char)))

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
            self._put(_literal(self._code()))

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

    def _code(self) -> int:
        """Read an escape that stands for one character, here and in classes."""
        char = self.source[self.at + 1]
        for form, base in ((r"\\x([0-9A-Fa-f]{2})", 16), (r"\\u([0-9A-Fa-f]{4})", 16), (_OCTAL, 8)):
            found = re.compile(form).match(self.source, self.at)
            if found:
                self.at = found.end()
                return self._paired(int(found[1], base))
        if char == "c":
            return self._control()
        self.at += 2
        return _CONTROLS.get(char, ord(char))

    def _paired(self, high: int) -> int:
        """Join the two halves of a character outside of the basic plane."""
        low = re.compile(r"\\u([Dd][C-Fc-f][0-9A-Fa-f]{2})").match(self.source, self.at)
        if not low or not 0xD800 <= high < 0xDC00:
            return high
        self.at = low.end()
        return 0x10000 + ((high - 0xD800) << 10) + int(low[1], 16) - 0xDC00

    def _control(self) -> int:
        letter = self.source[self.at + 2 : self.at + 3]
        if letter.isascii() and letter.isalpha():
            self.at += 3
            return ord(letter) % 32
        self.at += 1  # then the backslash stands for itself
        return ord("\\")

    def _class(self) -> None:
        is_negated = self.source.startswith("[^", self.at)
        self.at += 2 if is_negated else 1
        ranges: list[Range] = []
        while not self.source.startswith("]", self.at):
            ranges += self._class_range()
        self.at += 1
        self._put(js_classes.pattern(ranges, is_negated=is_negated))

    def _class_range(self) -> tuple[Range, ...]:
        first = self._class_item()
        if not self.source.startswith("-", self.at) or self.source.startswith("-]", self.at):
            return first
        self.at += 1
        last = self._class_item()
        if len(first) > 1 or len(last) > 1 or first[0][0] != first[0][1] or last[0][0] != last[0][1]:
            return (*first, (0x2D, 0x2D), *last)
        if first[0][0] > last[0][0]:
            raise JavaScriptError("Range out of order in character class")
        return ((first[0][0], last[0][0]),)

    def _class_item(self) -> tuple[Range, ...]:
        char = self.source[self.at : self.at + 1]
        following = self.source[self.at + 1 : self.at + 2]
        if not char:
            raise JavaScriptError("Unterminated character class")
        if char != "\\":
            self.at += 1
            return ((ord(char), ord(char)),)
        if not following:
            raise JavaScriptError("\\ at end of pattern")
        if following in js_classes.ESCAPES:
            self.at += 2
            return js_classes.ESCAPES[following]
        code = self._code_in_class(following)
        return ((code, code),)

    def _code_in_class(self, char: str) -> int:
        if char == "b":
            self.at += 2
            return 8
        if char == "k" and self.all_names:
            raise JavaScriptError("Invalid escape")
        control = self.source[self.at + 2 : self.at + 3] if char == "c" else ""
        if control and control in "0123456789_":
            self.at += 3
            return ord(control) % 32
        return self._code()


#: Up to \377, as octal escapes go; \8 and \9 are the digits themselves.
_OCTAL: Final = r"\\([0-3][0-7]{0,2}|[4-7][0-7]?)"


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


def _literal(code: int) -> str:
    char = chr(code)
    return char if char.isascii() and char.isalnum() else f"\\U{code:08x}"
