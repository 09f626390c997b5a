"""A job as the sample network keeps it: one row, from its listing to its end."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, field, fields
from typing import Any

from explorer.nosana.base58 import NOBODY
from explorer.sample.draw import JsonObject, dumps

QUEUED, RUNNING, COMPLETED, STOPPED = 0, 1, 2, 3
STATE_NAMES = ("QUEUED", "RUNNING", "COMPLETED", "STOPPED")


@dataclass(slots=True)
class Job:
    """A job. Times in Unix seconds, 0 for "not yet"; price in micro-NOS per second.

    `flow` is the node's report without logs: the plan while it runs, the truth once it ended.
    `history` holds [event, time, node] of what happened on chain. `version` counts changes of what comes next.
    """

    id: int
    address: str
    ipfs_job: str
    market: str
    project: str
    payer: str
    price: int
    timeout: int
    listed_at: int
    pace: float
    care: float
    usd: float  # per hour at the price of NOS when it was listed
    posted: int = 0  # 1 where somebody posted it over HTTP
    trigger: str | None = None
    node: str = NOBODY
    run: str | None = None
    state: int = QUEUED
    time_start: int = 0
    time_end: int = 0
    ipfs_result: str | None = None
    status: str | None = None
    started: float = 0.0
    ends: float | None = None
    version: int = 0
    flow: JsonObject | None = None
    history: list[list[Any]] = field(default_factory=list)

    def row(self) -> tuple[Any, ...]:
        """Return the columns in the order of COLUMNS."""
        return tuple(_stored(name, getattr(self, name)) for name in COLUMNS)


COLUMNS = tuple(item.name for item in fields(Job))


def job_of(row: tuple[Any, ...]) -> Job:
    """Return the job of a row."""
    return Job(**{name: _read(name, value) for name, value in zip(COLUMNS, row, strict=True)})


def packed(text: str) -> bytes:
    """Return a text as it is stored: small."""
    return zlib.compress(text.encode("utf-8", "surrogatepass"), 6)


def unpacked(data: bytes) -> str:
    """Return the text of what `packed` made."""
    return zlib.decompress(data).decode("utf-8", "surrogatepass")


def _stored(name: str, value: Any) -> Any:
    if name == "flow":
        return None if value is None else packed(dumps(value))
    return dumps(value) if name == "history" else value


def _read(name: str, value: Any) -> Any:
    if name == "flow":
        return None if value is None else json.loads(unpacked(value))
    return json.loads(value) if name == "history" else value
