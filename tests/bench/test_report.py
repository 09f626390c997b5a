from __future__ import annotations

from typing import Any

import pytest

from tests.bench import report


def row(kind: str = "list", **facts: Any) -> dict[str, Any]:
    usual = {"name": "list", "p50_ms": 20.0, "p95_ms": 50.0, "rps_8": 130.0, "queries": 6, "bytes_gz": 15000}
    return {"kind": kind, "status": 200, "missed": [], **usual, **facts}


@pytest.mark.parametrize(
    ("found", "empty", "missed"),
    [
        (row(), 3.0, []),
        (row(p50_ms=26.0), 3.0, ["p50_ms 26 > 25"]),
        (row(p50_ms=26.0, rps_8=70.0), 6.0, []),
        (row(rps_8=50.0), 6.0, ["rps_8 50 < 60"]),
        (row(p50_ms=26.0), 1.0, ["p50_ms 26 > 25"]),
        (row(status=500), 3.0, ["status 500"]),
        (row(status=404), 3.0, ["status 404"]),
        (row("search", status=404), 3.0, []),
        (row("search", status=302), 3.0, []),
        (row("search", status=500), 3.0, ["status 500"]),
        (row("change", bytes_gz=15361), 6.0, ["bytes_gz 15361 > 15360"]),
        (row("count", p50_ms=4.0, rps_8=None, bytes_gz=None), 3.0, []),
        (row("something else", p50_ms=9999.0), 3.0, []),
    ],
)
def test_targets_are_read_against_an_empty_page(found: dict[str, Any], empty: float, missed: list[str]) -> None:
    assert report.missed(found, empty) == missed


def whole(jobs: int, empty: float, *rows: dict[str, Any]) -> dict[str, Any]:
    return {"jobs": jobs, "calibration": {"empty_page_ms": empty, "select_1_ms": 0.05}, "rows": list(rows)}


def test_table_says_what_was_missed() -> None:
    text = report.table(whole(1000, 4.0, row(), row("count", name="count", rps_8=None, missed=["p50_ms 20 > 7"])))

    assert [line.split() for line in text.splitlines()[2:]] == [
        ["list", "20.0", "50.0", "5.0", "130", "6", "15,000"],
        ["count", "20.0", "50.0", "5.0", "-", "6", "15,000", "MISSED", "p50_ms", "20", ">", "7"],
        ["2", "rows,", "1", "missed", "a", "target"],
    ]


def test_table_says_what_was_measured_first() -> None:
    first = {"p50_ms": 41.0, "p95_ms": 90.0, "rps_8": 70.0}
    text = report.table(whole(1000, 4.0, row(first=first), row(first=first, missed=["p50_ms 26 > 25"])))

    assert [line.partition("15,000")[2] for line in text.splitlines()[2:4]] == [
        "  first 41.0 and 90.0 ms, 70/s",
        "  MISSED p50_ms 26 > 25  first 41.0 and 90.0 ms, 70/s",
    ]


def test_traffic_of_a_browser_has_its_own_target() -> None:
    traffic = {"first_visit": {"requests": 8, "kb": 90.0}, "filter_change": {"requests": 2, "kb": 15.1}}

    assert report.table({**whole(1000, 3.0), **traffic}).splitlines()[2:4] == [
        "first_visit: requests 8, kb 90.0",
        "filter_change: requests 2, kb 15.1  MISSED kb",
    ]


def test_growth_is_that_beyond_the_machine_s_own() -> None:
    small = whole(1000, 3.0, row(name="a", p50_ms=12), row(name="b", p50_ms=12), row(name="gone"))
    large = whole(10000, 6.0, row(name="a", p50_ms=24), row(name="b", p50_ms=48), row(name="new"))

    lines = [line.split() for line in report.growth(small, large).splitlines()]

    assert lines == [
        ["1,000", "10,000", "growth"],
        ["a", "4.00", "4.00", "1.00"],
        ["b", "4.00", "8.00", "2.00", "MISSED"],
    ]
