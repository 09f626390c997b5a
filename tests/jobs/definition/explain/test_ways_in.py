"""`POST /api/explain` and `manage.py explain_definition`."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

DEFINITION = {
    "version": "0.1",
    "type": "container",
    "ops": [{"type": "container/run", "id": "main", "args": {"image": "debian:12", "cmd": "date", "expose": 3000}}],
}
JOB = "3EwUexRdXedDk2EL72py5FQd9fG2aVR9trD3EqEbGCDu"


def post(body: str | bytes, query: str = "") -> Any:
    return Client(enforce_csrf_checks=True).post(f"/api/explain{query}", body, content_type="text/plain")


def test_explain_view_answers_plan_ops_and_findings() -> None:
    answer = post(json.dumps(DEFINITION), f"?job={JOB}")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    body = answer.json()
    assert sorted(body) == ["findings", "ops", "plan"]
    assert body["plan"] == [["main"]]
    assert body["ops"][0]["argv"] == ["/bin/sh", "-c", "date"]
    host = "LUyn6L6ahWz8SnBze4vC4BMwaYmYaor2zCLVt49wn1SQ.node.sample.localhost"
    assert body["ops"][0]["urls"] == [{"port": 3000, "url": f"https://{host}"}]
    assert all({"code", "severity", "pointer", "line", "column", "message"} <= set(one) for one in body["findings"])


def test_explain_view_uses_the_rules_of_the_day() -> None:
    assert post(json.dumps(DEFINITION), "?at=1722470400").json()["ops"][0]["argv"] == ["date"]


def test_explain_view_says_what_is_wrong_with_a_text() -> None:
    answer = post("{")
    assert (answer.status_code, answer.json()["plan"], answer.json()["ops"]) == (200, [], [])
    assert answer.json()["findings"][0]["severity"] == "error"


def test_explain_view_takes_any_bytes() -> None:
    for body in (
        b"",
        b"\xff\xfe\x00",
        b"\x00",
        b'{"ops":[{"id":"\\ud800","type":"container/run","args":{"image":"\\ud800"}}]}',
    ):
        assert post(body).status_code == 200


def test_explain_view_refuses_long_bodies() -> None:
    answer = post(" " * 1_000_001)
    assert (answer.status_code, answer.json()) == (413, {"error": "The definition is longer than 1,000,000 bytes."})
    assert post(" " * 3_000_000).status_code == 413


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("?at=soon", '"at" is not a number of seconds since 1970.'),
        ("?at=nan", '"at" is not a number of seconds since 1970.'),
        ("?at=1e999", '"at" is not a number of seconds since 1970.'),
        (f"?job={'x' * 201}", '"job" is longer than 200 characters.'),
    ],
)
def test_explain_view_refuses_odd_parameters(query: str, error: str) -> None:
    answer = post("{}", query)
    assert (answer.status_code, answer.json()) == (400, {"error": error})


def test_explain_view_is_for_posting() -> None:
    assert Client().get(reverse("jobs:explain")).status_code == 405


def test_explain_command_prints_the_explanation(tmp_path: Path) -> None:
    path = tmp_path / "job.json"
    path.write_text(json.dumps(DEFINITION))
    out = io.StringIO()
    call_command("explain_definition", str(path), "--job", JOB, stdout=out)
    lines = out.getvalue().splitlines()
    assert lines[:4] == ["Plan", "  1. main", "", "Op 0: main"]
    assert "  argv        /bin/sh -c date" in lines
    assert sum(line.endswith(" debian:12 /bin/sh -c date") for line in lines) == 2


def test_explain_command_says_why_it_cannot(tmp_path: Path) -> None:
    path = tmp_path / "job.json"
    with pytest.raises(CommandError, match=r"job\.json cannot be read: No such file or directory\."):
        call_command("explain_definition", str(path))
    path.write_text("{")
    with pytest.raises(CommandError, match=r"."):
        call_command("explain_definition", str(path))
