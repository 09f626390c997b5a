"""Fills a database with the benchmark's network through the explorer's own ingest: a program of its own.

`python -m tests.bench.filling JOBS SEED` in the environment that servers.databases() gives. The last line it prints is
JSON: what it filled, at what speed, at what peak of memory.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import islice
from typing import Any, Final

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.bench.settings")
django.setup()

from django.core.management import call_command  # noqa: E402 - settings first
from django.db import connection  # noqa: E402 - settings first
from django.utils import timezone  # noqa: E402 - settings first

from explorer import sources  # noqa: E402 - settings first
from explorer.models import Source  # noqa: E402 - settings first
from explorer.nosana.payloads import JobPayload  # noqa: E402 - settings first
from jobs import rollups  # noqa: E402 - settings first
from jobs.management.commands.backfill import PAGES  # noqa: E402 - settings first
from jobs.models import Job  # noqa: E402 - settings first
from jobs.sync.first_fill import LONGEST, first_fill  # noqa: E402 - settings first
from jobs.sync.listing import PAGE  # noqa: E402 - settings first
from jobs.sync.nodes import count_nodes  # noqa: E402 - settings first
from jobs.sync.stream import store_batches  # noqa: E402 - settings first
from markets.models import NosPrice  # noqa: E402 - settings first
from markets.sync import store_markets, store_queues, store_specs  # noqa: E402 - settings first
from tests.bench.explorer import schema  # noqa: E402 - settings first
from tests.bench.network import DAYS, Network  # noqa: E402 - settings first

#: Jobs in one transaction, as many as the command stores together, and how many such batches are drawn before the clock
#: goes on: after each time, writers begin with nothing ready and end one after another, which a backfill does once.
BATCH: Final = PAGES * PAGE
DRAWN: Final = 20


def fill(jobs: int, seed: int) -> dict[str, Any]:
    """Fill the empty database that the settings name and return the figures of it."""
    until = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    network = Network(jobs, until, seed)
    store_markets(markets=network.markets())
    before = _peak_mb()
    seconds = _store(network)
    figures = {
        "jobs": Job.objects.count(),
        "jobs_per_s": round(jobs / seconds),
        "peak_mb": round(_peak_mb(), 1),
        "before_mb": round(before, 1),
        "batch": BATCH,
    }
    _surroundings(network)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")  # as autovacuum does after a while
    return {**figures, "seed": seed, "until": until.isoformat(), "schema": schema()}


def _store(network: Network) -> float:
    """Store all jobs as `manage.py backfill` does, and return the seconds that storing took, without drawing them.

    That is: without the indexes of jobs at first and not for long; the time to make them counts.
    """
    said, batches, fill = time.monotonic(), network.batches(BATCH), ExitStack()
    seconds, done = _seconds(lambda: fill.enter_context(first_fill())), 0
    while drawn := deque(islice(batches, DRAWN)):
        done += sum(map(len, drawn))
        seconds += _seconds(partial(_write, drawn))
        if seconds > LONGEST.total_seconds():
            seconds += _seconds(fill.close)
        if time.monotonic() - said > 10:
            said = time.monotonic()
            sys.stdout.write(f"  {done:,} jobs, {done / seconds:,.0f} a second\n")
            sys.stdout.flush()
    return seconds + _seconds(fill.close)


def _write(drawn: deque[list[JobPayload]]) -> None:
    for _ in store_batches(_taken(drawn)):
        pass


def _seconds(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


def _taken(drawn: deque[list[JobPayload]]) -> Iterator[tuple[None, list[JobPayload]]]:
    """Yield each batch, which nobody else holds any more, as none would hold a page that was read."""
    while drawn:
        yield None, drawn.popleft()


def _surroundings(network: Network) -> None:
    """Store what comes by other ways than the list of jobs: queues, machines, withdrawals, prices."""
    store_queues(accounts=network.accounts())
    for node in network.nodes():
        store_specs(node=node)
    with rollups.counted() as counted:
        counted.before(network.withdrawn)
        Job.objects.filter(pk__in=network.withdrawn).update(delisted_at=network.until)
    _history(network)
    count_nodes()
    hours = [network.until - timedelta(hours=hour) for hour in range(DAYS * 24)]
    NosPrice.objects.bulk_create([NosPrice(at=at, usd=Decimal("0.31")) for at in hours], batch_size=2000)


#: Three months of a watched network: every market by hour and day, every node in half of all quarters of an hour.
_HISTORY: Final = """
INSERT INTO markets_markethistory (market_id, unit, at, reads, waiting, most_waiting, free, most_free, running,
  job_price, usd_per_hour, fee_percentage)
SELECT address, unit, %(until)s - number * width, 100, 300, 9, 1200, 30, 4000, 100, usd_reward_per_hour, 10
FROM markets_market, (VALUES ('hour', interval '1 hour', 2160), ('day', interval '1 day', 365)) AS units
  (unit, width, count), generate_series(0, count - 1) AS number
ON CONFLICT DO NOTHING;
INSERT INTO markets_nodeday (node, day, free, busy)
SELECT address, %(day)s - number, repeat('0011', 24)::bit(96), repeat('0100', 24)::bit(96)
FROM markets_node, generate_series(0, 89) AS number ON CONFLICT DO NOTHING;
INSERT INTO markets_watchday (day, slots) SELECT %(day)s - number, repeat('1', 96)::bit(96)
FROM generate_series(0, 89) AS number ON CONFLICT DO NOTHING
"""


def _history(network: Network) -> None:
    """Write what a sync that ran for months would have noted of queues and nodes."""
    until = network.until.replace(hour=0)
    with connection.cursor() as cursor:
        cursor.execute(_HISTORY, {"until": until, "day": until.date()})


def freshen() -> None:
    """Note that all sources answered just now: a benchmark has no network that could."""
    for source in Source:
        sources.record_success(source, sources.Run(), started=timezone.now())


def _peak_mb() -> float:
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kilobytes / (1024 * 1024 if sys.platform == "darwin" else 1024)


def main() -> None:
    """Make the schema and fill."""
    jobs, seed = int(sys.argv[1]), int(sys.argv[2])
    call_command("migrate", interactive=False, verbosity=0)
    sys.stdout.write(json.dumps(fill(jobs, seed)) + "\n")


if __name__ == "__main__":
    main()
