"""No text makes the engine raise, and whatever it says can be shown."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from jobs.definition.check import check
from tests.jobs.definition import corpora

SETTINGS: Any = {"deadline": None, "suppress_health_check": list(HealthCheck), "database": None}
TEXTS = [path.read_text("utf-8") for path in corpora.OWN]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)
PIECES = [
    "{", "}", "[", "]", ",", ":", '"', "'", "\\", "//", "/*", "*/", "#", "\n", "\t", " ", "\0", "\ufeff", "\ud800",
    "é", "🚀", "NaN", "-Infinity", "1e999", "true", "null", "0", "-", "- ", ": ", "&a", "*a", "<<", "!!", "|", ">",
    "---", "%", "%%", "?", '"ops"', '"args"', '"\\u0000"', '"version"', "op", "\u2028", "%%ops.a.host%%",
]  # fmt: skip


def assert_calm(text: str | bytes) -> None:
    """Check a text under both profiles: a verdict that fits, places within the text, and an answer that is JSON."""
    for profile in ("network", "documented"):
        report = check(text, profile=profile)
        assert report.valid is not any(finding.severity == "error" for finding in report.findings)
        assert report.document.is_readable or not report.valid
        lines = report.document.text.split("\n")
        for finding in report.findings:
            assert 1 <= finding.line <= len(lines)
            assert 1 <= finding.column <= len(lines[finding.line - 1]) + 1
            assert finding.message.isprintable()
        json.loads(json.dumps([finding.as_json() for finding in report.findings]))


@settings(max_examples=500, **SETTINGS)
@given(st.text(max_size=200) | st.binary(max_size=200))
def test_any_text_is_judged(text: str | bytes) -> None:
    assert_calm(text)


@settings(max_examples=700, **SETTINGS)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
@example("{a: '\\")
@example("- ? - *a\n  &a : !!str\n")
@example("%YAML 9.9\n---\n")
@example('{"ops": [{"id": "\ud800", "args": {"\udfff": "\ud800"}}]}')
def test_any_heap_of_syntax_is_judged(text: str) -> None:
    assert_calm(text)


@settings(max_examples=400, **SETTINGS)
@given(VALUES, st.sampled_from(["", "version", "ops", "args", "expose", "results", "global"]))
def test_any_value_at_any_place_is_judged(value: Any, place: str) -> None:
    inner = {"image": "a:1", "expose": value} if place == "expose" else value
    op: dict[str, Any] = {"type": "container/run", "id": "a", "args": inner if place in ("args", "expose") else {}}
    op |= {"results": value} if place == "results" else {}
    whole: Any = {"version": "0.1", "type": "container", "ops": [op]}
    whole |= {place: value} if place in ("version", "ops", "global") else {}
    assert_calm(json.dumps(whole if place else value))


@settings(max_examples=700, **SETTINGS)
@given(st.data())
def test_any_damaged_definition_is_judged(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(TEXTS))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = start + data.draw(st.integers(0, 6))
        text = text[:start] + data.draw(st.sampled_from(PIECES) | st.text(max_size=3)) + text[end:]
    assert_calm(text)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 10**6,
        "1 " * 400_000,
        "[1,]" * 200_000,
        '"' * 10**6,
        "{" + '"a":1,' * 140_000,
        "- " * 100_000,
        "[&a " * 50_000,
    ],
    ids=["brackets", "numbers", "commas", "quotes", "doubled", "dashes", "anchors"],
)
@pytest.mark.timeout(60)
def test_absurd_texts_are_judged_in_time(text: str) -> None:
    assert_calm(text)
