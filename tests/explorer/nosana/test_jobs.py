"""The indexer's rows of jobs and their definitions."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from explorer.nosana import jobs, strict_json
from explorer.nosana.errors import Malformed
from explorer.nosana.payloads import Definition, JobPayload, JsonObject, JsonValue, Listing, Skipped
from tests.explorer.nosana.known import CID, JOB, MARKET, NODE, PAYER, PROJECT, job_row, key, payload

BODY: JsonObject = {"version": "0.1", "type": "container", "ops": []}
DONE = JobPayload(
    address=JOB,
    id=991,
    market=MARKET,
    project=PROJECT,
    payer=PAYER,
    node=NODE,
    state=2,
    price=115,
    timeout=7200,
    listed_at=datetime(2026, 7, 22, 9, 10, tzinfo=UTC),
    started_at=datetime(2026, 7, 22, 9, 10, 39, tzinfo=UTC),
    ended_at=datetime(2026, 7, 22, 10, 10, 39, tzinfo=UTC),
    usd_reward_per_hour=Decimal("0.12"),
    ipfs_job=CID,
    ipfs_result=None,
    trigger="dashboard",
    status="success",
    definition=Definition('{"version":"0.1","type":"container","ops":[]}', BODY),
)
QUEUED = replace(
    DONE,
    address=key(256**31 + 7),
    state=0,
    node=None,
    listed_at=None,
    started_at=None,
    ended_at=None,
    usd_reward_per_hour=None,
    ipfs_job=None,
    trigger=None,
    status=None,
    definition=None,
)


def test_parse_page() -> None:
    assert jobs.parse_page(payload("jobs")) == Listing(
        (DONE, QUEUED), (Skipped("nonsense", "Its address is not a Solana address."),), 1234567
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "COMPLETED"},
        {"state": "done"},
        {"state": "2"},
        {"state": 2.0},
        {"price": "115", "timeout": "7200.0", "timeStart": "1784711439", "id": 991.0, "usdRewardPerHour": "0.12"},
        {"jobDefinition": json.dumps(BODY, separators=(",", ":"))},
        {"type": None, "jobDefinition": BODY | {"meta": {"trigger": "dashboard"}}},
        {"surprise": {"NaN": float("nan")}},
    ],
)
def test_parse_variants_of_the_same_job(changes: dict[str, Any]) -> None:
    parsed = jobs.parse(job_row(**changes))
    assert replace(parsed, definition=DONE.definition) == DONE
    assert parsed.definition
    assert parsed.definition.error is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"address": None}, "Its address is missing."),
        ({"market": "x"}, "Its market is not a Solana address."),
        ({"project": 5}, "Its project is not a Solana address."),
        ({"payer": None}, "Its payer is missing."),
        ({"node": "z" * 44}, "Its node is not a Solana address."),
        ({"state": None}, "Its state is missing."),
        ({"state": 4}, "Its state is none of the four known ones."),
        ({"state": True}, "Its state is none of the four known ones."),
        ({"price": None}, "Its price is missing."),
        ({"price": "cheap"}, "Its price is not a whole number."),
        ({"price": 2**63}, "Its price is out of range."),
        ({"timeout": -1}, "Its timeout is out of range."),
        ({"timeStart": 253402300800}, "Its timeStart is out of range."),
        ({"timeEnd": 10**30}, "Its timeEnd is out of range."),
        ({"listedAt": "soon"}, "Its listedAt is not a whole number."),
        ({"id": 10**20}, "Its id is out of range."),
    ],
)
def test_parse_page_skips_a_bad_row_and_keeps_the_rest(changes: dict[str, Any], reason: str) -> None:
    bad = job_row(**changes)
    listing = jobs.parse_page({"jobs": [bad, job_row()], "totalJobs": 2})
    assert listing == Listing((DONE,), (Skipped(bad["address"] or "row 1", reason),), 2)


def test_parse_page_skips_what_is_no_job_or_comes_twice() -> None:
    listing = jobs.parse_page({"jobs": [None, [], "x", job_row(), job_row(price=1)]})
    assert listing == Listing(
        (DONE,),
        (
            Skipped("row 1", "It is null, not an object."),
            Skipped("row 2", "It is a list, not an object."),
            Skipped("row 3", "It is text, not an object."),
            Skipped(JOB, "It comes twice in one answer."),
        ),
        None,
    )


@pytest.mark.parametrize("answer", [None, [], {}, 5, "x", {"jobs": None}, {"jobs": {}}, {"totalJobs": 1}])
def test_parse_page_of_a_wrong_shape(answer: Any) -> None:
    with pytest.raises(Malformed):
        jobs.parse_page(answer)


@pytest.mark.parametrize(
    ("given", "text", "error"),
    [
        ('{"a": }', '{"a": }', "It is not JSON: Expecting value (line 1, column 7)."),
        ("hello\0", "hello\ufffd", "It is not JSON: Expecting value (line 1, column 1)."),
        ("[1]", "[1]", "It is a list, not an object."),
        ([1], "[1]", "It is a list, not an object."),
        (5, "5", "It is a number, not an object."),
        (
            {"a": float("nan")},
            '{"a":NaN}',
            "It holds a number that JSON does not have, or that is too large.",
        ),
        ('"{}"', '"{}"', "It is text, not an object."),
    ],
)
def test_definition_that_cannot_be_used_costs_only_itself(given: Any, text: str, error: str) -> None:
    parsed = jobs.parse(job_row(jobDefinition=given))
    assert replace(parsed, definition=None) == replace(DONE, definition=None)
    assert parsed.definition == Definition(text, None, error)


def test_definition_nested_too_deep_in_a_page_costs_only_itself() -> None:
    deep = '{"x":' * 5000 + "1" + "}" * 5000
    page = json.dumps({"jobs": [job_row(), job_row(address=NODE, jobDefinition="DEEP")]}).replace('"DEEP"', deep)
    first, second = jobs.parse_page(strict_json.read_listing(page)).rows
    assert first == DONE
    assert second.definition
    assert second.definition.error == "It is nested more than 100 levels deep."


def test_definition_of_a_megabyte_is_kept_and_labels_are_cut() -> None:
    long = "x" * 1_000_000
    parsed = jobs.parse(job_row(jobDefinition={"meta": {"trigger": long}, "v": long}, type=None, jobStatus=long))
    assert parsed.definition
    assert parsed.definition.body == {"meta": {"trigger": long}, "v": long}
    assert (parsed.trigger, parsed.status) == ("x" * 99 + "…", "x" * 199 + "…")
    assert jobs.parse(job_row(type=long)).trigger == "x" * 99 + "…"


def test_definition_is_cleaned_of_what_cannot_be_stored() -> None:
    parsed = jobs.parse(job_row(jobDefinition={"a\0": "\ud800<script>"}))
    assert parsed.definition == Definition('{"a\ufffd":"\ufffd<script>"}', {"a\ufffd": "\ufffd<script>"})


def test_result_in_a_listing() -> None:
    parsed = jobs.parse(job_row(jobResult=json.dumps({"status": "failed", "opStates": []})))
    assert parsed.result
    assert (parsed.result.status, parsed.result.ops) == ("failed", ())
    assert jobs.parse(job_row(jobResult="{")).result is None


def test_parse_counts() -> None:
    answer: JsonValue = {"total": 10, "byState": {"QUEUED": "1", "RUNNING": 2, "COMPLETED": 6}}
    assert jobs.parse_counts(answer) == {0: 1, 1: 2, 2: 6, 3: 0}


def test_parse_running() -> None:
    assert jobs.parse_running({MARKET: {"running": 12}}) == {MARKET: 12}
    assert jobs.parse_running({}) == {}


def test_parse_running_nodes() -> None:
    assert jobs.parse_running_nodes([NODE, "1" * 32, PAYER, NODE]) == (NODE, PAYER)


@pytest.mark.parametrize(
    ("parse", "answer"),
    [
        (jobs.parse_counts, {}),
        (jobs.parse_counts, {"byState": {"LOST": 1}}),
        (jobs.parse_counts, {"byState": {"QUEUED": None}}),
        (jobs.parse_running, []),
        (jobs.parse_running, {"market": {"running": 1}}),
        (jobs.parse_running, {MARKET: 1}),
        (jobs.parse_running_nodes, {}),
        (jobs.parse_running_nodes, ["x"]),
        (jobs.parse_running_nodes, [{}]),
    ],
)
def test_parse_of_a_wrong_shape(parse: Callable[[Any], object], answer: Any) -> None:
    with pytest.raises(Malformed):
        parse(answer)
