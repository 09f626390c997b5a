"""Reads `.env` files into variables."""

from __future__ import annotations

import re
from typing import Final

from explorer.nosana.payloads import JsonObject
from jobs.definition.imports.outcome import Imported, Notes

#: The longest text read, in characters.
LIMIT: Final = 200_000
_NAME: Final = re.compile(r"[ \t]*(?:export[ \t]+)?(?P<name>[^\s=:#'\"]+)[ \t]*(?P<sign>[=:])?[ \t]*")
_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t"}
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_QUOTED: Final = {
    '"': re.compile(r'"((?:[^"\\]|\\.)*+)"', re.DOTALL),
    "'": re.compile(r"'([^']*+)'"),
    "`": re.compile(r"`([^`]*+)`"),
}
_VARIABLE: Final = re.compile(r"\$(?:\w|[{(])")
_LINE: Final = re.compile(r"[^\n\r]*")
_COMMENT: Final = re.compile(r"(?:^|[ \t]+)#.*")
_GOOD_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


def import_env(text: str) -> Imported:
    """Return the variables of a `.env` text, in order; never raises.

    Values in single quotes are taken as they are, double quotes know \\n and may go over several lines, and without
    quotes a value ends before " #".
    """
    notes = Notes()
    if len(text) > LIMIT:
        return notes.refused("The text", f"It is longer than {LIMIT:,} characters.")
    return _Reader(text.removeprefix("\ufeff"), notes).run()


class _Reader:
    def __init__(self, text: str, notes: Notes) -> None:
        self.text = text
        self.notes = notes
        self.at = 0
        self.found: JsonObject = {}

    def run(self) -> Imported:
        """Read every line."""
        while self.at < len(self.text):
            self._line()
            self.at = self._line_end() + 1
        return Imported(self.found, self.notes.report)

    def _line_end(self) -> int:
        found = _LINE.match(self.text, self.at)
        return found.end() if found else len(self.text)

    def _line(self) -> None:
        line = self.text[self.at : self._line_end()].strip()
        if not line or line.startswith("#"):
            return
        found = _NAME.match(self.text, self.at, self._line_end())
        if not found or not _GOOD_NAME.fullmatch(found["name"]):
            self.notes.add(line.split("=")[0], "This line does not name a variable.")
        elif not found["sign"]:
            self.notes.add(found["name"], "It has no value here: one from your machine would be taken.")
        else:
            self.at = found.end()
            self._set(found["name"], self._value(found["name"]))

    def _set(self, name: str, value: str) -> None:
        if name in self.found:
            self.notes.add(name, "It is set more than once; the last value counts.")
        self.found[name] = value

    def _value(self, name: str) -> str:
        quote = self.text[self.at : self.at + 1]
        if quote in _QUOTED:
            quoted = _QUOTED[quote].match(self.text, self.at)
            if quoted:
                return self._after_quotes(name, quote, quoted)
            self.notes.add(name, "Its quote is not closed; the line was taken as it is.")
        value = _COMMENT.sub("", self.text[self.at : self._line_end()]).strip()
        self._look_for_variables(name, value)
        return value

    def _after_quotes(self, name: str, quote: str, quoted: re.Match[str]) -> str:
        self.at = quoted.end()
        rest = self.text[self.at : self._line_end()].strip()
        if rest and not rest.startswith("#"):
            self.notes.add(name, "What follows after its closing quote was left out.")
        if quote != '"':
            return quoted[1]
        self._look_for_variables(name, quoted[1])
        return _ESCAPE.sub(_unescaped, quoted[1].replace("\r\n", "\n"))

    def _look_for_variables(self, name: str, value: str) -> None:
        if _VARIABLE.search(value.replace("\\$", "")):
            self.notes.add(name, "It refers to other variables; it stands here as it is written: put the value in.")


def _unescaped(found: re.Match[str]) -> str:
    return _ESCAPES.get(found[1], found[1] if found[1] in "\"\\$'`" else found[0])
