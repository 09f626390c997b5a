"""The characters of JavaScript's regular expressions: escapes and classes, read at a place in an expression."""

from __future__ import annotations

import re
from typing import Final

from jobs.definition.explain import js_classes
from jobs.definition.explain.js_classes import Range

_CONTROLS: Final = {"f": 0x0C, "n": 0x0A, "r": 0x0D, "t": 0x09, "v": 0x0B}
#: Escapes by number, with their base; octal ones go up to \377, and \8 and \9 are the digits themselves.
_NUMBERED: Final = (
    (re.compile(r"\\x([0-9A-Fa-f]{2})"), 16),
    (re.compile(r"\\u([0-9A-Fa-f]{4})"), 16),
    (re.compile(r"\\([0-3][0-7]{0,2}|[4-7][0-7]?)"), 8),
)
_LOW_HALF: Final = re.compile(r"\\u([Dd][C-Fc-f][0-9A-Fa-f]{2})")


class JavaScriptError(ValueError):
    """JavaScript refuses the expression; the message is its reason, in the words of V8."""


class Characters:
    """Reads an expression from `at` on."""

    def __init__(self, source: str, *, has_names: bool) -> None:
        self.source = source
        self.at = 0
        self.has_names = has_names

    def code(self) -> int:
        """Read an escape that stands for one character, here and in classes."""
        char = self.source[self.at + 1]
        for form, base in _NUMBERED:
            found = form.match(self.source, self.at)
            if found:
                self.at = found.end()
                return self._paired(int(found[1], base))
        if char == "c":
            return self._control()
        self.at += 2
        return _CONTROLS.get(char, ord(char))

    def _paired(self, high: int) -> int:
        """Join the two halves of a character outside of the basic plane."""
        low = _LOW_HALF.match(self.source, self.at)
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

    def character_class(self) -> str:
        """Read a class, from its opening bracket to its closing one."""
        is_negated = self.source.startswith("[^", self.at)
        self.at += 2 if is_negated else 1
        ranges: list[Range] = []
        while not self.source.startswith("]", self.at):
            ranges += self._range()
        self.at += 1
        return js_classes.pattern(ranges, is_negated=is_negated)

    def _range(self) -> tuple[Range, ...]:
        first = self._item()
        if not self.source.startswith("-", self.at) or self.source.startswith("-]", self.at):
            return first
        self.at += 1
        last = self._item()
        if len(first) > 1 or len(last) > 1 or first[0][0] != first[0][1] or last[0][0] != last[0][1]:
            return (*first, (0x2D, 0x2D), *last)
        if first[0][0] > last[0][0]:
            raise JavaScriptError("Range out of order in character class")
        return ((first[0][0], last[0][0]),)

    def _item(self) -> tuple[Range, ...]:
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
        if char == "k" and self.has_names:
            raise JavaScriptError("Invalid escape")
        control = self.source[self.at + 2 : self.at + 3] if char == "c" else ""
        if control and control in "0123456789_":
            self.at += 3
            return ord(control) % 32
        return self.code()
