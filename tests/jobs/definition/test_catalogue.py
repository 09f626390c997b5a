"""Every code, by the examples of its own page."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

import pytest

from jobs.definition.check import Report, check
from jobs.definition.codes.catalogue import BY_CODE, ENTRIES
from jobs.definition.codes.entry import Entry, Example
from jobs.definition.findings import Finding, PatchOp
from tests.jobs.definition.patching import applied


def of(example: Example) -> Report:
    return check(example.full, profile=example.profile, market=example.market)


def codes(report: Report) -> set[str]:
    return {finding.code for finding in report.findings}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.code)
def test_bad_example_has_the_code_and_nothing_else_that_its_twin_has_not(entry: Entry) -> None:
    bad, good = of(entry.bad), of(entry.good)
    found = [finding for finding in bad.findings if finding.code == entry.code]
    assert [(finding.pointer, finding.severity) for finding in found] == [(entry.bad.at, entry.severity)]
    assert entry.code not in codes(good)
    assert codes(bad) - codes(good) == {entry.code}
    assert bad.valid is (entry.severity != "error")
    assert good.valid


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.code)
def test_page_of_a_code_says_something(entry: Entry) -> None:
    assert re.fullmatch(r"ND\d{3}", entry.code)
    assert not entry.title.endswith(".")
    for text in (entry.what, entry.why, entry.source):
        assert text.endswith("."), text
        assert "  " not in text


def test_codes_are_in_order_and_unique() -> None:
    assert [entry.code for entry in ENTRIES] == sorted(BY_CODE)
    assert len(ENTRIES) >= 40


def fixable() -> list[tuple[str, Example, Finding]]:
    """Return every fix that an example's finding offers."""
    return [
        (entry.code, entry.bad, finding)
        for entry in ENTRIES
        for finding in of(entry.bad).findings
        if finding.fix and finding.code == entry.code
    ]


@pytest.mark.parametrize(("code", "example", "finding"), fixable(), ids=[code for code, _, _ in fixable()])
def test_fix_removes_the_finding_and_brings_no_error(code: str, example: Example, finding: Finding) -> None:
    report = of(example)
    assert finding.fix is not None
    fixed: Any = applied(copy.deepcopy(report.document.value), finding.fix)
    again = of(Example(json.dumps(fixed), profile=example.profile, market=example.market))
    assert code not in codes(again)
    assert {found.code for found in again.findings if found.severity == "error"} <= codes(report) - {code}


def test_fix_is_written_as_a_json_patch() -> None:
    assert PatchOp("replace", "/a", 1).as_json() == {"op": "replace", "path": "/a", "value": 1}
    assert PatchOp("remove", "/a").as_json() == {"op": "remove", "path": "/a"}
    assert PatchOp("move", "/b", source="/a").as_json() == {"op": "move", "from": "/a", "path": "/b"}
