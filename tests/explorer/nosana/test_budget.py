"""The request budget on a real Redis, alone and shared by processes."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import pytest
import redis
from pytest_httpserver import HTTPServer

from explorer.nosana.budget import JOB_LIST, OTHER, RedisBudget
from explorer.nosana.client import Client
from explorer.nosana.errors import BudgetUnavailable, OverBudget
from explorer.nosana.networks import Window, sample
from tests.explorer.nosana.conftest import QUICK

HOUR = (Window(3, 3600),)


@pytest.fixture
def prefix() -> str:
    """Return a name that no other test uses."""
    return f"test-{uuid4().hex}"


@pytest.fixture
def budget(redis_url: str, prefix: str) -> Iterator[RedisBudget]:
    """Return a budget that does not wait."""
    opened = RedisBudget(redis_url, max_wait=0, slack=0, prefix=prefix)
    yield opened
    opened.close()


def taken(budget: RedisBudget, windows: tuple[Window, ...], *, share: float = 1.0) -> int:
    """Take until refused; return how often that worked."""
    for count in range(1000):
        try:
            budget.take("host", OTHER, windows, share=share)
        except OverBudget:
            return count
    raise AssertionError("the budget never ended")


def test_take_until_the_window_is_full(budget: RedisBudget) -> None:
    assert taken(budget, HOUR) == 3
    with pytest.raises(OverBudget) as problem:
        budget.take("host", OTHER, HOUR)
    assert 3595 < problem.value.retry_after <= 3600
    assert str(problem.value).startswith("The request budget for host (other) is used up for the next 3")


def test_hosts_and_scopes_are_apart(budget: RedisBudget) -> None:
    taken(budget, HOUR)
    budget.take("host", JOB_LIST, HOUR)
    budget.take("other-host", OTHER, HOUR)
    assert budget.left("host", JOB_LIST, HOUR) == [(HOUR[0], 2)]


def test_refused_request_counts_in_no_window(budget: RedisBudget) -> None:
    windows = (Window(2, 60), Window(100, 3600))
    assert taken(budget, windows) == 2
    assert taken(budget, windows) == 0
    assert budget.left("host", OTHER, windows) == [(windows[0], 0), (windows[1], 98)]


def test_window_slides(budget: RedisBudget, redis_url: str, prefix: str) -> None:
    assert taken(budget, (Window(2, 3600),)) == 2
    with redis.Redis.from_url(redis_url) as connection:
        (key,) = connection.keys(f"{prefix}*")
        (first, now), (second, _) = connection.zrange(key, 0, -1, withscores=True)
        connection.zadd(key, {first: now - 3_601_000, second: now - 3_000_000})
    assert budget.left("host", OTHER, (Window(2, 3600),)) == [(Window(2, 3600), 1)]
    budget.take("host", OTHER, (Window(2, 3600),))
    with pytest.raises(OverBudget) as problem:
        budget.take("host", OTHER, (Window(2, 3600),))
    assert 590 < problem.value.retry_after <= 600


def test_share_leaves_room_for_others(budget: RedisBudget) -> None:
    windows = (Window(10, 3600),)
    assert taken(budget, windows, share=0.5) == 5
    assert taken(budget, windows) == 5
    assert taken(budget, windows, share=0.5) == 0


def test_share_of_a_small_window_is_at_least_one(budget: RedisBudget) -> None:
    assert taken(budget, (Window(1, 3600),), share=0.1) == 1


def test_slack_makes_windows_longer(redis_url: str, prefix: str) -> None:
    budget = RedisBudget(redis_url, max_wait=0, slack=500, prefix=prefix)
    assert taken(budget, (Window(1, 100),)) == 1
    with pytest.raises(OverBudget) as problem:
        budget.take("host", OTHER, (Window(1, 100),))
    assert 590 < problem.value.retry_after <= 600
    budget.close()


def test_short_wait_is_waited_for(redis_url: str, prefix: str) -> None:
    budget = RedisBudget(redis_url, max_wait=30, slack=0, prefix=prefix)
    begun = time.monotonic()
    budget.take("host", OTHER, (Window(1, 1),))
    budget.take("host", OTHER, (Window(1, 1),))
    assert time.monotonic() - begun >= 0.99
    budget.close()


def test_pause_closes_the_budget_to_everyone(redis_url: str, prefix: str, budget: RedisBudget) -> None:
    other = RedisBudget(redis_url, max_wait=0, prefix=prefix)
    other.pause("host", OTHER, 1000)
    other.close()
    with pytest.raises(OverBudget) as problem:
        budget.take("host", OTHER, HOUR)
    assert 990 < problem.value.retry_after <= 1000
    assert budget.left("host", OTHER, HOUR) == [(HOUR[0], 0)]
    budget.take("host", JOB_LIST, HOUR)


def test_pause_ends(budget: RedisBudget) -> None:
    budget.pause("host", OTHER, 0.1)
    time.sleep(0.15)
    assert taken(budget, HOUR) == 3


def test_429_closes_the_budget_for_the_next_client(httpserver: HTTPServer, redis_url: str, prefix: str) -> None:
    httpserver.expect_request("/api/jobs").respond_with_data(status=429, headers={"Retry-After": "600"})
    httpserver.expect_request("/api/jobs/running").respond_with_json({})
    network = sample(httpserver.url_for(""))
    for _ in range(2):
        with (
            Client(network, budget=RedisBudget(redis_url, max_wait=0, prefix=prefix), bounds=QUICK) as client,
            pytest.raises(OverBudget) as problem,
        ):
            client.jobs()
        assert 590 < problem.value.retry_after <= 600
    assert len(httpserver.log) == 1
    with Client(network, budget=RedisBudget(redis_url, prefix=prefix), bounds=QUICK) as client:
        assert client.running() == {}


def test_keys_do_not_outlive_their_longest_window(budget: RedisBudget, redis_url: str, prefix: str) -> None:
    budget.take("host", OTHER, (Window(5, 60), Window(50, 3600)))
    budget.pause("host", OTHER, 100)
    with redis.Redis.from_url(redis_url) as connection:
        lives = sorted(connection.pttl(key) for key in connection.keys(f"{prefix}*"))
    assert [90_000 < lives[0] <= 100_000, 3_590_000 < lives[1] <= 3_600_000] == [True, True]


def test_redis_that_does_not_answer(tmp_path: Path) -> None:
    budget = RedisBudget(f"unix://{tmp_path}/none?db=0")
    message = r"^Redis, which holds the request budget, does not answer; nothing was sent\.$"
    with pytest.raises(BudgetUnavailable, match=message):
        budget.take("host", OTHER, HOUR)
    with pytest.raises(BudgetUnavailable, match=message):
        budget.left("host", OTHER, HOUR)
    with pytest.raises(BudgetUnavailable, match=message):
        budget.pause("host", OTHER, 1)


#: The last only keeps what was counted until the test looks at it.
SHARED = (Window(10, 1), Window(18, 2), Window(1000, 60))


def spend(url: str, prefix: str, seconds: float, counts: multiprocessing.Queue[int]) -> None:
    """Take as fast as allowed for some seconds; report how often that worked."""
    budget = RedisBudget(url, max_wait=0.1, slack=0, prefix=prefix)
    count, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        with suppress(OverBudget):
            budget.take("host", JOB_LIST, SHARED)
            count += 1
    budget.close()
    counts.put(count)


def test_two_processes_never_exceed_the_budget(redis_url: str, prefix: str) -> None:
    context = multiprocessing.get_context("spawn")
    counts: multiprocessing.Queue[int] = context.Queue()
    processes = [context.Process(target=spend, args=(redis_url, prefix, 3.0, counts)) for _ in range(2)]
    for process in processes:
        process.start()
    given = [counts.get(timeout=60) for _ in processes]
    for process in processes:
        process.join(timeout=60)
    counts.close()
    counts.join_thread()
    with redis.Redis.from_url(redis_url) as connection:
        (key,) = connection.keys(f"{prefix}*")
        moments = [score for _, score in connection.zrange(key, 0, -1, withscores=True)]
    assert len(moments) == sum(given)
    assert min(given) > 0
    assert sum(given) > 18
    for limit, milliseconds in ((10, 1000), (18, 2000)):
        assert not [first for first, last in zip(moments, moments[limit:], strict=False) if last - first < milliseconds]
