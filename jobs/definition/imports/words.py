"""Reads the words of a run line: which are options, which are their values, where the image begins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from jobs.definition.imports.flags import FLAGS, Flag
from jobs.definition.imports.outcome import Notes
from jobs.definition.imports.shell import Word

_FALSE = {"false", "0", "f", "no"}


@dataclass(slots=True)
class RunLine:
    """The options in order, each with its value ("" for one that takes none), the image and the command."""

    options: list[tuple[Flag, str]] = field(default_factory=list)
    image: str = ""
    command: list[str] = field(default_factory=list)


def read(words: list[Word], notes: Notes) -> RunLine:
    """Read the words after `docker run`."""
    line = RunLine()
    rest = iter(words)
    for word in rest:
        if word.text == "--":
            word = next(rest, Word(""))
        elif word.text.startswith("-") and len(word.text) > 1:
            _option(word, rest, line, notes)
            continue
        line.image = word.text
        line.command = [following.text for following in rest]
    return line


def _option(word: Word, rest: Iterator[Word], line: RunLine, notes: Notes) -> None:
    if word.text.startswith("--"):
        name, has_value, value = word.text.partition("=")
        _known(name, value if has_value else None, rest, line, notes)
    else:
        _letters(word.text[1:], rest, line, notes)


def _letters(letters: str, rest: Iterator[Word], line: RunLine, notes: Notes) -> None:
    """Read short options, of which several may stand together, the last with its value: `-itp 80:80`."""
    for index, letter in enumerate(letters):
        flag = FLAGS.get(f"-{letter}")
        if flag is None:
            notes.add(f"-{letter}", "This option is not known; it was taken for one without a value.")
        elif flag.takes_value:
            value = letters[index + 1 :].removeprefix("=") if index + 1 < len(letters) else None
            _known(flag.name, value, rest, line, notes)
            return
        else:
            line.options.append((flag, ""))


def _known(name: str, value: str | None, rest: Iterator[Word], line: RunLine, notes: Notes) -> None:
    flag = FLAGS.get(name)
    if flag is None:
        notes.add(name, "This option is not known; it was taken for one without a value.")
    elif not flag.takes_value:
        if value is None or value.lower() not in _FALSE:
            line.options.append((flag, ""))
    else:
        given = value if value is not None else next(rest, Word("")).text
        line.options.append((flag, given))
