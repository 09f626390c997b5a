"""How long `POST /api/readiness` takes: `python -m tests.bench.readiness`.

Fills a database of its own with 40 markets and 5,000 nodes, starts the production web server on it and posts a
definition of ten ops over HTTP. Prints p50 and p95 beside those of an empty page of the same server and of a
`SELECT 1`, which tell how fast the machine is just now, and writes var/bench-readiness.json. The limit of 50 ms is
that of two quiet cores, where an empty page takes about 3 ms; where it takes longer, the limit grows with it.
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import django
from django.db import connection

from explorer.sample.required import LARGE_IMAGES, LARGE_RESOURCES
from jobs.definition.codes.examples import run, whole
from tests.bench import servers
from tests.bench.asking import percentile
from tests.bench.counting import HEADER
from tests.bench.report import QUIET_EMPTY_PAGE

LIMIT_MS: Final = 50.0
ROUNDS: Final = 100
URL: Final = "/api/readiness?timeout=7200"
TARGET: Final = Path("var/bench-readiness.json")


def definition() -> str:
    """Return a definition of ten ops: required images, ones that some nodes have, one by digest, and models."""
    named = [*LARGE_IMAGES[3:9], "ubuntu", "docker.io/team-3/worker:3.0", "nosana/stats:v1.2.1", f"o/x@sha256:{7:064d}"]
    ops = []
    for index, image in enumerate(named):
        required = {**LARGE_RESOURCES[index % len(LARGE_RESOURCES)], "target": "/data"}
        used = {"type": "HF", "repo": f"team-{index * 11}/model-{index * 11 % 13}b", "target": "/models"}
        ops.append(run(f"op-{index}", image=image, gpu=True, resources=[required, used]))
    return json.dumps(whole(*ops, meta={"trigger": "bench", "system_requirements": {"required_vram": 12}}))


def times(work: Callable[[], object]) -> dict[str, float]:
    """Return the median and the 95th percentile of the work, in milliseconds."""
    found = []
    for _ in range(ROUNDS):
        before = time.perf_counter()
        work()
        found.append((time.perf_counter() - before) * 1000)
    return {"p50_ms": round(percentile(found, 0.5), 2), "p95_ms": round(percentile(found, 0.95), 2)}


class Asker:
    """One kept connection to the web server."""

    def __init__(self, address: str) -> None:
        """Connect on the first request."""
        self._connection = HTTPConnection(urlsplit(address).netloc, timeout=60)
        self.queries = 0
        self.body = b""

    def ask(self, method: str, url: str, body: str | None = None) -> None:
        """Send a request and read the whole answer; AssertionError for one without success."""
        self._connection.request(method, url, body=body, headers={"Accept-Encoding": "gzip"})
        response = self._connection.getresponse()
        self.body = response.read()
        assert response.status == 200, self.body  # noqa: S101 - else nothing is measured
        self.queries = int(response.headers.get(HEADER) or 0)


def measure(address: str) -> dict[str, Any]:
    """Return the figures of the answer, of an empty page, and of the smallest query."""
    asker, text = Asker(address), definition()
    for _ in range(10):
        asker.ask("POST", URL, text)  # both workers
    found = times(lambda: asker.ask("POST", URL, text))
    size, queries = len(asker.body), asker.queries
    empty = times(lambda: asker.ask("GET", "/bench/empty/"))
    with connection.cursor() as cursor:
        smallest = times(lambda: cursor.execute("SELECT 1"))
    return {
        "calibration": {"empty_page_ms": empty["p50_ms"], "select_1_ms": smallest["p50_ms"]},
        "rows": [{"name": "readiness, 10 ops", "url": URL, **found, "queries": queries, "bytes_gz": size}],
        "limit_ms": LIMIT_MS,
        "within_limit": found["p50_ms"] <= LIMIT_MS * max(empty["p50_ms"] / QUIET_EMPTY_PAGE, 1),
    }


def main() -> None:
    """Fill, measure, print and write."""
    var = Path(tempfile.mkdtemp(prefix="bench-readiness-"))
    var.chmod(0o711 if os.geteuid() == 0 else 0o700)  # root's PostgreSQL runs as another account
    try:
        with servers.databases(var, "bench_readiness") as environment:
            os.environ.update(environment, SECRET_KEY="only-for-the-benchmark")  # noqa: S106
            django.setup()
            free = importlib.import_module("tests.bench.caches").fill()  # it needs Django set up
            importlib.import_module("django.core.management").call_command("collectstatic", verbosity=0)
            with servers.web(environment, var / "web.log") as (address, _):
                report = {"suite": "readiness", "free_nodes": free, **measure(address)}
    finally:
        shutil.rmtree(var, ignore_errors=True)
    sys.stdout.write(json.dumps(report, indent=2) + "\n")
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
