"""Reads results of the network's first node program (written in Clojure, until 2024): ops as tuples, logs as pairs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from explorer.nosana import fields
from explorer.nosana.payloads import JsonObject, JsonValue, LogLine, OpResult, ResultPayload

#: The key among the ops under which that program put an error of the whole flow.
_FLOW_ERROR: Final = "nosana/error"
_STATUSES: Final = {"error": "failed"}
_STREAMS: Final = {1: "stdout", 2: "stderr"}


def parse(flow: JsonObject, results: JsonObject) -> ResultPayload:
    """Read `{"results": {"<op>": [status, steps or error], "nosana/error": text}}`, already cleaned."""
    ops = tuple(_op(name, value) for name, value in results.items() if name != _FLOW_ERROR)
    error = fields.label(results.get(_FLOW_ERROR), fields.MESSAGE)
    failed = error is not None or any(op.status != "success" for op in ops)
    judged = "failed" if failed else "success" if ops else ""
    return ResultPayload(
        status=fields.label(flow.get("status")) or judged,
        started_at=None,
        ended_at=None,
        ops=ops,
        errors=(error,) if error else (),
    )


def _op(name: str, value: JsonValue) -> OpResult:
    parts = value if isinstance(value, list) else [None, value]
    status = fields.label(parts[0]) if parts else None
    outcome = parts[1] if len(parts) > 1 else None
    steps = [step for step in outcome if isinstance(step, dict)] if isinstance(outcome, list) else []
    errors = [outcome] if isinstance(outcome, str) else [step.get("error") for step in steps]
    return OpResult(
        op_id=fields.label(name) or "",
        group=None,
        status=_STATUSES.get(status or "", status or "failed"),
        started_at=None,
        ended_at=None,
        exit_code=_exit_code(steps),
        errors=tuple(error[: fields.MESSAGE] for error in errors if isinstance(error, str) and error),
        logs=tuple(line for step in steps for line in _logs(step.get("log"))),
    )


def _exit_code(steps: list[JsonObject]) -> int | None:
    """Return the exit status of the last step that has one: the steps ran one after another until one failed."""
    codes = [step["status"] for step in steps if isinstance(step.get("status"), int)]
    return fields.exit_code(codes[-1]) if codes else None


def _logs(entries: JsonValue) -> Iterator[LogLine]:
    for entry in entries if isinstance(entries, list) else []:
        if isinstance(entry, list) and len(entry) == 2 and isinstance(entry[1], str):
            stream = entry[0] if isinstance(entry[0], int) else 0
            yield LogLine(_STREAMS.get(stream, "nodeerr"), entry[1])
