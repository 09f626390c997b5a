from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from jobs.models import Job
from tests.jobs.factories import NOON, address, make_job, make_market
from tests.markets.pages import HTMX, get, plain, queries, rows

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def _at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be half past noon on the Friday of the tests."""
    monkeypatch.setattr(timezone, "now", lambda: NOON + HOUR / 2)


def finished(name: str, *, ended_at: datetime = NOON, seconds: int = 3600, **facts: Any) -> Job:
    start = ended_at - timedelta(seconds=seconds)
    told = {"state": 2, "outcome": "success", "node": address("node"), "started_at": start, "listed_at": start}
    return make_job(name, ended_at=ended_at, **{**told, **facts})


def bars(client: Client, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(f"/charts.json{query}").json()["rows"]
    return [row for row in found if row["ended"]]


def test_charts_are_the_last_thirty_days_by_default(client: Client) -> None:
    finished("today")
    finished("first", ended_at=NOON - 29 * DAY)
    finished("too old", ended_at=NOON - 30 * DAY)

    told = client.get("/charts.json").json()

    assert (told["per"], told["since"], told["until"], len(told["rows"])) == (
        "day",
        "2026-07-23T00:00:00+00:00",
        "2026-08-22T00:00:00+00:00",
        30,
    )
    assert [row["at"][:10] for row in told["rows"] if row["ended"]] == ["2026-07-23", "2026-08-21"]


def test_figures_of_a_bar_are_those_of_its_jobs(client: Client) -> None:
    finished("good", seconds=7200, price=100, usd_reward_per_hour="0.5")
    finished("bad", outcome="failed", price=0, usd_reward_per_hour=None)
    finished("stopped", state=3, outcome="", price=0, usd_reward_per_hour=None)

    (bar,) = bars(client)

    money = {name: Decimal(bar.pop(name)) for name in ("usd", "nos")}
    assert money == {"usd": Decimal("1.1"), "nos": Decimal("0.792")}
    assert bar == {
        "at": "2026-08-21T00:00:00+00:00",
        "completed": 1,
        "stopped": 1,
        "failed": 1,
        "succeeded": 1,
        "ended": 3,
        "success_share": 0.5,
        "paid_seconds": 10800,
    }


@pytest.mark.parametrize(
    ("query", "times"),
    [
        ("?per=hour", ["2026-08-20T12:00", "2026-08-21T12:00"]),
        ("?per=hour&last=24", ["2026-08-21T12:00"]),
        ("?per=week", ["2026-07-20T00:00", "2026-08-17T00:00"]),
        ("?per=month", ["2026-07-01T00:00", "2026-08-01T00:00"]),
        ("?since=2026-07-01&until=2026-07-25", ["2026-07-25T00:00"]),
        ("?until=2026-08-20&last=1", ["2026-08-20T00:00"]),
        ("?since=2026-08-21", ["2026-08-21T00:00"]),
        ("?per=month&since=2026-07-25", ["2026-07-01T00:00", "2026-08-01T00:00"]),
    ],
)
def test_range_and_bar_are_in_the_address(client: Client, query: str, times: list[str]) -> None:
    for number, at in enumerate((NOON, NOON - DAY, NOON - 27 * DAY)):
        finished(str(number), ended_at=at)

    assert [row["at"][:16] for row in bars(client, query)] == times


def test_market_by_address_or_slug_has_only_its_jobs(client: Client) -> None:
    mine = make_market("Mine")
    finished("a", market=mine)
    finished("b")

    assert [row["ended"] for row in bars(client)] == [2]
    assert [row["ended"] for row in bars(client, f"?market={mine.pk}")] == [1]
    assert [row["ended"] for row in bars(client, "?market=mine&per=hour")] == [1]


@pytest.mark.parametrize(
    ("fee", "told", "usd"),
    [(None, "10", "1.1"), ("0", None, "1"), ("10", "10", "1.1")],
    ids=["usual", "another", "the same"],
)
def test_fee_is_added_where_all_markets_have_one(client: Client, fee: str | None, told: str | None, usd: str) -> None:
    make_market("other", network_fee_percentage=fee)
    finished("a", usd_reward_per_hour="1")

    answer = client.get("/charts.json").json()

    assert answer["fee_percentage"] == told
    assert Decimal(answer["rows"][-1]["usd"]) == Decimal(usd)
    assert ("with the network's fee" in plain(get(client, "/charts/"))) is (told is not None)


def test_page_draws_four_charts_and_their_table(client: Client) -> None:
    finished("a", seconds=7200, usd_reward_per_hour="2")
    finished("b", outcome="failed", ended_at=NOON - DAY)

    page = get(client, "/charts/?per=day&last=30")

    assert re.findall(r'aria-label="([^"]*)">(?=<line)', page) == [
        "Jobs that ended, per day: 1 completed without a failed op, 0 stopped, 1 failed, at most 1 at once",
        "Share of jobs whose ops all went well, per day: 50.0 % of all",
        "GPU hours of jobs that ended, per day: 3.000 in all",
        "Spent on jobs that ended, per day: 4.500 USD in all",
    ]
    assert page.count("<title>Fri 21 Aug 2026: ") == 4
    assert "<title>Fri 21 Aug 2026: 1 completed, 0 stopped, 0 failed</title>" in page
    assert "<title>Thu 20 Aug 2026: 0 % of 1</title>" in page
    found = rows(page.partition('id="h-table"')[2])
    assert len(found) == 30
    assert found[:3] == [
        ["Fri 21 Aug 2026", "1", "0", "0", "1", "100 %", "2.000", "4.400", "0.799920"],
        ["Thu 20 Aug 2026", "0", "0", "1", "1", "0 %", "1.000", "0.0997", "0.399960"],
        ["Wed 19 Aug 2026", "0", "0", "0", "0", "–", "0", "0", "0.000000"],
    ]


def test_choices_keep_what_was_chosen(client: Client) -> None:
    market = make_market("Mine")
    finished("a", market=market)

    page = get(client, f"/charts/?market={market.pk}&per=week&last=13&money=nos")

    assert re.findall(r'<a href="(\?[^"]*)" aria-current="true">([^<]*)', page) == [
        (f"?market={market.pk}&amp;money=nos&amp;per=week", "Week"),
        (f"?market={market.pk}&amp;money=nos&amp;per=week&amp;last=13", "13 weeks"),
        (f"?last=13&amp;market={market.pk}&amp;money=nos&amp;per=week", "NOS"),
    ]
    assert f'<option value="{market.pk}" selected>Mine</option>' in page


def test_range_that_is_too_long_for_its_bars_can_be_seen_in_longer_ones(client: Client) -> None:
    page = client.get("/charts/?per=hour&since=2026-01-01").content.decode()

    assert re.findall(r'<a href="(\?[^"]*)"', page) == [
        f"?since=2026-01-01&amp;per={unit}" for unit in ("hour", "day", "week", "month")
    ]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?per=<b>", "A bar is an hour, a day, a week or a month, not “<b>”."),
        ("?last=0", "Ensure this value is greater than or equal to 1."),
        ("?since=2026-08-02&until=2026-08-01", "The range ends before it begins."),
        ("?per=hour&since=2026-01-01", "The range has more than 366 hours; choose longer bars."),
        ("?since=0001-01-01", "Nothing is known of the time before the year 2000."),
        ("?until=9999-12-31", "Nothing is known of the time after the year 2100."),
        ("?market=nowhere", "No market has this address or name."),
        ("?market=%00", "Null characters are not allowed."),
        ("?money=eur", "Money is shown in usd or nos, not in “eur”."),
    ],
)
def test_value_that_is_wrong_is_told(client: Client, query: str, sentence: str) -> None:
    response = client.get(f"/charts/{query}")

    assert response.status_code == 400
    assert sentence in plain(response.content.decode())
    assert client.get(f"/charts/{query}", headers=HTMX).status_code == 422
    refused = client.get(f"/charts.json{query}")
    assert (refused.status_code, list(refused.json())) == (400, ["errors"])


def test_time_without_jobs_says_so(client: Client) -> None:
    assert "No job ended in this time A longer range may have some" in plain(get(client, "/charts/"))


def test_charts_take_three_queries_of_their_own_however_much_there_is(client: Client) -> None:
    finished("a")
    few = queries(client, "/charts/?per=hour&last=168&market=" + make_market().pk)
    for number in range(20):
        finished(str(number), ended_at=NOON - number * HOUR, market=make_market(f"m{number % 4}"))

    assert queries(client, "/charts/?per=hour&last=168&market=" + make_market().pk) == few


def test_hostile_market_is_inert(client: Client) -> None:
    market = make_market("<script>alert(1)</script>\u202e")
    finished("a", market=market)

    page = get(client, f"/charts/?market={market.pk}")

    assert ("<script>alert" in page, "\u202e" in page) == (False, False)
    assert json.loads(client.get(f"/charts.json?market={market.pk}").content)["rows"][-1]["ended"] == 1
