"""How messages name places and values of a definition: shortly, on one line, and never a secret."""

from __future__ import annotations

from typing import Final

from explorer.nosana.payloads import JsonValue
from jobs import secrets
from jobs.definition import pointers

_LONGEST: Final = 40
#: Members whose own members have names that the author chose.
_MAPS: Final = {"env", "headers", "variables", "results", "meta", "system_resources", "system_requirements"}


def place(pointer: str) -> str:
    """Return a place as people say it: `cmd[0]`, `env.DEBUG`, `image`."""
    parts = pointers.split(pointer)
    if not parts:
        return "the definition"
    last = parts[-1]
    before = parts[-2] if len(parts) > 1 else ""
    if last.isdigit() and before and not before.isdigit():
        return f"{short(before)}[{last}]"
    return f"{short(before)}.{short(last)}" if before in _MAPS else short(last)


def short(text: str) -> str:
    """Return a text on one line, cut where it is long, with what looks like a credential replaced by dots."""
    line = printable(secrets.masked(text, 200))
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def printable(text: str) -> str:
    """Return a text on one line: U+FFFD for what a terminal would act on, and for what UTF-8 cannot hold."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


def shown(value: JsonValue, pointer: str = "") -> str:
    """Return a value for a message: text in quotes; of lists, objects and secrets only what they are."""
    if isinstance(value, (dict, list)):
        return "an object" if isinstance(value, dict) else "a list"
    parts = pointers.split(pointer)
    if parts and secrets.is_secret_name(parts[-1]) and value is not None:
        return "a value"
    if isinstance(value, str):
        return f'"{short(value)}"'
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return f"the number {short(str(value))}"
