"""What a node reported of a job: its stored form, and how the job went by it. Pure Python.

The stored form, `Result.body`, is a plain dict: status, started_at and ended_at (ISO 8601 or null), errors, and ops
with op_id, group, status, started_at, ended_at, exit_code, results, errors and diagnostics; of a job that runs perhaps
endpoints with op_id, port and status. Logs are kept apart.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from explorer.nosana.payloads import Endpoint, OpResult, ResultPayload

_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_NULL: Final = "null"
SUCCESS, FAILED, UNKNOWN = "success", "failed", ""
#: Words of ops and flows (nosana-cli, TaskManager); every other word says that there was no end.
_ENDED_WELL = {"success", "finished"}
_ENDED_BADLY = {"failed", "error", "init error", "validation-error", "logistics-error"}


def to_body(result: ResultPayload) -> dict[str, Any]:
    """Return the stored form, without the logs."""
    body: dict[str, Any] = json.loads(to_json(result))
    return body


def to_json(result: ResultPayload) -> str:
    """Return the stored form as JSON: written directly, since there is one for nearly every job."""
    ends = f',"endpoints":{_json([asdict(endpoint) for endpoint in result.endpoints])}' if result.endpoints else ""
    return (
        f'{{"status":{_json(result.status)},"started_at":{_moment(result.started_at)},'
        f'"ended_at":{_moment(result.ended_at)},"errors":{_json(result.errors) if result.errors else "[]"},'
        f'"ops":[{",".join([_op_json(op) for op in result.ops])}]{ends}}}'
    )


def from_body(body: Mapping[str, Any]) -> ResultPayload:
    """Return the payload of a stored form; its ops have no logs."""
    return ResultPayload(
        status=body["status"],
        started_at=_time(body["started_at"]),
        ended_at=_time(body["ended_at"]),
        errors=tuple(body["errors"]),
        ops=tuple(ops_of(body)),
        endpoints=tuple(Endpoint(**endpoint) for endpoint in body.get("endpoints", ())),
    )


def ops_of(body: Mapping[str, Any]) -> Iterator[OpResult]:
    """Yield the ops of a stored form, without logs."""
    return map(_op, body["ops"])


def outcome_of(result: ResultPayload) -> str:
    """Return "success", "failed", or "" where nothing says.

    The ops decide: since 2025-08 a flow is called a success whenever its plan came to an end, even if an op failed
    (nosana-cli, TaskManager). Only without ops, as confidential jobs report, the flow's own word counts.
    """
    verdicts = [verdict(op) for op in result.ops] or [_by_word(result.status)]
    if FAILED in verdicts or _by_word(result.status) == FAILED:
        return FAILED
    return SUCCESS if set(verdicts) == {SUCCESS} else UNKNOWN


def verdict(op: OpResult) -> str:
    """Return how one op went, as outcome_of() does for all.

    Its status decides: a service that is ended with its plan has a signal's exit code and went well.
    """
    word = _by_word(op.status)
    if word or op.exit_code is None or op.status == "stopped":
        return word
    return SUCCESS if op.exit_code == 0 else FAILED


def _by_word(status: str) -> str:
    return SUCCESS if status in _ENDED_WELL else FAILED if status in _ENDED_BADLY else UNKNOWN


def _op_json(op: OpResult) -> str:
    group = _NULL if op.group is None else _json(op.group)
    exit_code = _NULL if op.exit_code is None else f"{op.exit_code:d}"
    errors = _json(op.errors) if op.errors else "[]"
    return (
        f'{{"op_id":{_json(op.op_id)},"group":{group},"status":{_json(op.status)},'
        f'"started_at":{_moment(op.started_at)},"ended_at":{_moment(op.ended_at)},"exit_code":{exit_code},'
        f'"results":{_json(dict(op.results)) if op.results else "{}"},"errors":{errors},'
        f'"diagnostics":{_json(op.diagnostics) if op.diagnostics else "{}"}}}'
    )


def _op(body: Mapping[str, Any]) -> OpResult:
    return OpResult(
        op_id=body["op_id"],
        group=body["group"],
        status=body["status"],
        started_at=_time(body["started_at"]),
        ended_at=_time(body["ended_at"]),
        exit_code=body["exit_code"],
        results=body["results"],
        errors=tuple(body["errors"]),
        diagnostics=body["diagnostics"],
    )


@lru_cache(maxsize=256)  # the flow and its ops have the same moments, and writing one takes longer than anything here
def _moment(moment: datetime | None) -> str:
    return f'"{moment.isoformat()}"' if moment else _NULL


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
