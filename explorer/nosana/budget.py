"""How often the network may be asked: request budgets for each host, shared by all processes through Redis."""

from __future__ import annotations

import math
import random
import secrets
import time
from typing import Final, Protocol, cast

import redis

from explorer.nosana.errors import BudgetUnavailable, OverBudget
from explorer.nosana.networks import Window

#: The two scopes of a host: the job list has published limits of its own.
JOB_LIST: Final = "job list"
OTHER: Final = "other"

# Counts a request in every window or in none. One sorted set a scope holds the times of its requests (Redis's own
# clock, in milliseconds). Returns 0, or the milliseconds until every window has room.
# ARGV: a unique name for the request, then limit and length in milliseconds of each window.
_TAKE: Final = """
local paused = redis.call('PTTL', KEYS[2])
if paused > 0 then return paused end
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local wait, longest = 0, 0
for i = 2, #ARGV, 2 do
  local limit, length = tonumber(ARGV[i]), tonumber(ARGV[i + 1])
  longest = math.max(longest, length)
  local blocking = redis.call('ZRANGE', KEYS[1], -limit, -limit, 'WITHSCORES')
  if #blocking > 0 then wait = math.max(wait, blocking[2] + length - now) end
end
if wait > 0 then return wait end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - longest)
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('PEXPIRE', KEYS[1], longest)
return 0
"""
# Returns the requests counted in each window, or an empty list while the scope is paused. ARGV: lengths.
_COUNT: Final = """
if redis.call('EXISTS', KEYS[2]) == 1 then return {} end
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local counts = {}
for i, length in ipairs(ARGV) do
  counts[i] = redis.call('ZCOUNT', KEYS[1], '(' .. (now - length), '+inf')
end
return counts
"""


class Budget(Protocol):
    """What the client asks before each request."""

    def take(self, host: str, scope: str, windows: tuple[Window, ...], *, share: float = 1.0) -> None:
        """Count a request, or raise OverBudget; with `share` < 1, use only that part of each window."""

    def pause(self, host: str, scope: str, seconds: float) -> None:
        """Let nobody ask for `seconds`, because the host said so."""

    def close(self) -> None:
        """Give back connections; the budget can still be used."""


class Unlimited:
    """A budget that never ends, for tools and for tests against loopback."""

    def take(self, host: str, scope: str, windows: tuple[Window, ...], *, share: float = 1.0) -> None:
        """Allow it."""

    def pause(self, host: str, scope: str, seconds: float) -> None:
        """Ask again whenever."""

    def close(self) -> None:
        """Hold nothing."""


class RedisBudget:
    """Sliding windows in Redis: never more requests in any window, from all processes together.

    Each window counts as `slack` seconds longer than published, because requests sent apart can arrive closer together.
    Redis not answering raises BudgetUnavailable. Each call costs one round trip to Redis, and `take` may sleep.
    """

    def __init__(self, url: str, *, max_wait: float = 2.0, slack: float = 0.5, prefix: str = "nosana-budget") -> None:
        self._redis = redis.Redis.from_url(url, socket_timeout=5, socket_connect_timeout=5)
        self._take = self._redis.register_script(_TAKE)
        self._count = self._redis.register_script(_COUNT)
        self._max_wait = max_wait
        self._slack = slack
        self._prefix = prefix

    def take(self, host: str, scope: str, windows: tuple[Window, ...], *, share: float = 1.0) -> None:
        """Count a request in all windows, waiting up to `max_wait` seconds for room; else raise OverBudget.

        With `share` < 1 only that part of each window is used, so that the rest stays for others.
        """
        give_up = time.monotonic() + self._max_wait
        while wait := self._try(host, scope, windows, share):
            if time.monotonic() + wait > give_up:
                raise OverBudget(
                    f"The request budget for {host} ({scope}) is used up for the next {math.ceil(wait)} s.", wait
                )
            time.sleep(wait + random.uniform(0, 0.02))  # noqa: S311 - so that waiting processes do not all ask at once

    def pause(self, host: str, scope: str, seconds: float) -> None:
        """Close the budget to every process for `seconds`; a later pause replaces an earlier one."""
        try:
            self._redis.set(self._keys(host, scope)[1], 1, px=max(1, round(seconds * 1000)))
        except redis.RedisError as problem:
            raise _unavailable() from problem

    def left(self, host: str, scope: str, windows: tuple[Window, ...]) -> list[tuple[Window, int]]:
        """Return how many requests each window still has room for; none while the scope is paused."""
        try:
            counts = self._count(keys=self._keys(host, scope), args=[self._length(window) for window in windows])
        except redis.RedisError as problem:
            raise _unavailable() from problem
        used = cast("list[int]", counts) or [window.requests for window in windows]
        return [(window, max(0, window.requests - count)) for window, count in zip(windows, used, strict=True)]

    def close(self) -> None:
        """Close the connections to Redis; they open again when needed."""
        self._redis.close()

    def _try(self, host: str, scope: str, windows: tuple[Window, ...], share: float) -> float:
        """Return 0 when the request was counted, else the seconds until it can be."""
        args: list[str | int] = [secrets.token_hex(8)]
        for window in windows:
            args += [max(1, int(window.requests * share)), self._length(window)]
        try:
            wait = cast(int, self._take(keys=self._keys(host, scope), args=args))
        except redis.RedisError as problem:
            raise _unavailable() from problem
        return wait / 1000

    def _length(self, window: Window) -> int:
        return round((window.seconds + self._slack) * 1000)

    def _keys(self, host: str, scope: str) -> list[str]:
        # the braces keep both keys on one server of a Redis Cluster
        name = f"{self._prefix}:{{{host}/{scope}}}"
        return [f"{name}:sent", f"{name}:paused"]


def _unavailable() -> BudgetUnavailable:
    return BudgetUnavailable("Redis, which holds the request budget, does not answer; nothing was sent.")
