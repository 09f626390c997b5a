"""Readers of single fields."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from explorer.nosana import fields
from explorer.nosana.errors import Malformed
from explorer.nosana.payloads import JsonValue


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (1, Decimal(1)),
        (1.5, Decimal("1.5")),
        (" 12.40 ", Decimal("12.40")),
        ("1e3", Decimal(1000)),
        (True, None),
        (None, None),
        ("", None),
        ("NaN", None),
        ("1e999999999", None),
        ("٣", None),
        (float("inf"), None),
        (10**400, None),
        ([1], None),
    ],
)
def test_number_of_a_value(value: Any, number: Decimal | None) -> None:
    assert fields.number(value) == number


@pytest.mark.parametrize("value", [7, 7.0, "7", "7.0", " 7 "])
def test_needed_whole_of_its_variants(value: Any) -> None:
    assert fields.needed_whole({"n": value}, "n") == 7


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "its n is missing"),
        ("", "its n is not a whole number"),
        (1.5, "its n is not a whole number"),
        (True, "its n is not a whole number"),
        ({}, "its n is not a whole number"),
        (float("nan"), "its n is not a whole number"),
        (-1, "its n is out of range"),
        (2**63, "its n is out of range"),
        ("1e40", "its n is out of range"),
    ],
)
def test_needed_whole_of_anything_else(value: Any, reason: str) -> None:
    with pytest.raises(Malformed) as problem:
        fields.needed_whole({"n": value}, "n")
    assert str(problem.value) == reason


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        (0, None),
        (None, None),
        ("0", None),
        (1784711439, datetime(2026, 7, 22, 9, 10, 39, tzinfo=UTC)),
        (fields.MAX_SECONDS, datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_optional_moment(value: Any, moment: datetime | None) -> None:
    assert fields.optional_moment({"t": value}, "t") == moment


def test_optional_moment_after_the_year_9999() -> None:
    with pytest.raises(Malformed, match="its t is out of range"):
        fields.optional_moment({"t": fields.MAX_SECONDS + 1}, "t")


@pytest.mark.parametrize("value", [2**63, fields.MAX_SECONDS * 1000 + 1000, -5, "x", None, {}, 0])
def test_milliseconds_that_are_no_time(value: Any) -> None:
    assert fields.milliseconds(value) is None


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2025-10-09T08:53:21.123456789Z", datetime(2025, 10, 9, 8, 53, 21, 123456, UTC)),
        ("2025-10-09T10:53:21+02:00", datetime(2025, 10, 9, 8, 53, 21, 0, UTC)),
        ("2025-10-09T08:53:21", datetime(2025, 10, 9, 8, 53, 21, 0, UTC)),
        ("0001-01-01T00:00:00+14:00", None),
        ("yesterday", None),
        (5, None),
    ],
)
def test_iso(value: Any, moment: datetime | None) -> None:
    assert fields.iso(value) == moment


def test_label_is_cut_and_cleaned() -> None:
    assert fields.label("x" * 200) == "x" * 200
    assert fields.label("x" * 1_000_000) == "x" * 199 + "…"
    assert fields.label("a\0\ud800") == "a\ufffd\ufffd"
    assert fields.label(12.4) == "12.4"
    nothing: list[JsonValue] = [None, True, [], {}, float("nan")]
    assert [fields.label(value) for value in nothing] == [None] * 5
