"""Prints what the benchmark measured, marks what missed its target, and compares two runs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

#: By kind of row: milliseconds of p50 and p95 on two quiet cores, and pages a second on eight connections.
TARGETS: Final[dict[str, dict[str, float]]] = {
    "list": {"p50_ms": 25, "p95_ms": 60, "rps_8": 120},
    "filter": {"p50_ms": 25, "p95_ms": 60},
    "count": {"p50_ms": 5},
    "facets": {"p50_ms": 80},
    "chart": {"p50_ms": 15},
    "overview": {"p50_ms": 25},
    "search": {"p50_ms": 30},
    "job": {"p50_ms": 20},
    "page": {"p50_ms": 25, "p95_ms": 60},
    "change": {"bytes_gz": 15 * 1024},
}
#: What a kind of row may be answered with: a search leads to the only thing it finds, and says when there is none.
ANSWERS: Final = {"search": {200, 302, 404}}
#: What a browser may load, at most.
TRAFFIC: Final[dict[str, dict[str, float]]] = {
    "first_visit": {"kb": 90, "requests": 8},
    "filter_change": {"kb": 15},
}
#: An empty page on two quiet cores, in milliseconds; times are read against it on a busy machine.
QUIET_EMPTY_PAGE: Final = 3.0
GROWTH: Final = 1.5


def missed(row: dict[str, Any], empty_page: float) -> list[str]:
    """Return what of a row missed its target, as "p50_ms 41.0 > 25"; times and rates scaled to a quiet machine."""
    busy = max(empty_page / QUIET_EMPTY_PAGE, 1.0)
    found = [] if row["status"] in ANSWERS.get(row["kind"], {200}) else [f"status {row['status']}"]
    for name, target in TARGETS.get(row["kind"], {}).items():
        value = row[name]
        allowed = target * busy if name.endswith("_ms") else target / busy if name == "rps_8" else target
        if value is not None and (value < allowed if name == "rps_8" else value > allowed):
            found.append(f"{name} {value:g} {'<' if name == 'rps_8' else '>'} {allowed:.0f}")
    return found


def table(report: dict[str, Any]) -> str:
    """Return the report as text: a line a row, with its ratio to an empty page and what it missed."""
    calibration = report["calibration"]
    empty = calibration["empty_page_ms"]
    lines = [
        f"{report['jobs']:,} jobs; empty page {empty:.2f} ms, SELECT 1 {calibration['select_1_ms']:.3f} ms",
        f"{'':<58} {'p50 ms':>8} {'p95 ms':>8} {'x empty':>7} {'8 conn/s':>8} {'queries':>7} {'bytes gz':>8}",
    ]
    for row in report["rows"]:
        lines.append(
            f"{row['name'][:58]:<58} {row['p50_ms']:>8.1f} {row['p95_ms']:>8.1f} {row['p50_ms'] / empty:>7.1f} "
            f"{_number(row['rps_8']):>8} {_number(row['queries']):>7} {_number(row['bytes_gz']):>8}{_marks(row)}"
        )
    return "\n".join([*lines, *_others(report)])


def _marks(row: dict[str, Any]) -> str:
    """Return what a row missed, and what was measured first where it was measured twice."""
    marks = f"  MISSED {'; '.join(row['missed'])}" if row["missed"] else ""
    first = row.get("first")
    if not first:
        return marks
    return f"{marks}  first {first['p50_ms']:.1f} and {first['p95_ms']:.1f} ms, {_number(first['rps_8'])}/s"


def _others(report: dict[str, Any]) -> Iterable[str]:
    for name in ("ingest", "export", "first_visit", "filter_change"):
        figures = report.get(name)
        if figures:
            beyond = [key for key, most in TRAFFIC.get(name, {}).items() if figures[key] > most]
            mark = f"  MISSED {', '.join(beyond)}" if beyond else ""
            yield f"{name}: " + ", ".join(f"{key} {value}" for key, value in figures.items()) + mark
    total = sum(bool(row["missed"]) for row in report["rows"])
    yield f"{len(report['rows'])} rows, {total} missed a target"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}"


def growth(small: dict[str, Any], large: dict[str, Any]) -> str:
    """Return how much slower each row of the larger run is, marking what grew more than GROWTH times.

    Milliseconds are divided by those of an empty page in the same run; the machine may have been busier in one.
    """
    before = {row["name"]: row["p50_ms"] / small["calibration"]["empty_page_ms"] for row in small["rows"]}
    lines = [f"{'':<58} {small['jobs']:>12,} {large['jobs']:>12,} {'growth':>7}"]
    for row in large["rows"]:
        if row["name"] in before:
            after = row["p50_ms"] / large["calibration"]["empty_page_ms"]
            factor = after / before[row["name"]]
            mark = "  MISSED" if factor > GROWTH else ""
            lines.append(f"{row['name'][:58]:<58} {before[row['name']]:>12.2f} {after:>12.2f} {factor:>7.2f}{mark}")
    return "\n".join(lines)


def main() -> None:
    """Compare the two files named: `python -m tests.bench.report var/bench-100000.json var/bench.json`."""
    small, large = (json.loads(Path(name).read_text()) for name in sys.argv[1:3])
    sys.stdout.write(growth(small, large) + "\n")


if __name__ == "__main__":
    main()
