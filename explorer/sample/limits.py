"""The published limits of the job list: so many requests per client in so many seconds."""

from __future__ import annotations

import math
import threading
from collections import defaultdict, deque
from collections.abc import Callable

from explorer.nosana.networks import JOB_LIST_LIMITS, Window
from explorer.sample.api.answer import Problem

RETRY_AFTER = 30


class Limiter:
    """Counts requests per client; refuses with the 429 of the indexer."""

    def __init__(self, now: Callable[[], float], windows: tuple[Window, ...] = JOB_LIST_LIMITS) -> None:
        self._now, self._windows = now, windows
        self._hits: dict[str, deque[float]] = defaultdict(deque)
        self._lock = threading.Lock()

    def check(self, client: str) -> dict[str, str]:
        """Count a request and return the headers of its answer, or raise a Problem with status 429."""
        with self._lock:
            now, hits = self._now(), self._hits[client]
            longest = max(self._windows, key=lambda window: window.seconds)
            while hits and hits[0] <= now - longest.seconds:
                hits.popleft()
            for window in self._windows:
                recent = [hit for hit in hits if hit > now - window.seconds]
                if len(recent) >= window.requests:
                    raise _refusal(window, recent[0] + window.seconds - now)
            hits.append(now)
            reset = hits[0] + longest.seconds - now
            return _headers(longest.requests, longest.requests - len(hits), reset)


def _headers(limit: int, remaining: int, reset: float) -> dict[str, str]:
    return {
        "RateLimit-Limit": str(limit),
        "RateLimit-Remaining": str(remaining),
        "RateLimit-Reset": str(math.ceil(reset)),
    }


def _refusal(window: Window, reset: float) -> Problem:
    headers = _headers(window.requests, 0, reset) | {"Retry-After": str(RETRY_AFTER)}
    return Problem(429, {"error": "Rate limit exceeded", "message": "Too many requests"}, headers)
