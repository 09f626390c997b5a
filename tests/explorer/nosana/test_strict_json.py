"""Decoding and cleaning of hostile JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest

from explorer.nosana import strict_json
from explorer.nosana.errors import Malformed


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is not JSON: Expecting value (line 1, column 1)"),
        ('{"a": 1,\n "b": }', "it is not JSON: Expecting value (line 2, column 7)"),
        ("<!doctype html>", "it is not JSON: Expecting value (line 1, column 1)"),
        ('{"a": [1, 2', "it is not JSON: Expecting ',' delimiter (line 1, column 12)"),
        ("[" * 100_000, "it is nested more than 100 levels deep"),
    ],
)
def test_read_says_where_it_breaks(text: str, reason: str) -> None:
    with pytest.raises(Malformed) as problem:
        strict_json.read(text)
    assert str(problem.value) == reason


def test_read_listing_cuts_only_what_is_too_deep() -> None:
    deep = '{"x":' * 50_000 + "1" + "}" * 50_000
    text = f'[{{"a": "[[{{\\"" }}, {deep}, {{"b": [2]}}]'
    listing: Any = strict_json.read_listing(text)
    first, second, third = listing
    assert (first, third) == ({"a": '[[{"'}, {"b": [2]})
    with pytest.raises(Malformed, match="nested more than 100 levels deep"):
        strict_json.clean(second)


@pytest.mark.parametrize("text", ["[" * 50_000, '["' + "[" * 50_000, '{"a":' * 50_000 + "]" * 50_000])
def test_read_listing_of_broken_depth_is_malformed(text: str) -> None:
    with pytest.raises(Malformed, match="not JSON"):
        strict_json.read_listing(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'"a\u0000b"', "a\ufffdb"),
        (r'"\ud800"', "\ufffd"),
        (r'"\ud83d\ude00"', "\U0001f600"),
        (r'{"\u0000": ["\udfff", 1.5, true, null]}', {"\ufffd": ["\ufffd", 1.5, True, None]}),
    ],
)
def test_clean_replaces_what_cannot_be_stored(text: str, value: Any) -> None:
    cleaned = strict_json.clean(strict_json.read(text))
    assert cleaned == value
    json.dumps(cleaned, ensure_ascii=False).encode()


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", '{"a": -Infinity}', "1e999", "9" * 5000])
def test_clean_refuses_numbers_that_json_does_not_have(text: str) -> None:
    with pytest.raises(Malformed, match="it holds a number that JSON does not have, or that is too large"):
        strict_json.clean(strict_json.read(text))


def test_clean_at_the_depth_limit() -> None:
    assert strict_json.clean(json.loads("[" * 101 + "]" * 101)) == json.loads("[" * 101 + "]" * 101)
    with pytest.raises(Malformed, match="nested"):
        strict_json.clean(json.loads("[" * 102 + "]" * 102))


def test_text_of_bytes_that_are_not_utf8() -> None:
    assert strict_json.text_of(b"\xef\xbb\xbf{}") == "{}"
    assert strict_json.text_of(b'"\xff"') == '"\ufffd"'
