"""`POST /api/validate`, `manage.py check_definition` and `manage.py definition_docs`."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from jobs.definition.codes.pages import pages

GOOD = (
    '{"version": "0.1", "type": "container", "ops": [{"type": "container/run", "id": "a", "args": {"image": "a:1"}}]}'
)
BAD = GOOD.replace('"a:1"', "1")
WRONG_IMAGE = {
    "code": "ND024",
    "severity": "error",
    "pointer": "/ops/0/args/image",
    "line": 1,
    "column": 95,
    "message": "image must be text, not the number 1; put it in quotes.",
}
NO_GPU = {
    "code": "ND157",
    "severity": "hint",
    "pointer": "/ops/0/args",
    "line": 1,
    "column": 86,
    "message": "No op asks for a GPU, though every market rents one out; add gpu: true where it is used.",
}


def post(body: str | bytes, query: str = "") -> Any:
    return Client(enforce_csrf_checks=True).post(f"/api/validate{query}", body, content_type="text/plain")


def test_validate_view_answers_verdict_and_findings() -> None:
    assert reverse("jobs:validate") == "/api/validate"
    answer = post(BAD)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    fix = {"expected": "text", "fix": [{"op": "replace", "path": "/ops/0/args/image", "value": "1"}]}
    assert answer.json() == {"valid": False, "findings": [NO_GPU, WRONG_IMAGE | fix]}
    assert post(GOOD).json() == {"valid": True, "findings": [NO_GPU]}


def test_validate_view_takes_any_content_type_and_a_profile() -> None:
    answer = Client().post("/api/validate?profile=documented", GOOD, content_type="application/x-www-form-urlencoded")
    assert [finding["code"] for finding in answer.json()["findings"]] == ["ND021", "ND157"]


def test_validate_view_answers_texts_that_cannot_be_read() -> None:
    for body in ("", "{", b"\xff\xfe\x00", "[" * 100_000, '{"a": "\\ud800"}'):
        answer = post(body)
        assert (answer.status_code, answer.json()["valid"]) == (200, False)


def test_validate_view_refuses_what_is_too_long_and_what_it_does_not_know() -> None:
    too_long = post(b" " * 1_000_001)
    assert (too_long.status_code, too_long.json()) == (413, {"error": "The definition is longer than 1,000,000 bytes."})
    assert post(b" " * 3_000_000).status_code == 413
    unknown = post(GOOD, "?profile=new")
    assert (unknown.status_code, unknown.json()) == (400, {"error": '"profile" is one of network, documented.'})
    assert Client().get("/api/validate").status_code == 405


def checked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Run the command, and return how it ended and what it printed."""
    try:
        call_command("check_definition", *arguments)
    except SystemExit as end:
        return int(end.code or 0), capsys.readouterr().out
    return 0, capsys.readouterr().out


def test_check_command_prints_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(GOOD)
    bad.write_text(BAD)
    hint = f"hint ND157 {NO_GPU['message']}"
    assert checked(capsys, str(good)) == (0, f"{good}:1:86: {hint}\n{good}: accepted\n")
    status, printed = checked(capsys, str(good), str(bad))
    assert status == 1
    assert printed.splitlines()[2:] == [
        f"{bad}:1:86: {hint}",
        f"{bad}:1:95: error ND024 {WRONG_IMAGE['message']}",
        f"{bad}: refused",
    ]


def test_check_command_prints_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text(BAD)
    status, printed = checked(capsys, "--format", "json", str(bad))
    assert (status, json.loads(printed)) == (1, [{"file": str(bad), "valid": False, "findings": [NO_GPU, WRONG_IMAGE]}])
    assert checked(capsys, "--format=json", "--profile=documented", str(bad))[0] == 1


def test_check_command_reads_the_standard_input(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(GOOD.encode())))
    assert checked(capsys, "-")[0] == 0


def test_check_command_shows_no_terminal_codes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hostile = tmp_path / "hostile.json"
    hostile.write_text('{"\\u001b[31m\\ud800": 1}')
    status, printed = checked(capsys, str(hostile))
    assert status == 1
    assert "\x1b" not in printed
    printed.encode()


def test_check_command_says_which_file_is_missing(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="missing.json cannot be read: No such file or directory"):
        call_command("check_definition", str(tmp_path / "missing.json"))


def test_findings_pages_are_those_of_the_catalogue(tmp_path: Path) -> None:
    folder = settings.BASE_DIR / "docs" / "findings"
    assert {path.name: path.read_text("utf-8") for path in folder.iterdir()} == pages(), "run manage.py definition_docs"
    (tmp_path / "ND999.md").write_text("an old page")
    call_command("definition_docs", folder=tmp_path, stdout=io.StringIO())
    assert {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()} == pages()
