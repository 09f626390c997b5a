"""Replacements of pieces of a text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


class EditError(ValueError):
    """The text cannot be edited this way; the message says why, in one sentence."""


@dataclass(frozen=True, slots=True, order=True)
class Splice:
    """What stands from `start` to before `end` becomes `text`."""

    start: int
    end: int
    text: str = ""


def applied(text: str, splices: Iterable[Splice]) -> str:
    """Return the text with all replacements made; they must not overlap."""
    parts: list[str] = []
    done = 0
    for splice in sorted(splices):
        parts += [text[done : splice.start], splice.text]
        done = splice.end
    return "".join([*parts, text[done:]])
