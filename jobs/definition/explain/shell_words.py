"""How nodes split commands before 2024-08-08: as the npm package shell-quote (1.8) does, which is nearly a shell.

It replaces every variable by nothing, and gives operators (`|`, `;`, `>`) and patterns (`*.txt`) as something that is
no text. A node passed those on too, and the container engine refused the whole command.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import regex

_CONTROL: Final = r"(?:\|\||&&|;;|\|&|<\(|<<<|>>|>&|<&|[&;()|<>])"
_IS_CONTROL: Final = regex.compile(_CONTROL)
_CHUNK: Final = regex.compile(
    rf"""({_CONTROL})|((?:\\['"|&;()<> \t]|[^\s'"|&;()<> \t])+|"(?:(?:\\"|[^"])*?)"|'(?:(?:\\'|[^'])*?)')+"""
)
_NO_NAME: Final = regex.compile(r"[^A-Za-z0-9_]")
#: A command of quotes and backslashes can be matched in more ways than there is time to try.
_SECONDS: Final = 0.2


class NotSplit(ValueError):
    """The command cannot be split: it is malformed, or it takes too long."""


@dataclass(slots=True)
class Words:
    """The words of a command, and the operators and patterns in it, because of which it is refused."""

    words: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def split(command: str) -> Words:
    """Return the words of a command; NotSplit when shell-quote throws."""
    found = Words()
    try:
        for chunk in _CHUNK.finditer(command, timeout=_SECONDS):
            if not _Chunk(chunk[0]).add_to(found):
                break
    except TimeoutError as problem:
        raise NotSplit("its quotes cannot be followed") from problem
    return found


class _Chunk:
    """One piece between spaces: text in and out of quotes."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.out = ""
        self.is_pattern = False

    def add_to(self, found: Words) -> bool:
        """Add the word that this is; return False when a comment begins in it."""
        if _IS_CONTROL.fullmatch(self.source):
            found.refused.append(self.source)
            return True
        ended = self._read()
        if ended == "comment":
            found.words += [self.out] if self.out else []
        elif ended == "operator":
            found.refused.append(self.source)
        elif self.is_pattern:
            found.refused.append(self.out)
        else:
            found.words.append(self.out)
        return ended != "comment"

    def _read(self) -> str:
        quote = ""
        while self.at < len(self.source):
            char = self.source[self.at]
            self.is_pattern = self.is_pattern or (not quote and char in "*?")
            if quote:
                quote = self._quoted(char, quote)
            elif char in "\"'":
                quote = char
            elif _IS_CONTROL.fullmatch(char):
                return "operator"
            elif char == "#":
                return "comment"
            else:
                self._bare(char)
            self.at += 1
        return "end"

    def _bare(self, char: str) -> None:
        if char == "$":
            self._variable()
        elif char == "\\":
            self.at += 1
            escaped = self.source[self.at : self.at + 1]
            self.is_pattern = self.is_pattern or escaped in {"*", "?"}
            self.out += escaped
        else:
            self.out += char

    def _quoted(self, char: str, quote: str) -> str:
        if char == quote:
            return ""
        if quote == '"' and char == "\\":
            self.at += 1
            escaped = self.source[self.at : self.at + 1]
            self.out += escaped if escaped in {'"', "\\", "$"} else "\\" + escaped
        elif quote == '"' and char == "$":
            self._variable()
        else:
            self.out += char
        return quote

    def _variable(self) -> None:
        """Leave out the variable that begins here, as no variable is set; a lone dollar stays."""
        self.at += 1
        rest = self.source[self.at :]
        if rest.startswith("{"):
            end = rest.find("}")
            if end < 2:
                raise NotSplit("it has a malformed ${}")
            self.at += end
        elif rest[:1] in set("*@#?$!_-"):
            self.at += 1  # shell-quote swallows the letter after it too
        else:
            name = _NO_NAME.search(rest)
            length = name.start() if name else len(rest)
            self.out += "" if length else "$"
            self.at += length if not name else length - 1
