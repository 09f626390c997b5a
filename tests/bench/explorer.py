"""The benchmark of the whole explorer: `python -m tests.bench.explorer --jobs 1000000`, or `make bench JOBS=1000000`.

Fills a PostgreSQL with so many synthetic jobs through the explorer's ingest, starts the web server as production does,
measures every page over HTTP, prints a table and writes var/bench.json. The filled database stays in var/bench and is
used again for a day, by a run with as many jobs, the same seed and the same migrations.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from explorer.embedded import addresses, cluster
from tests.bench import report, servers

VAR: Final = Path("var").resolve()
#: What synthetic networks are drawn from.
SEED: Final = 6
#: In a database's folder: what filling it took.
FILLED: Final = "filled.json"
#: Older data would leave the last hours of every chart empty.
FRESH: Final = timedelta(days=1)


def run(jobs: int, seed: int, target: Path) -> dict[str, Any]:
    """Fill, serve and measure; return the report, which is also written to `target`."""
    with (
        filled(jobs, seed) as (environment, folder),
        servers.web(environment, folder / "web.log") as (address, pid),
    ):
        call("measuring", environment, address, str(pid), str(folder / "rows.json"))
        visits = _visits(environment, address, folder / "visits.json")
    found = json.loads((folder / "rows.json").read_text())
    whole = {**found, "ingest": _figures(folder), **visits, "at": datetime.now(UTC).isoformat()}
    for row in whole["rows"]:
        row["missed"] = report.missed(row, whole["calibration"]["empty_page_ms"])
    target.write_text(json.dumps(whole, indent=1) + "\n")
    return whole


@contextmanager
def filled(jobs: int, seed: int) -> Iterator[tuple[dict[str, str], Path]]:
    """Run a database with so many jobs, filled now or by an earlier run; yield its environment and its folder."""
    folder = VAR / "bench" / str(jobs)
    if not _is_usable(folder, jobs, seed):
        _discard(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with servers.databases(folder, f"bench_{jobs}") as environment:
        if not (folder / FILLED).exists():
            (folder / FILLED).write_text(_last_line("filling", environment, str(jobs), str(seed)))
        collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "--clear", "--verbosity", "0"]
        subprocess.run(collect, check=True, env={**os.environ, **environment})
        yield environment, folder


def _figures(folder: Path) -> dict[str, Any]:
    """Return what filling the database took."""
    figures: dict[str, Any] = json.loads((folder / FILLED).read_text())
    return figures


def _is_usable(folder: Path, jobs: int, seed: int) -> bool:
    if not (folder / FILLED).exists():
        return False
    facts = _figures(folder)
    is_fresh = datetime.now(UTC) - datetime.fromisoformat(facts["until"]) < FRESH
    return is_fresh and (facts["jobs"], facts["seed"], facts["schema"]) == (jobs, seed, schema())


def schema() -> str:
    """Return a digest of all migrations: a database that was filled under others is not used again."""
    found = sorted(Path().glob("*/migrations/[0-9]*.py"))
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in found)).hexdigest()[:16]


def _discard(folder: Path) -> None:
    """Remove a data folder of an earlier run; PostgreSQL's part of it may lie elsewhere."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(cluster.ELSEWHERE / addresses.digest(folder), ignore_errors=True)


def call(name: str, environment: Mapping[str, str], *arguments: str) -> None:
    """Run a program of the benchmark in an environment."""
    command = [sys.executable, "-m", f"tests.bench.{name}", *arguments]
    subprocess.run(command, check=True, env={**os.environ, **environment})


def _last_line(name: str, environment: Mapping[str, str], *arguments: str) -> str:
    """Run a program, show what it says, and return the last line of that."""
    command = [sys.executable, "-m", f"tests.bench.{name}", *arguments]
    last = ""
    with subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            sys.stdout.write(line)
            last = line
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return last


def _visits(environment: Mapping[str, str], address: str, path: Path) -> dict[str, Any]:
    """Return what a browser loads; nothing where no browser is installed."""
    try:
        call("visiting", environment, address, str(path))
    except subprocess.CalledProcessError:
        sys.stdout.write("No browser could visit; first visit and filter change are not measured.\n")
        return {}
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def main() -> None:
    """Read the command line, run, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--compare", type=Path, help="an earlier bench.json with fewer jobs: print the growth too")
    options = parser.parse_args()
    whole = run(options.jobs, options.seed, VAR / "bench.json")
    sys.stdout.write(report.table(whole) + "\n")
    if options.compare:
        sys.stdout.write(report.growth(json.loads(options.compare.read_text()), whole) + "\n")


if __name__ == "__main__":
    main()
