"""Results: their stored form, and how a job went by them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given as having
from hypothesis import strategies as st

from explorer.nosana import results as network
from explorer.nosana.payloads import Endpoint, JsonObject, LogLine, OpResult, ResultPayload
from jobs.exits import exit_meaning, facts
from jobs.results import from_body, outcome_of, to_body

START, END = datetime(2026, 8, 21, 14, 3, 59, 114000, tzinfo=UTC), datetime(2026, 8, 21, 14, 4, 9, tzinfo=UTC)


def op(status: str = "success", exit_code: int | None = 0, **facts: Any) -> OpResult:
    return OpResult("hello", "setup", status, START, END, exit_code, **facts)


def result(*ops: OpResult, status: str = "success") -> ResultPayload:
    return ResultPayload(status, START, END, ops)


@having(
    st.builds(OpResult, *[st.text(), st.none() | st.text(), st.text(), st.none(), st.none(), st.none() | st.integers()])
)
def test_body_leads_back_to_any_text(given: OpResult) -> None:
    said = replace(given, results={given.op_id: given.status}, errors=(given.status, ""), diagnostics={"": given.op_id})
    whole = ResultPayload(given.status, None, START, (said, given), (given.op_id,), (Endpoint(given.op_id, "", "ON"),))

    assert from_body(to_body(whole)) == whole


def test_body_of_a_result_is_plain_and_leads_back_to_it() -> None:
    logs = (LogLine("stdout", "hello\n", START),)
    given = replace(
        result(
            op("failed", 137, results={"who": ["hello"]}, errors=("oops",), diagnostics={"state": {"OOMKilled": True}}),
            OpResult("later", None, "init", None, None, None),
        ),
        errors=("flow",),
    )
    body = to_body(replace(given, ops=(replace(given.ops[0], logs=logs), given.ops[1])))

    assert json.loads(json.dumps(body)) == body
    assert body == {
        "status": "success",
        "started_at": "2026-08-21T14:03:59.114000+00:00",
        "ended_at": "2026-08-21T14:04:09+00:00",
        "errors": ["flow"],
        "ops": [
            {
                "op_id": "hello",
                "group": "setup",
                "status": "failed",
                "started_at": "2026-08-21T14:03:59.114000+00:00",
                "ended_at": "2026-08-21T14:04:09+00:00",
                "exit_code": 137,
                "results": {"who": ["hello"]},
                "errors": ["oops"],
                "diagnostics": {"state": {"OOMKilled": True}},
            },
            {
                "op_id": "later",
                "group": None,
                "status": "init",
                "started_at": None,
                "ended_at": None,
                "exit_code": None,
                "results": {},
                "errors": [],
                "diagnostics": {},
            },
        ],
    }
    assert from_body(body) == given


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (result(op(), op()), "success"),
        (result(op(), op("failed", 1)), "failed"),  # since 2025-08 the flow says success all the same
        (result(op("failed", 1), op("init", None), status="failed"), "failed"),  # before, it stopped there
        (result(op("success", 143)), "success"),  # a service that was ended with its plan
        (result(op("failed", 0)), "failed"),  # a literal that could not be resolved
        (result(op("stopped", 137), status="stopped"), ""),
        (result(op(), op("init", None)), ""),  # waits for ever for an op that exposes without a health check
        (result(op("finished", None)), "success"),
        (result(op("exited", 0)), "success"),
        (result(op("exited", 3)), "failed"),
        (result(op(), status="logistics-error"), "failed"),
        (result(status="init error"), "failed"),
        (result(status="success"), "success"),  # confidential
        (result(status="failed"), "failed"),
        (result(status="stopped"), ""),
        (result(status=""), ""),
    ],
)
def test_outcome_is_judged_by_the_ops(given: ResultPayload, expected: str) -> None:
    assert outcome_of(given) == expected


LEGACY: JsonObject = {"results": {"a": ["success", [{"cmd": {"cmd": "ls"}, "status": 0, "log": [[1, "x"]]}]]}}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (LEGACY, "success"),
        ({"results": {"a": ["error", [{"status": 1, "log": [], "error": "no"}]]}}, "failed"),
        ({"results": {"a": ["error", "image not found"]}}, "failed"),
        ({"results": {"nosana/error": "no such flow"}}, "failed"),
        ({"status": "success", "startTime": 1, "endTime": 2, "opStates": [], "errors": []}, "success"),
    ],
)
def test_outcome_of_legacy_and_confidential_results(given: JsonObject, expected: str) -> None:
    assert outcome_of(network.parse(given)) == expected


OOM: JsonObject = {"reason": {"jobStopped": False}, "state": {"OOMKilled": True, "RestartCount": 2}}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (op(), ""),
        (op("init", None), ""),
        (op("failed", 0), "aborted before it started"),
        (op("failed", 1), "the program's own code"),
        (op("failed", 2), "the program's own code"),
        (op("failed", 2, errors=("image-pull-error: manifest unknown",)), "the node could not run it"),
        (op("failed", 126), "the command cannot be executed"),
        (op("failed", 127), "the command was not found in the image"),
        (op("failed", 137, diagnostics=OOM), "killed, out of memory"),
        (op("failed", 137), "killed (SIGKILL) from outside, often for want of memory"),
        (op("stopped", 137, diagnostics={"reason": {"jobStopped": True}}), "killed (SIGKILL) when the job was stopped"),
        (
            op("success", 143, diagnostics={"reason": {"jobExpired": True}}),
            "ended (SIGTERM) when the job's time was up",
        ),
        (op("success", 143), "ended (SIGTERM) when its plan ended"),
        (op("failed", 143, diagnostics={"reason": "?", "state": 1}), "ended (SIGTERM) from outside"),
        (op("failed", 139), "the program crashed (SIGSEGV)"),
        (op("failed", 159), "ended by signal 31"),
        (op("failed", 255), "the program's own code"),
        (op("failed", -1), "the program's own code"),
    ],
)
def test_exit_meaning_says_what_the_code_does_not(given: OpResult, expected: str) -> None:
    assert exit_meaning(given) == expected


def test_facts_of_diagnostics_are_those_that_add_something() -> None:
    diagnostics: JsonObject = {
        "reason": {"hostShutDown": True, "jobStopped": False, "jobExpired": "yes", "reason": "quit"},
        "state": {"OOMKilled": True, "RestartCount": 2, "Error": "oom", "Pid": 0},
    }

    assert facts(diagnostics) == [
        ("Node shut down", "yes"),
        ("Out of memory", "yes"),
        ("Reason", "quit"),
        ("Error", "oom"),
        ("Restarts", "2"),
    ]
    assert facts({"reason": [1], "state": "x"}) == []
