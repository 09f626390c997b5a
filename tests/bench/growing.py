"""How much longer each page takes with more jobs: `python -m tests.bench.growing --small 100000 --large 1000000`.

Both sizes are served side by side and each page is asked for at both in turn, so that a machine which is busy for a
while is so for both: figures of two runs of the benchmark differ by a quarter for that alone. Prints a line a page and
writes var/growth.json. Fills databases as the benchmark does, or uses those that it left.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.bench import asking, report, servers
from tests.bench.explorer import SEED, VAR, call, filled

#: How often one size has its turn, and how many answers of it are measured: not the first ones, for which a processor
#: has to be reminded of what the other size made it forget.
ROUNDS: Final = 3
UNMEASURED: Final = 3
MEASURED: Final = 8


@dataclass(frozen=True, slots=True)
class Side:
    """One size: the address of its web server, and its pages by name."""

    address: str
    pages: Mapping[str, Mapping[str, Any]]


def run(small: int, large: int, seed: int) -> list[dict[str, Any]]:
    """Return a row for each page that both sizes have: kind, name, small_ms, large_ms (medians), growth, and rows.

    These are how many rows of tables the page has at either size: one that shows more takes longer for that alone.
    What grew more than report.GROWTH times is measured once more when all others are done: `again` is its growth then.
    """
    with (
        filled(small, seed) as those_few,
        filled(large, seed) as those_many,
        _served(*those_few) as few,
        _served(*those_many) as many,
    ):
        rows = [_row(name, few, many) for name in many.pages if name in few.pages]
        for row in rows:
            if row["growth"] > report.GROWTH:
                row["again"] = _row(row["name"], few, many)["growth"]
        return rows


@contextmanager
def _served(environment: dict[str, str], folder: Path) -> Iterator[Side]:
    call("naming", environment, str(folder / "pages.json"))
    pages = {page["name"]: page for page in json.loads((folder / "pages.json").read_text())}
    with servers.web(environment, folder / "web.log") as (address, _):
        yield Side(address, pages)


def _row(name: str, few: Side, many: Side) -> dict[str, Any]:
    times: dict[str, list[float]] = {few.address: [], many.address: []}
    rows = [_shown(side, name) for side in (few, many)]
    for _ in range(ROUNDS):
        for side in (few, many):
            times[side.address] += _turn(side, name)
    small, large = (asking.percentile(found, 0.5) for found in times.values())
    row = {
        "kind": many.pages[name]["kind"],
        "name": name,
        "small_ms": round(small, 2),
        "large_ms": round(large, 2),
        "growth": round(large / small, 2),
        "rows": rows,
    }
    sys.stdout.write(f"{line(row)}\n")
    sys.stdout.flush()
    return row


def _shown(side: Side, name: str) -> int:
    """Return how many rows of tables a page has, their heads among them."""
    page, browser = side.pages[name], asking.Browser(side.address)
    answer = browser.get(page["url"], page["headers"], encoding="identity")
    browser.close()
    return answer.body.count(b"<tr")


def _turn(side: Side, name: str) -> list[float]:
    """Ask for a page again and again; return the milliseconds of each answer that counts."""
    page, browser = side.pages[name], asking.Browser(side.address)
    answers = [browser.get(page["url"], page["headers"]) for _ in range(UNMEASURED + MEASURED)]
    browser.close()
    if wrong := {one.status for one in answers} - report.ANSWERS.get(page["kind"], {200}):
        raise ValueError(f"{name} was answered with {wrong}")
    return [one.seconds * 1000 for one in answers[UNMEASURED:]]


def line(row: Mapping[str, Any]) -> str:
    """Return a row as a line of text."""
    mark = "  MISSED" if row["growth"] > report.GROWTH else ""
    again = f", again {row['again']:.2f}" if "again" in row else ""
    few, many = row["rows"]
    rows = f", {few} rows then {many}" if mark and few != many else ""
    figures = f"{row['small_ms']:>8.1f} {row['large_ms']:>8.1f} {row['growth']:>7.2f}"
    return f"{row['name'][:58]:<58} {figures}{mark}{again}{rows}"


def main() -> None:
    """Read the command line, run, print what grew too much."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", type=int, default=100_000)
    parser.add_argument("--large", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    if os.environ.get("DATABASE_URL"):
        parser.error("It needs two databases of its own: unset DATABASE_URL.")
    rows = run(options.small, options.large, options.seed)
    (VAR / "growth.json").write_text(json.dumps(rows, indent=1) + "\n")
    missed = sorted((row for row in rows if "again" in row), key=lambda row: -row["again"])
    twice = sum(row["again"] > report.GROWTH for row in missed)
    most = f"grew more than {report.GROWTH} times"
    sys.stdout.write(f"{len(rows)} pages, {len(missed)} {most}, {twice} of them once more when asked again\n")
    sys.stdout.writelines(f"{line(row)}\n" for row in missed)


if __name__ == "__main__":
    main()
