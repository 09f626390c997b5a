"""Previews of results, as nodes extract them."""

from __future__ import annotations

import time

import pytest

from explorer.nosana.payloads import JsonValue
from jobs.definition.explain.results import Capture, Entry, preview

LOG = [
    Entry("stdout", "Device 0: RTX 3070, 8.6\n"),
    Entry("stderr", "Device 1: RTX 3080, 8.6\n"),
    Entry("stdout", "tokens: 12 tokens: 13\n"),
    Entry("nodeerr", ""),
]


@pytest.mark.parametrize(
    ("rule", "values"),
    [
        ("Device [0-9].*", ["Device 0: RTX 3070, 8.6", "Device 1: RTX 3080, 8.6"]),
        ({"regex": "Device [0-9].*", "logType": ["stderr"]}, ["Device 1: RTX 3080, 8.6"]),
        (r"tokens: (\d+)", ["tokens: 12", "12"]),
        (r"(?<=tokens: )(?<count>\d+)(x)?", ["12", "12", None]),
        ("missing", []),
        ("*", ["", "", ""]),
        ("8.6$", []),  # entries keep the end of their line
        (r"8.6\s$", ["8.6\n", "8.6\n"]),
        (7, []),
        ({"logType": ["stdout"]}, []),
        (None, []),
    ],
)
def test_preview_takes_the_first_match_of_each_entry(rule: JsonValue, values: list[str | None]) -> None:
    assert preview({"key": rule}, LOG) == {"key": Capture(values)}


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("\\", "\\ at end of pattern"),
        ("(", "Unterminated group"),
        ("+", "Nothing to repeat"),
        ("(?i)a", "Invalid group"),
    ],
)
def test_preview_bad_pattern_leaves_the_error(pattern: str, reason: str) -> None:
    error = f"SyntaxError: Invalid regular expression: /{pattern}/: {reason}"
    assert preview({"key": pattern}, LOG) == {"key": Capture(error=error)}
    assert preview({"key": pattern}, []) == {"key": Capture()}


def test_preview_ends_in_time() -> None:
    started = time.monotonic()
    found = preview({"slow": "(x+x+)+y", "next": "Dev"}, [Entry("stdout", "x" * 5000)] * 50, seconds=0.2)
    assert time.monotonic() - started < 5
    assert found["slow"].unfinished == "The pattern took too long; 0 of 50 entries were searched."
    assert found["next"].unfinished == "There was no time to try the pattern, or it is too long."


def test_preview_too_large_a_pattern_is_not_tried() -> None:
    found = preview({"key": "(" * 4000 + ")" * 4000}, LOG)
    assert found == {"key": Capture(unfinished="The pattern is too large to be tried.")}


def test_preview_of_anything_is_nothing() -> None:
    assert preview(["a"], LOG) == {}
    assert preview(None, LOG) == {}
