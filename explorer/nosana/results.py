"""Reads the result of a job, which the node that ran it wrote: whatever its shape or age, one payload.

Only known fields are taken: of the `secrets` of a running flow, op, port and status of each endpoint leave this module.
"""

from __future__ import annotations

from collections.abc import Iterator

from explorer.nosana import fields, legacy_results, strict_json
from explorer.nosana.errors import Malformed
from explorer.nosana.payloads import Endpoint, JsonObject, JsonValue, LogLine, OpResult, ResultPayload


def from_text(text: str) -> ResultPayload:
    """Read a result's JSON text, or raise Malformed."""
    return _read(strict_json.read(text))


def parse(value: JsonValue) -> ResultPayload:
    """Read a result: an object, or the text of one. Malformed when it has neither ops nor a status."""
    return from_text(value) if isinstance(value, str) else _read(value)


def _read(value: JsonValue) -> ResultPayload:
    flow = fields.mapping(strict_json.clean(value))
    if "opStates" not in flow and isinstance(results := flow.get("results"), dict):
        return legacy_results.parse(flow, results)
    if "opStates" not in flow and "status" not in flow:
        raise Malformed("it is not a result: it has neither opStates nor a status")
    states = fields.sequence(flow.get("opStates") or [])
    unusable = [f"Op {n} is not an object." for n, op in enumerate(states, 1) if not isinstance(op, dict)]
    return ResultPayload(
        status=fields.label(flow.get("status")) or "",
        started_at=fields.milliseconds(flow.get("startTime")),
        ended_at=fields.milliseconds(flow.get("endTime")),
        ops=tuple(_op(op) for op in states if isinstance(op, dict)),
        errors=(*_errors(flow.get("errors")), *unusable),
        endpoints=tuple(_endpoints(flow.get("secrets"))),
    )


def _endpoints(found: JsonValue) -> Iterator[Endpoint]:
    """Yield the endpoints of `{"urlmode": …, "<job>": {"<exposeId>": {opID, port, url, status}}}`."""
    jobs = found.values() if isinstance(found, dict) else ()
    for entries in jobs:
        for entry in entries.values() if isinstance(entries, dict) else ():
            status = fields.label(entry.get("status")) if isinstance(entry, dict) else None
            if isinstance(entry, dict) and status:
                op_id, port = fields.label(entry.get("opID")) or "", fields.label(entry.get("port")) or ""
                yield Endpoint(op_id, port, status)


def _op(op: JsonObject) -> OpResult:
    found, diagnostics, logs = op.get("results"), op.get("diagnostics"), op.get("logs")
    return OpResult(
        op_id=fields.label(op.get("operationId")) or "",
        group=fields.label(op.get("group")),
        status=fields.label(op.get("status")) or "",
        started_at=fields.milliseconds(op.get("startTime")),
        ended_at=fields.milliseconds(op.get("endTime")),
        exit_code=fields.exit_code(op.get("exitCode")),
        results=found if isinstance(found, dict) else {},
        errors=(*_errors(op.get("errors")), *_errors(op.get("error"))),
        diagnostics=diagnostics if isinstance(diagnostics, dict) else {},
        logs=tuple(_log(entry) for entry in logs if isinstance(entry, dict)) if isinstance(logs, list) else (),
    )


def _log(entry: JsonObject) -> LogLine:
    text, at = entry.get("log"), entry.get("timestamp")
    return LogLine(
        stream=fields.label(entry.get("type")) or "",
        text=text if isinstance(text, str) else "",
        # newer nodes write a date, some write milliseconds as text, older ones nothing
        at=fields.iso(at) or fields.milliseconds(at),
    )


def _errors(value: JsonValue) -> tuple[str, ...]:
    """Return messages: of a list of texts or objects, or of a single one."""
    items = value if isinstance(value, list) else [value]
    return tuple(_message(item)[: fields.MESSAGE] for item in items if item not in (None, "", {}))


def _message(error: JsonValue) -> str:
    """Return "event: message (code)" of the node's error objects, and anything else as its own text."""
    if isinstance(error, str):
        return error
    if not isinstance(error, dict) or not {"event", "message"} & error.keys():
        return strict_json.write(error)
    text = ": ".join(part for name in ("event", "message") if (part := fields.label(error.get(name), fields.MESSAGE)))
    code = fields.label(error.get("code"))
    return f"{text} ({code})" if code else text
