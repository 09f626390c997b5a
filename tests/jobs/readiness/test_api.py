"""`POST /api/readiness`: what it takes, what it refuses, and how it says so."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from jobs.definition.document import LIMIT
from tests.jobs.readiness.test_needs import run, whole
from tests.markets.factories import SEED_MARKET, make_seed_market

pytestmark = pytest.mark.django_db

URL = "/api/readiness"


def post(body: str | bytes, query: str = "?timeout=3600") -> Any:
    """Post a text as any client would, without cookies."""
    return Client(enforce_csrf_checks=True).post(URL + query, body, content_type="application/json")


def test_definition_is_answered_for_every_market() -> None:
    make_seed_market()
    answer = post(json.dumps(whole(run("a", image="ubuntu", gpu=True))))
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    (market,) = answer.json()["markets"]
    assert (market["address"], market["rank"], market["nodes_free"], market["price"]["usd"]) == (
        SEED_MARKET,
        1,
        0,
        0.144,
    )
    assert [(item["name"], item["status"]) for item in market["items"]] == [("ubuntu", "download")]


def test_text_with_comments_is_read_as_elsewhere() -> None:
    make_seed_market()
    answer = post('{"ops": [ // one\n {"type": "container/run", "id": "a", "args": {"image": "ubuntu"}}, ]}')
    assert [item["name"] for item in answer.json()["markets"][0]["items"]] == ["ubuntu"]


@pytest.mark.parametrize("timeout", ["", "0", "-1", "1.5", "1e3", "nan", "ten", "360001", "9" * 5000, "١٢"])
def test_timeout_that_cannot_be_used_is_refused(timeout: str) -> None:
    answer = post("{}", f"?timeout={timeout}")
    assert answer.status_code == 400
    assert answer.json() == {"error": '"timeout" is a whole number of seconds from 1 to 360,000.'}


@pytest.mark.parametrize(("query", "timeout"), [("", 3600), ("?timeout=1", 1), ("?timeout=360000", 360_000)])
def test_timeout_within_bounds_is_taken(query: str, timeout: int) -> None:
    assert post(json.dumps(whole(run("a"))), query).json() == {"timeout": timeout, "markets": []}


@pytest.mark.parametrize("body", ["", '{"ops": [', "<html>", "[]", "null", '"text"', "5", b"\xff\xfe\x00"])
def test_text_that_is_no_definition_is_refused_with_findings(body: str | bytes) -> None:
    answer = post(body)
    assert answer.status_code == 422
    assert answer.json()["error"] == "The text is not a definition."
    assert {"code", "severity", "message", "line", "column", "pointer"} <= set(answer.json()["findings"][0])


@pytest.mark.parametrize("body", ["{}", '{"ops": {}}', '{"version": "0.1", "type": "container", "ops": []}'])
def test_definition_without_ops_starts_nowhere_and_is_told_so(body: str) -> None:
    answer = post(body)
    assert answer.status_code == 422
    assert answer.json()["error"] == "The definition has no op: there is nothing to start."


def test_long_text_is_refused() -> None:
    answer = post(b" " * (LIMIT + 1))
    assert (answer.status_code, answer.json()) == (413, {"error": "The definition is longer than 1,000,000 bytes."})


def test_other_methods_are_refused() -> None:
    assert Client().get(URL).status_code == 405
