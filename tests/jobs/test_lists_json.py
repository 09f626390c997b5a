"""The overview and the list of jobs as JSON."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models.expressions import RawSQL
from django.test import Client
from django.utils import timezone

from jobs.selectors.listing import reading
from jobs.selectors.listing.reading import Way
from tests.jobs.factories import NOON, address, make_job, make_market
from tests.jobs.pages import part
from tests.markets.pages import get, queries

pytestmark = pytest.mark.django_db


def read(client: Client, url: str, status: int = 200) -> Any:
    response = client.get(url)
    assert response.headers["Content-Type"] == "application/json"
    assert response.status_code == status
    return json.loads(response.content)


def addresses(found: Any) -> list[str]:
    return [job["address"] for job in found["jobs"]]


def test_a_job_of_the_list_has_every_fact_of_its_row(client: Client) -> None:
    market = make_market(name="NVIDIA <3090>", network_fee_percentage=Decimal(10))
    times = {"listed_at": NOON, "started_at": NOON + timedelta(seconds=9), "ended_at": NOON + timedelta(seconds=3609)}
    job = make_job(
        "done", market=market, state=2, outcome="failed", node=address("node"), deployer=address("deployer"), price=100,
        payer=address("payer"), trigger="cli", image="ubuntu", op_count=2, timeout=7200, **times,
        usd_reward_per_hour=Decimal("0.5"),
    )  # fmt: skip

    assert read(client, "/jobs.json") == {
        "jobs": [
            {
                "address": job.pk,
                "url": job.get_absolute_url(),
                "state": "completed",
                "outcome": "failed",
                "market": {"address": market.pk, "name": "NVIDIA <3090>"},
                "node": address("node"),
                "deployer": address("deployer"),
                "payer": address("payer"),
                "trigger": "cli",
                "image": "ubuntu",
                "op_count": 2,
                "listed_at": "2026-08-21T12:00:00Z",
                "started_at": "2026-08-21T12:00:09Z",
                "ended_at": "2026-08-21T13:00:09Z",
                "withdrawn_at": None,
                "run_s": 3600,
                "timeout_s": 7200,
                "queue_place": None,
                "price_micro_nos_per_s": 100,
                "nos_per_hour": "0.36",
                "total": {"nos": "0.396", "usd": "0.55", "is_most": False},
            }
        ],
        "newer": None,
        "older": None,
    }


def test_what_is_not_known_is_null(client: Client) -> None:
    make_job("queued", state=0, listed_at=None, started_at=None)
    make_job("withdrawn", state=0, delisted_at=NOON)
    (queued,) = read(client, "/jobs.json?state=queued")["jobs"]
    (withdrawn,) = read(client, "/jobs.json?state=withdrawn")["jobs"]

    for name in ("node", "listed_at", "started_at", "ended_at", "run_s", "outcome", "withdrawn_at"):
        assert queued[name] is None
    assert (queued["state"], withdrawn["state"]) == ("queued", "withdrawn")
    assert (queued["total"]["is_most"], withdrawn["total"]["usd"]) == (True, None)
    (shown,) = read(client, "/overview.json")["newest_jobs"]
    assert (shown["address"], shown["listed_at"]) == (queued["address"], None)


def test_the_list_is_filtered_sorted_and_paged_as_its_page_is(client: Client) -> None:
    for number in range(120):
        make_job(f"j{number}", state=2, outcome="success", listed_at=NOON + timedelta(seconds=number))
    make_job("other", state=2, outcome="failed")
    seen: list[str] = []
    url = "/jobs.json?outcome=success&sort=listed"
    while url:
        page = read(client, url)
        seen += addresses(page)
        url = page["older"]

    assert seen == [address(f"j{number}") for number in range(120)]
    back = read(client, read(client, "/jobs.json?outcome=success&sort=listed")["older"])["newer"]
    assert addresses(read(client, back)) == seen[:50]


@pytest.mark.parametrize("query", ["state=lost", "sort=color", "after=%00", "at=yesterday"])
def test_what_cannot_be_is_refused_with_a_sentence(client: Client, query: str) -> None:
    found = read(client, f"/jobs.json?{query}", 400)

    assert list(found) == ["error"]
    assert found["error"].endswith(".")


def test_a_list_that_takes_too_long_says_so(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "WAYS", (Way(50),))
    monkeypatch.setattr(reading, "SEEN", (RawSQL("pg_sleep(1)", []),))
    make_job("one")

    assert read(client, "/jobs.json", 503) == {"error": "Finding these jobs takes too long just now."}


def test_the_list_takes_as_many_queries_for_one_job_as_for_many(client: Client) -> None:
    make_job("one", state=1, started_at=NOON, node=address("node"))
    few = queries(client, "/jobs.json")
    for number in range(30):
        make_job(f"more {number}", state=number % 3, node=address(f"node {number}"))

    assert queries(client, "/jobs.json") == few


def test_the_overview_has_what_its_page_shows(client: Client) -> None:
    now = timezone.now()
    market = make_market(name="NVIDIA 3090")
    make_job("queued", market=market, state=0, listed_at=now - timedelta(minutes=5))
    make_job(
        "running", market=market, state=1, node=address("node"), started_at=now, listed_at=now - timedelta(minutes=9)
    )
    found = read(client, "/overview.json?hours=24")

    assert {
        name: value for name, value in found["now"].items() if name.endswith("_today") and isinstance(value, int)
    } == {
        "completed_today": 0,
        "succeeded_today": 0,
        "failed_today": 0,
        "unknown_today": 0,
    }
    assert [found["now"][name] for name in ("queued", "running", "nodes_busy")] == [1, 1, 1]
    assert 290 < found["now"]["longest_wait_s"] < 1200
    assert [(row["name"], row["running"]) for row in found["markets"]] == [("NVIDIA 3090", 1)]
    assert found["market_count"] == 1
    assert [job["state"] for job in found["newest_jobs"]] == ["queued", "running"]
    ended = found["ended"]
    assert (ended["hours"], ended["bin_s"] * len(ended["bins"])) == (24, 24 * 3600)
    assert set(ended["bins"][0]) == {"at", "completed", "stopped", "failed"}


def test_a_range_that_there_is_none_of_is_refused(client: Client) -> None:
    assert read(client, "/overview.json?hours=25", 400) == {
        "error": "The chart's range is one of 24, 48, 168 and 720 hours."
    }


def test_pages_lead_to_their_json(client: Client) -> None:
    assert 'href="/overview.json"' in get(client, "/")
    assert 'href="/jobs.json?outcome=failed"' in get(client, "/jobs/?outcome=failed")
    assert part(get(client, "/jobs/"), "main")
