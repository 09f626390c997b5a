"""Asks pages over HTTP/1.1 with kept connections, as a browser behind a fast line would."""

from __future__ import annotations

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import count
from typing import Any, Final
from urllib.parse import urlsplit

from tests.bench.counting import HEADER

ROUNDS: Final = 30
#: A slow page gets fewer rounds: no more than fit into so many seconds, but some.
SECONDS: Final = 1.5
FEWEST: Final = 12
CONNECTIONS: Final = 8


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: seconds until its last byte, bytes as they came (compressed), queries where the header tells."""

    status: int
    seconds: float
    size: int
    queries: int | None
    body: bytes


class Browser:
    """One kept connection."""

    def __init__(self, address: str) -> None:
        """Connect on the first request."""
        self._connection = HTTPConnection(urlsplit(address).netloc, timeout=60)
        self._asked = count()

    def get(self, url: str, headers: Mapping[str, str] | None = None, *, encoding: str = "gzip") -> Answer:
        """Ask for a path and read the whole answer."""
        began = time.perf_counter()
        # A cookie of its own each time: nothing is answered from explorer/kept_pages.py.
        own = {"Accept-Encoding": encoding, "Cookie": f"visit={id(self)}-{next(self._asked)}"}
        self._connection.request("GET", url, headers={**own, **(headers or {})})
        response = self._connection.getresponse()
        body = response.read()
        seconds = time.perf_counter() - began
        told = response.headers.get(HEADER)
        return Answer(response.status, seconds, len(body), int(told) if told else None, body)

    def close(self) -> None:
        """End the connection."""
        self._connection.close()


def percentile(values: list[float], share: float) -> float:
    """Return the value below which that share of them lies, the nearest one there is."""
    ordered = sorted(values)
    return ordered[min(round(share * (len(ordered) - 1)), len(ordered) - 1)]


def measure(
    address: str, url: str, headers: Mapping[str, str] | None = None, *, seconds: float = 1.0
) -> dict[str, Any]:
    """Return the figures of one URL: p50_ms and p95_ms on one connection, rps_8 on eight, queries, bytes_gz, status.

    The eight are measured for so many seconds.
    """
    browser = Browser(address)
    for _ in range(3):
        answer = browser.get(url, headers)  # both workers, and what PostgreSQL reads first from disk
    times: list[float] = []
    deadline = time.monotonic() + SECONDS
    while len(times) < FEWEST or (len(times) < ROUNDS and time.monotonic() < deadline):
        times.append(browser.get(url, headers).seconds * 1000)
    browser.close()
    return {
        "p50_ms": round(percentile(times, 0.5), 2),
        "p95_ms": round(percentile(times, 0.95), 2),
        "rps_8": round(throughput(address, url, headers, seconds), 1),
        "queries": answer.queries,
        "bytes_gz": answer.size,
        "status": answer.status,
    }


def throughput(address: str, url: str, headers: Mapping[str, str] | None, seconds: float) -> float:
    """Return how many answers a second eight connections get together."""
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        began = time.monotonic()
        counts = list(pool.map(lambda _: _ask_until(address, url, headers, began + seconds), range(CONNECTIONS)))
        return sum(counts) / (time.monotonic() - began)


def _ask_until(address: str, url: str, headers: Mapping[str, str] | None, deadline: float) -> int:
    browser, count = Browser(address), 0
    while time.monotonic() < deadline:
        browser.get(url, headers)
        count += 1
    browser.close()
    return count


@dataclass(frozen=True, slots=True)
class Streamed:
    """A long answer: seconds until its first and last byte, its bytes and lines."""

    first_byte: float
    seconds: float
    size: int
    lines: int


def stream(address: str, url: str) -> Streamed:
    """Read an answer of any length without keeping it."""
    connection = HTTPConnection(urlsplit(address).netloc, timeout=600)
    began = time.perf_counter()
    connection.request("GET", url, headers={"Accept-Encoding": "identity"})
    response = connection.getresponse()
    first, size, lines = 0.0, 0, 0
    while part := response.read1(1 << 16):
        first = first or time.perf_counter() - began
        size, lines = size + len(part), lines + part.count(b"\n")
    connection.close()
    return Streamed(first, time.perf_counter() - began, size, lines)
