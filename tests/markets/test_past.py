"""A market over time: its queue and price as seen, its jobs, its waits; as charts, a table and JSON."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from markets import market_charts, selectors
from markets.models import Market, MarketHistory, MarketRecord
from markets.selectors.history import RANGES, range_of
from tests.markets.factories import make_finished, make_market, make_node
from tests.markets.pages import get, plain, queries

pytestmark = pytest.mark.django_db

DAY30 = RANGES[2]


def note(market: Market, days_ago: int, **facts: object) -> None:
    """Note a day of a market, of ten reads."""
    at = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days_ago)
    row = {"reads": 10, "waiting": 0, "most_waiting": 0, "free": 0, "most_free": 0, "running": 0}
    MarketHistory.objects.create(market=market, unit="day", at=at, **{**row, **facts})


def ended(market: Market, name: str, days_ago: int, **facts: object) -> None:
    """Create a job that ran for an hour and ended on some day, in its first hour."""
    midnight = timezone.now().replace(hour=0, minute=30, second=0, microsecond=0) - timedelta(days=days_ago)
    start = midnight - timedelta(hours=1)
    times = {"listed_at": start - timedelta(seconds=30), "started_at": start, "ended_at": midnight}
    make_finished(market, name, node=make_node(name), **{**times, **facts})


def test_days_are_told_as_seen_and_by_their_jobs() -> None:
    market = make_market(network_fee_percentage=Decimal(10))
    price = {"job_price": 100, "usd_per_hour": Decimal("0.2"), "fee_percentage": Decimal(20)}
    note(market, 1, waiting=25, most_waiting=9, free=10, most_free=4, running=30, **price)
    ended(market, "a", 2, price=1000, usd_reward_per_hour=Decimal("0.5"))
    ended(market, "b", 2, outcome="failed", price=3000, usd_reward_per_hour=Decimal("0.7"))

    past = selectors.past(market, DAY30)

    assert len(past.moments) == 30
    before, seen, today = past.moments[-3:]
    assert (seen.waiting, seen.most_waiting, seen.free, seen.running, seen.busy_share) == (2.5, 9, 1.0, 3.0, 0.75)
    assert (seen.usd_per_hour, seen.nos_per_hour, seen.is_listed) == (Decimal("0.24"), Decimal("0.432"), True)
    # Nobody looked: the mean of what the jobs' hours cost, 0.6 USD and 7.2 NOS, and the market's fee.
    assert (before.usd_per_hour, before.nos_per_hour, before.is_listed) == (Decimal("0.66"), Decimal("7.92"), False)
    assert (before.waiting, before.busy_share, before.ended, before.failed) == (None, None, 2, 1)
    assert (before.success_share, before.mean_wait_s) == (0.5, 30.0)
    assert (today.reads, today.usd_per_hour, today.success_share) == (0, None, None)


def test_charts_say_in_words_what_they_show() -> None:
    market = make_market()
    note(market, 1, waiting=25, most_waiting=9, free=10, most_free=1, running=30, usd_per_hour=Decimal("0.2"))
    note(market, 2, running=10, usd_per_hour=Decimal("0.1"))
    ended(market, "a", 2)

    past = selectors.past(market, DAY30)

    notes = {chart.key: chart.note for chart in [*market_charts.on_top(past, past), *market_charts.below(past, None)]}
    assert notes == {
        "queue-history": "30 days, at most 9 jobs or 1 node in line",
        "price-history": "30 days, 0.110 to 0.220, last 0.220",
        "waits": "no job started",
        "busy-history": "30 days, 80.0 % of those that were there",
        "success-history": "30 days, by when jobs ended",
        "ended-history": "1 completed, 0 stopped, 0 failed",
    }
    titles = market_charts.queue_chart(past).picture.split("<title>")
    assert len(titles) == 31
    assert titles[-2].startswith(market_charts.names(past)[-2] + ": 2.5 jobs, 1 nodes waited")
    assert titles[1].partition(": ")[2].startswith("not watched")


def test_waits_are_told_by_how_many_jobs_waited_how_long() -> None:
    record = MarketRecord(waits=10, median_wait_s=4, slow_wait_s=4000, wait_bins=[5, 0, 2, 1, 0, 0, 2, 0])

    chart = market_charts.wait_chart(record)

    assert chart.note == "median 4s, 95 % within 1h 06m"
    assert market_charts.wait_names() == [*("< 5 s", "< 15 s", "< 1 m", "< 5 m", "< 15 m", "< 1 h", "< 6 h", "≥ 6 h")]
    assert "<title>&lt; 5 s: 5 jobs, 50.0 %</title>" in chart.picture


def test_page_shows_the_day_of_the_queue_and_the_month_of_the_price(client: Client) -> None:
    market = make_market()
    note(market, 1, most_waiting=9, usd_per_hour=Decimal("0.2"))

    page = plain(get(client, f"/markets/{market.pk}/"))

    assert "Queue, mean per hour not watched yet" in page
    assert "Price, USD per hour 30 days, 0.220, unchanged" in page
    month = plain(get(client, f"/markets/{market.pk}/?range=30d"))
    assert "Queue, mean per day 30 days, at most 9 jobs or 0 nodes in line" in month


def test_a_range_there_is_none_of_is_refused(client: Client) -> None:
    market = make_market()

    assert [range_of(known.name) for known in RANGES] == list(RANGES)
    response = client.get(f"/markets/{market.pk}/?range=2w")
    assert response.status_code == 400
    assert "The range is 24h, 7d, 30d, 90d, 1y." in response.content.decode()
    told = client.get(f"/markets/{market.pk}.json?range=%00")
    assert (told.status_code, json.loads(told.content)) == (400, {"error": "The range is 24h, 7d, 30d, 90d, 1y."})


def test_page_asks_as_many_queries_for_a_longer_past(client: Client) -> None:
    market = make_market()
    note(market, 0)
    few = queries(client, f"/markets/{market.pk}/?range=1y")
    for day in range(1, 40):
        note(market, day)
        ended(market, str(day), day)

    assert queries(client, f"/markets/{market.pk}/?range=1y") == few


def test_json_has_the_facts_and_the_history(client: Client) -> None:
    market = make_market(queue_type=1, queue=["a", "b"])
    note(market, 0, waiting=5, free=20, running=20, job_price=129, usd_per_hour=Decimal("0.144"), fee_percentage=10)
    MarketRecord.objects.create(market=market, waits=3, median_wait_s=7, slow_wait_s=9, wait_bins=[1, 2, *[0] * 6])

    told = json.loads(client.get(f"/markets/{market.slug}.json").content)

    history = told.pop("history")
    assert (history["range"], history["per"], len(history["rows"])) == ("30d", "day", 30)
    last = history["rows"][-1]
    assert last["at"] == f"{timezone.now():%Y-%m-%d}T00:00:00Z"
    assert {name: last[name] for name in last if name != "at"} == {
        "reads": 10,
        "mean_jobs_waiting": 0.5,
        "mean_nodes_free": 2.0,
        "mean_running": 2.0,
        "busy_share": 0.5,
        "usd_per_hour": "0.1584",
        "nos_per_hour": "0.51084",
        "is_listed_price": True,
        "jobs_ended": 0,
        "success_share": None,
        "mean_wait_s": None,
    }
    assert told["waits_7_days"]["bins"][:2] == [
        {"from_s": 0, "to_s": 5, "jobs": 1},
        {"from_s": 5, "to_s": 15, "jobs": 2},
    ]
    assert told["waits_7_days"]["bins"][-1]["to_s"] is None
    assert (told["address"], told["queue"]["nodes_free"], told["price"]["usd_per_hour"]) == (market.pk, 2, "0.1584")
    assert client.get("/markets/nobody.json").status_code == 404
