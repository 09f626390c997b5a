"""What the engine says about a definition: findings, each with a stable code, a place and, where certain, a fix."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from explorer.nosana.payloads import JsonObject, JsonValue


class Severity(StrEnum):
    """ERROR: the network refuses it. WARNING: accepted, but likely not what was meant. HINT: worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"


@dataclass(frozen=True, slots=True)
class PatchOp:
    """One operation of a JSON Patch (RFC 6902), applied after those before it."""

    op: Literal["add", "remove", "replace", "move"]
    path: str
    value: JsonValue = None  # of "add" and "replace"
    source: str | None = None  # "from" of "move"

    def as_json(self) -> JsonObject:
        """Return the operation as RFC 6902 writes it."""
        if self.op == "remove":
            return {"op": self.op, "path": self.path}
        if self.op == "move":
            return {"op": self.op, "from": self.source, "path": self.path}
        return {"op": self.op, "path": self.path, "value": self.value}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know about a definition. `message` is one plain sentence and never holds a secret.

    `line` and `column` count from 1. `pointer` names the place in the value that was read; for a required member that
    is missing it names the value that lacks it. `fix` is applied to that value.
    """

    code: str
    severity: Severity
    pointer: str
    line: int
    column: int
    message: str
    expected: str | None = None
    fix: tuple[PatchOp, ...] | None = None

    def as_json(self) -> JsonObject:
        """Return the finding as the command line and the HTTP interface give it."""
        answer: JsonObject = {
            "code": self.code,
            "severity": self.severity.value,
            "pointer": self.pointer,
            "line": self.line,
            "column": self.column,
            "message": self.message,
        }
        if self.expected is not None:
            answer["expected"] = self.expected
        if self.fix is not None:
            answer["fix"] = [operation.as_json() for operation in self.fix]
        return answer
