from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from explorer import formats

NOON = datetime(2026, 8, 21, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0s"),
        (57.9, "57s"),
        (60, "1m 00s"),
        (268, "4m 28s"),
        (3599, "59m 59s"),
        (3900, "1h 05m"),
        (Decimal(86400), "1d 00h"),
        (273600, "3d 04h"),
        (-5, "0s"),
        (timedelta(hours=1, minutes=22), "1h 22m"),
    ],
)
def test_duration(seconds: Any, shown: str) -> None:
    assert formats.duration(seconds) == shown


@pytest.mark.parametrize(
    ("before", "shown"),
    [
        (timedelta(seconds=1), "now"),
        (timedelta(seconds=20), "20s ago"),
        (timedelta(minutes=4, seconds=59), "4m ago"),
        (timedelta(hours=1, minutes=5, seconds=40), "1h 05m ago"),
        (timedelta(hours=23, minutes=59), "23h 59m ago"),
        (timedelta(days=3, hours=5), "3d ago"),
        (timedelta(days=31), "21 Jul 2026"),
        (timedelta(minutes=-5), "in 5m"),
        (timedelta(days=-40), "30 Sep 2026"),
    ],
)
def test_ago(monkeypatch: pytest.MonkeyPatch, before: timedelta, shown: str) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOON)

    assert formats.ago(NOON - before) == shown


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("0", "0"),
        ("0.00001", "<0.0001"),
        ("0.0019", "0.0019"),
        ("0.05", "0.0500"),
        ("0.924", "0.924"),
        ("1.98", "1.980"),
        ("41.25", "41.25"),
        ("412.46", "412.5"),
        ("1733.4", "1,733"),
    ],
)
def test_usd(amount: str, shown: str) -> None:
    assert formats.usd(Decimal(amount)) == shown


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("0", "0"),
        ("0.00004", "<0.0001"),
        ("0.00005", "<0.0001"),
        ("0.00006", "0.0001"),
        ("0.311", "0.3110"),
        ("41.25", "41.2500"),
        ("1733.2", "1,733.2000"),
    ],
)
def test_amounts_of_a_column_have_as_many_decimals(amount: str, shown: str) -> None:
    assert formats.in_column(Decimal(amount), 4) == shown


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("0", "0.000000"),
        ("0.504303", "0.504303"),
        ("7.5", "7.50000"),
        ("7013.21", "7,013.21"),
        ("1234567", "1,234,567"),
    ],
)
def test_nos(amount: str, shown: str) -> None:
    assert formats.nos(Decimal(amount)) == shown


@pytest.mark.parametrize(
    ("count", "shown"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (3_100_000, "3.1 MB"), (999_600, "1.0 MB"), (99_600_000, "100 MB")],
)
def test_byte_size(count: int, shown: str) -> None:
    assert formats.byte_size(count) == shown


def test_mb_as_gb() -> None:
    assert [formats.mb_as_gb(value) for value in (24564, 65536, 1_048_576)] == ["24 GB", "64 GB", "1,024 GB"]


def test_thousands() -> None:
    assert [formats.thousands(value) for value in (0, 999, 1_284_911, 98.6)] == ["0", "999", "1,284,911", "99"]


@pytest.mark.parametrize(
    ("share", "shown"),
    [(0, "0 %"), (1, "100 %"), (0.942, "94.2 %"), (0.9996, "99.9 %"), (0.0001, "0.1 %"), (Decimal("0.5"), "50.0 %")],
)
def test_percent(share: Any, shown: str) -> None:
    assert formats.percent(share) == shown
