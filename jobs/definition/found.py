"""What a rule finds, before it is given a severity and a place in the text."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.nosana.payloads import JsonValue
from jobs.definition.findings import PatchOp


@dataclass(frozen=True, slots=True)
class Found:
    """A remark of a rule: its code, where in the value, its sentence, what was expected, and a fix where certain."""

    code: str
    pointer: str
    message: str
    expected: str | None = None
    fix: tuple[PatchOp, ...] | None = None


def replacing(pointer: str, value: JsonValue) -> tuple[PatchOp, ...]:
    """Return the fix that puts another value in place of one."""
    return (PatchOp("replace", pointer, value),)


def removing(pointer: str) -> tuple[PatchOp, ...]:
    """Return the fix that takes a member or an item away."""
    return (PatchOp("remove", pointer),)


def adding(pointer: str, value: JsonValue) -> tuple[PatchOp, ...]:
    """Return the fix that adds a member, or puts an item before the one at the pointer."""
    return (PatchOp("add", pointer, value),)


def renaming(source: str, pointer: str) -> tuple[PatchOp, ...]:
    """Return the fix that gives a member another name or place."""
    return (PatchOp("move", pointer, source=source),)
