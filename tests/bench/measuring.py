"""Measures every page of a filled explorer: a program of its own, beside the web server that it asks.

`python -m tests.bench.measuring ADDRESS PID REPORT` in the environment that servers.databases() gives, where PID is the
web server's process; writes the rows, calibration and exports as JSON into the file REPORT.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.bench.settings")
django.setup()

from django.db import connection  # noqa: E402 - settings first
from django.http import QueryDict  # noqa: E402
from django.test.utils import CaptureQueriesContext, override_settings  # noqa: E402

from jobs.forms import filter_of  # noqa: E402
from jobs.models import Job  # noqa: E402
from jobs.selectors.listing.counts import total  # noqa: E402
from tests.bench import asking, report, servers  # noqa: E402
from tests.bench.cases import Case, cases, filters  # noqa: E402
from tests.bench.filling import freshen  # noqa: E402

EMPTY_PAGE: Final = "/bench/empty/"
#: So many times during the run is the empty page measured; the machine is not equally busy all the time.
CALIBRATIONS: Final = 6


def measure(address: str, pid: int) -> dict[str, Any]:
    """Return the report of all pages and of the export.

    What missed a target is measured once more at the end: the machine's own moments do not come twice. Such a row says
    in `first` what was measured before.
    """
    wanted = [case for case in cases() if is_wanted(case)]
    rows, empty = [], []
    for number, case in enumerate(wanted):
        if number % (len(wanted) // CALIBRATIONS + 1) == 0:
            freshen()
            empty.append(asking.measure(address, EMPTY_PAGE))
        rows.append(_row(address, case))
        _say(rows[-1])
    empty_page, rate = (sorted(one[name] for one in empty)[len(empty) // 2] for name in ("p50_ms", "rps_8"))
    freshen()
    return {
        "jobs": Job.objects.count(),
        "calibration": {
            "empty_page_ms": empty_page,
            "empty_page_rps_8": rate,
            "select_1_ms": round(select_1(), 4),
        },
        "rows": [_again(address, *pair, empty_page) for pair in zip(wanted, rows, strict=True)] + counts(),
        "export": _export(address, pid),
    }


def _again(address: str, case: Case, row: dict[str, Any], empty_page: float) -> dict[str, Any]:
    """Return a row as it is, or measured once more where it missed a target."""
    if not report.missed(row, empty_page):
        return row
    second = {**_row(address, case), "first": {name: row[name] for name in ("p50_ms", "p95_ms", "rps_8")}}
    _say(second)
    return second


def is_wanted(case: Case) -> bool:
    """Say whether the case's name holds the text in BENCH_ONLY; all do where that is not set."""
    return os.environ.get("BENCH_ONLY", "") in case.name


def _row(address: str, case: Case) -> dict[str, Any]:
    seconds = 1.0 if case.kind == "list" else 0.4  # only lists have a target for it
    found = asking.measure(address, case.url, case.headers, seconds=seconds)
    return {"kind": case.kind, "name": case.name, "url": case.url, **found}


@override_settings(KEPT_SECONDS=0)  # else most would be read from memory
def counts() -> list[dict[str, Any]]:
    """Return rows for the counts of each filter, timed where they are made: no page consists of one alone."""
    rows = []
    for name, params in filters().items():
        form = filter_of(QueryDict(urlencode(params)))
        assert form.is_valid(), form.errors
        with CaptureQueriesContext(connection) as queries:
            total(form.wanted)
        times = [_timed(partial(total, form.wanted)) for _ in range(asking.FEWEST)]
        rows.append(
            {
                "kind": "count",
                "name": f"count: {name}",
                "url": f"/jobs/?{urlencode(params)}",
                "p50_ms": round(asking.percentile(times, 0.5), 2),
                "p95_ms": round(asking.percentile(times, 0.95), 2),
                "rps_8": None,
                "queries": len(queries),
                "bytes_gz": None,
                "status": 200,
            }
        )
    return rows


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _say(row: dict[str, Any]) -> None:
    sys.stdout.write(f"  {row['name']:<60} {row['p50_ms']:>8.1f} ms {row['rps_8']:>6.0f}/s  {row['status']}\n")
    sys.stdout.flush()


def select_1() -> float:
    """Return the median of SELECT 1 over the connection that the explorer uses, in milliseconds."""
    with connection.cursor() as cursor:
        times = [_timed(lambda: cursor.execute("SELECT 1").fetchone()) for _ in range(500)]
    return asking.percentile(times, 0.5)


def _export(address: str, pid: int) -> dict[str, Any]:
    """Return how fast all jobs come as a file, and the most memory that a web process held meanwhile."""
    servers.forget_peaks(pid)
    streamed = asking.stream(address, "/jobs/export.csv")
    return {
        "rows": streamed.lines - 1,
        "rows_per_s": round((streamed.lines - 1) / streamed.seconds),
        "seconds": round(streamed.seconds, 1),
        "first_byte_ms": round(streamed.first_byte * 1000, 1),
        "mb": round(streamed.size / 1e6, 1),
        "worker_peak_mb": round(servers.peak_memory(pid), 1),
    }


if __name__ == "__main__":
    Path(sys.argv[3]).write_text(json.dumps(measure(sys.argv[1], int(sys.argv[2]))))
