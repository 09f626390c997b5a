"""JavaScript's rules for values; the expected texts are what node 20 gives."""

from __future__ import annotations

import pytest

from explorer.nosana import javascript
from explorer.nosana.payloads import JsonValue


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-0.0, "0"),
        (80.0, "80"),
        (3000.5, "3000.5"),
        (-2.5, "-2.5"),
        (1e20, "100000000000000000000"),
        (1e21, "1e+21"),
        (1.2e21, "1.2e+21"),
        (0.000001, "0.000001"),
        (1e-7, "1e-7"),
        (1.5e-7, "1.5e-7"),
        (5e-324, "5e-324"),
        (12345678901234567890, "12345678901234567000"),
        (10**400, "Infinity"),
        (-(10**400), "-Infinity"),
        (float("nan"), "NaN"),
    ],
)
def test_number_prints_as_javascript_does(value: float, text: str) -> None:
    assert javascript.number(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("x", "x"),
        (True, "true"),
        (None, "null"),
        ({"a": 1}, "[object Object]"),
        ([1, [2, None], {"a": 1.0}], "1,2,,[object Object]"),
    ],
)
def test_text_is_that_of_string(value: JsonValue, text: str) -> None:
    assert javascript.text(value) == text


@pytest.mark.parametrize(
    ("value", "is_true"),
    [("", False), ("0", True), (0, False), (-1, True), (None, False), (False, False), ([], True), ({}, True)],
)
def test_is_true_follows_javascript(value: JsonValue, is_true: bool) -> None:
    assert javascript.is_true(value) is is_true


def test_json_text_is_that_of_stringify() -> None:
    value: JsonValue = {"a": [1.0, None, True, "é\ud800\u2028"], "b": {}}
    assert javascript.json_text(value) == '{"a":[1,null,true,"é\\ud800\u2028"],"b":{}}'


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("[1, 2]", [1, 2]),
        ('  {"a": 1}\n', {"a": 1}),
        ("\ufeff[1]", [1]),
        ("\x1c[1]", "\x1c[1]"),  # no space for JavaScript
        ("[NaN]", "[NaN]"),
        ("[1,]", "[1,]"),
        ('"text"', '"text"'),
        ("7", "7"),
        ("", ""),
        ("[" * 65 + "]" * 65, "[" * 65 + "]" * 65),
        ("[" * 100_000, "[" * 100_000),
    ],
)
def test_parse_if_json_unpacks_lists_and_objects_only(source: str, value: JsonValue) -> None:
    assert javascript.parse_if_json(source) == value


@pytest.mark.parametrize(("value", "depth"), [(1, 0), ([], 1), ({}, 1), ([[], {"a": [1]}], 3)])
def test_depth_counts_levels(value: JsonValue, depth: int) -> None:
    assert javascript.depth(value, 10) == depth
