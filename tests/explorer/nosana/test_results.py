"""Results of jobs in every shape the network has had."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from explorer.nosana import results
from explorer.nosana.errors import Malformed
from explorer.nosana.payloads import Endpoint, JsonValue, LogLine, OpResult, ResultPayload
from tests.explorer.nosana.known import payload

CURRENT = ResultPayload(
    status="success",
    started_at=datetime(2025, 10, 9, 8, 53, 20, tzinfo=UTC),
    ended_at=datetime(2025, 10, 9, 8, 53, 24, 200000, UTC),
    ops=(
        OpResult(
            op_id="hello",
            group="hello",
            status="success",
            started_at=datetime(2025, 10, 9, 8, 53, 20, 100000, UTC),
            ended_at=datetime(2025, 10, 9, 8, 53, 24, 100000, UTC),
            exit_code=0,
            results={"who": ["hello world"]},
            errors=("image-pull-error: no such image (404)",),
            diagnostics={"reason": {"hostShutDown": False, "jobStopped": False, "jobExpired": False}},
            logs=(
                LogLine("stdout", "hello world\n", datetime(2025, 10, 9, 8, 53, 21, 123456, UTC)),
                LogLine("stderr", "later\n", datetime(2025, 10, 9, 8, 53, 21, 500000, UTC)),
                LogLine("stdout", "old\n", None),
            ),
        ),
    ),
    endpoints=(Endpoint("hello", "80", "ONLINE"),),
)


def test_current_result_without_its_secrets() -> None:
    parsed = results.parse(payload("result"))
    assert parsed == CURRENT
    assert "secret.example" not in repr(parsed)


def test_result_as_text() -> None:
    assert results.parse(json.dumps(payload("result"))) == CURRENT


def test_legacy_result() -> None:
    assert results.parse(payload("legacy_result")) == ResultPayload(
        status="failed",
        started_at=None,
        ended_at=None,
        ops=(
            OpResult("one", None, "success", None, None, 0, logs=(LogLine("stdout", "out"), LogLine("stderr", "err"))),
            OpResult("two", None, "failed", None, None, 1, errors=("went wrong",), logs=(LogLine("stdout", "x"),)),
            OpResult("three", None, "failed", None, None, None, errors=("could not pull",)),
        ),
        errors=("stopped early",),
    )


def test_legacy_op_of_several_steps_ends_with_the_last() -> None:
    steps: JsonValue = [{"status": 0, "log": [[1, "a"]]}, {"status": 2, "log": [[1, "b"]]}, {"error": "no"}]
    (op,) = results.parse({"results": {"one": ["error", steps]}}).ops
    logs = (LogLine("stdout", "a"), LogLine("stdout", "b"))
    assert op == OpResult("one", None, "failed", None, None, 2, errors=("no",), logs=logs)


@pytest.mark.parametrize(("outcome", "status"), [("success", "success"), ("error", "failed")])
def test_legacy_result_is_judged_by_its_ops(outcome: str, status: str) -> None:
    assert results.parse({"results": {"one": [outcome, []]}}).status == status


def test_confidential_result_has_no_ops() -> None:
    answer: JsonValue = {
        "status": "success",
        "startTime": 1760000000000,
        "endTime": None,
        "opStates": [],
        "errors": ["e", None],
    }
    started = datetime(2025, 10, 9, 8, 53, 20, tzinfo=UTC)
    assert results.parse(answer) == ResultPayload("success", started, None, (), ("e",))


def test_result_with_unusable_parts_keeps_the_others() -> None:
    odd: JsonValue = {
        "operationId": 5,
        "exitCode": "137",
        "logs": [None, {"log": 1}],
        "error": {"x": 1},
        "startTime": 10**30,
    }
    parsed = results.parse({"status": None, "opStates": [odd, "x"]})
    assert parsed == ResultPayload(
        "",
        None,
        None,
        (OpResult("5", None, "", None, None, 137, errors=('{"x":1}',), logs=(LogLine("", ""),)),),
        ("Op 2 is not an object.",),
    )


def test_result_that_is_hostile_text_is_kept_inert() -> None:
    log: JsonValue = {"type": "stdout", "log": "\x1b[31m<script>\0"}
    (op,) = results.parse({"opStates": [{"logs": [log], "status": "x" * 500}]}).ops
    assert op.logs == (LogLine("stdout", "\x1b[31m<script>\ufffd"),)
    assert op.status == "x" * 199 + "…"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (None, "it is null, not an object"),
        ([], "it is a list, not an object"),
        ({}, "it is not a result: it has neither opStates nor a status"),
        ({"opStates": {"a": 1}}, "it is an object, not a list"),
        ("{", "it is not JSON: Expecting property name enclosed in double quotes (line 1, column 2)"),
        ({"status": float("inf")}, "it holds a number that JSON does not have, or that is too large"),
    ],
)
def test_result_that_cannot_be_used(answer: Any, reason: str) -> None:
    with pytest.raises(Malformed) as problem:
        results.parse(answer)
    assert str(problem.value) == reason
