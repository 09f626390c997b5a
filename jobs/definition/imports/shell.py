"""Splits a command line into words as a POSIX shell does, without running or filling in anything.

Variables and substitutions stay as they are written, and are named, so that nobody takes them for values. Lines that
end in the continuation mark of PowerShell or cmd go on too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

_VARIABLE: Final = re.compile(r"\$(?:\w{1,200}|\{[^}\n]{0,200}\}|[*@#?!$-])")
_SUBSTITUTION: Final = re.compile(r"\$\([^()]*(?:\([^()]*\)[^()]*)*\)|`[^`]*`")
_SEPARATOR: Final = re.compile(r"\r\n|&&|\|\||;;|[\n\r;&|()]")
_REDIRECTION: Final = re.compile(r"(?:&>>?|\d*(?:>>|>\||>&|>|<<<|<<|<&|<))(?P<whole>\d+|-)?")
_CONTINUATION: Final = re.compile(r"[\\^`][ \t]*(?:\r\n|\n|\r)")
_ESCAPABLE: Final = '$`"\\'


class ShellError(ValueError):
    """The line cannot be split; the message says why."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word, and what in it a shell would have replaced."""

    text: str
    unfilled: tuple[str, ...] = ()


@dataclass(slots=True)
class Command:
    """The words of one command, and the redirections that were left out of it."""

    words: list[Word] = field(default_factory=list)
    redirections: list[str] = field(default_factory=list)


def split(text: str) -> list[Command]:
    """Return the commands of a text; ShellError for an open quote."""
    return [command for command in _Scanner(text).run() if command.words]


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.commands = [Command()]
        self.parts: list[str] | None = None  # of the word being read
        self.unfilled: list[str] = []
        self.redirection = ""  # which waits for its target

    def run(self) -> list[Command]:
        """Read everything."""
        while self.at < len(self.text):
            self._step(self.text[self.at])
        self._end_word()
        return self.commands

    def _step(self, char: str) -> None:
        continued = _CONTINUATION.match(self.text, self.at) if char in "\\^`" else None
        if continued:
            self.at = continued.end()
        elif char in " \t\f\v\u00a0":
            self._end_word()
            self.at += 1
        elif char == "#" and self.parts is None:
            self.at = min(end for end in (self.text.find("\n", self.at), len(self.text)) if end >= 0)
        elif char in "\"'\\$`":
            self._special(char)
        else:
            self._plain(char)

    def _plain(self, char: str) -> None:
        begins = self.parts is None or char in "<>&"
        redirection = _REDIRECTION.match(self.text, self.at) if begins else None
        separator = _SEPARATOR.match(self.text, self.at)
        if redirection:
            self._redirect(redirection)
        elif separator:
            self._end_word()
            self.commands.append(Command())
            self.at = separator.end()
        else:
            self._take(char)

    def _redirect(self, found: re.Match[str]) -> None:
        self._end_word()
        self.at = found.end()
        if found["whole"]:
            self.commands[-1].redirections.append(found[0])
        else:
            self.redirection = found[0]

    def _special(self, char: str) -> None:
        if char == "'" or self.text.startswith("$'", self.at):
            self._single(self.at + (1 if char == "'" else 2))
        elif char == '"':
            self._double()
        elif char == "\\":
            self._take(self.text[self.at + 1 : self.at + 2], 2)
        else:
            self._unfilled()

    def _single(self, start: int) -> None:
        end = self.text.find("'", start)
        if end < 0:
            raise ShellError("A single quote is not closed.")
        self._take(self.text[start:end], end + 1 - self.at)

    def _double(self) -> None:
        self._take("")
        while not self.text.startswith('"', self.at):
            char = self.text[self.at : self.at + 1]
            if not char:
                raise ShellError("A double quote is not closed.")
            following = self.text[self.at + 1 : self.at + 2]
            if char == "\\" and following == "\n":
                self.at += 2
            elif char == "\\" and following and following in _ESCAPABLE:
                self._take(following, 2)
            elif char in "$`":
                self._unfilled()
            else:
                self._take(char)
        self.at += 1

    def _unfilled(self) -> None:
        """Take what a shell would replace as it is written; a dollar that stands for nothing is a dollar."""
        found = _SUBSTITUTION.match(self.text, self.at) or _VARIABLE.match(self.text, self.at)
        if found:
            self.unfilled.append(found[0])
            self._take(found[0], len(found[0]))
        else:
            self._take(self.text[self.at])

    def _take(self, piece: str, length: int = 1) -> None:
        if self.parts is None:
            self.parts = []
        self.parts.append(piece)
        self.at += length

    def _end_word(self) -> None:
        if self.parts is None:
            return
        word = Word("".join(self.parts), tuple(self.unfilled))
        if self.redirection:
            self.commands[-1].redirections.append(f"{self.redirection} {word.text}")
        else:
            self.commands[-1].words.append(word)
        self.parts, self.unfilled, self.redirection = None, [], ""
