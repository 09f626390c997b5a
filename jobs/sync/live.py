"""The log of a running job, asked of its node and passed on while it comes.

Nothing is kept. A stream takes a thread of the web server for as long as it lasts, so each process has few.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from explorer.clients import open_client
from explorer.nosana.errors import NosanaError
from explorer.nosana.fetch import Bounds
from explorer.text import visible
from jobs.logs.live import LiveLog
from jobs.models import Job

#: Streams of one web process at a time; it has four threads, and the pages need the others.
SEATS: Final = threading.BoundedSemaphore(2)
#: A stream ends after so many seconds; a page that still wants it asks again.
SECONDS: Final = 600.0
#: The node has so many seconds to take the call, and none to be slow about it.
BOUNDS: Final = Bounds(connect=4.0, read=6.0, total=SECONDS + 30, tries=1)
BUSY: Final = "Enough people follow a log just now. Try again in a minute."

Rows = list[list[Any]]


def events(job: Job) -> Iterator[str]:
    """Yield server-sent events: lines that are new or have changed, and at the end why it ended."""
    try:
        for rows in _batches(job):
            yield f"event: lines\ndata: {json.dumps(rows, separators=(',', ':'))}\n\n" if rows else ": silence\n\n"
        yield _event("end", "")
    except NosanaError as problem:
        yield _event("end", str(problem))


def text(job: Job) -> Iterator[str]:
    """Yield the lines as text; progress comes as often as it moves on."""
    try:
        for rows in _batches(job):
            yield "".join(_text(row) for row in rows)
        yield "-- The node has nothing more to tell.\n"
    except NosanaError as problem:
        yield f"-- {problem}\n"


class Busy(NosanaError):
    """All seats are taken."""

    kind = "busy"


def _batches(job: Job) -> Iterator[Rows]:
    """Yield rows of `LiveLog`, none in a silence; raises NosanaErrors."""
    if not SEATS.acquire(blocking=False):
        raise Busy(BUSY)
    try:
        yield []  # the page learns at once that somebody listens
        log = LiveLog()
        with open_client(bounds=BOUNDS) as client:
            for batch in client.live_log(node=job.node, job=job.address, deployer=job.deployer, seconds=SECONDS):
                yield list(log.rows(batch))
                if log.is_full:
                    return
    finally:
        SEATS.release()


def _event(name: str, data: str) -> str:
    return f"event: {name}\ndata: {json.dumps(visible(data))}\n\n"


def _text(row: list[Any]) -> str:
    _, op, stream, at, said, *_ = row
    moment = datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds") if at is not None else "-"
    return f"{moment} {op} {visible(stream)} | {said}\n"
