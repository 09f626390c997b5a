"""Deployers: who runs what, what it burns now and what it spent."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs.models import Job, JobRollup
from jobs.selectors.deployer import RECENT, deployer_page
from jobs.selectors.deployers import Burn, burn_of
from tests.jobs.catalog import make_image
from tests.jobs.factories import NOON, address, make_job, make_market
from tests.jobs.pages import dangers, words
from tests.markets.pages import HTMX, cells, get, plain, queries, rows, short

pytestmark = pytest.mark.django_db

ONE, TWO = address("one"), address("two")
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be half past noon on the Friday of the tests."""
    monkeypatch.setattr(timezone, "now", lambda: NOON + timedelta(minutes=30))


def ended(name: str, deployer: str = ONE, *, at: datetime = NOON, **facts: Any) -> Job:
    """Create a job that ran for an hour at 100 micro-NOS a second and half a dollar an hour, and ended with success."""
    start = at - timedelta(hours=1)
    row = {"state": 2, "outcome": "success", "listed_at": start, "started_at": start, "ended_at": at, "price": 100}
    return make_job(name, deployer=deployer, **{**row, "usd_reward_per_hour": "0.5", "node": address("n"), **facts})


def running(name: str, deployer: str = ONE, *, since: float = 30, **facts: Any) -> Job:
    """Create a job that has run for so many minutes of its two hours."""
    start = NOON + timedelta(minutes=30 - since)
    row = {"state": 1, "listed_at": start, "started_at": start, "price": 100, "usd_reward_per_hour": "0.5"}
    return make_job(name, deployer=deployer, **{**row, "node": address("n"), **facts})


# --- the list -----------------------------------------------------------------------------------------------------


def test_list_says_what_each_deployer_ran_and_spent(client: Client) -> None:
    ended("a")
    ended("b", outcome="failed")
    running("c")
    make_job("d", deployer=ONE)
    ended("e", TWO, at=NOON - 10 * DAY, usd_reward_per_hour=None)

    page = get(client, "/deployers/")

    assert [row[:-1] for row in rows(page)] == [
        [ONE, "1 +1 queued", "0.5500", "4", "50.0 %", "2", "1.1000", "0.7920"],
        [TWO, "–", "–", "1", "100 %", "1", "0", "0.3960"],
    ]
    assert words(page, "count") == "2 with jobs"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["rich", "old", "busy", "poor"]),
        ("?sort=usd", ["poor", "busy", "old", "rich"]),
        ("?sort=-jobs", ["busy", "rich", "poor", "old"]),
        ("?sort=-nos", ["old", "rich", "busy", "poor"]),
        ("?sort=-hours", ["old", "busy", "rich", "poor"]),
        ("?sort=-running", ["poor", "rich", "old", "busy"]),
        ("?days=30", ["rich", "busy", "poor"]),
        ("?days=1", ["rich", "poor"]),
        ("?days=7&sort=-jobs", ["busy", "rich", "poor"]),
    ],
)
def test_list_is_sorted_and_of_a_time(client: Client, query: str, expected: list[str]) -> None:
    names = {address(name): name for name in ("rich", "busy", "old", "poor")}
    ended("r", address("rich"), usd_reward_per_hour="9")
    for number in range(3):
        ended(f"b{number}", address("busy"), at=NOON - 2 * DAY, price=10)
    long_ago = NOON - 60 * DAY
    ended("o", address("old"), at=long_ago, started_at=long_ago - timedelta(hours=9), timeout=99_999, price=200)
    running("p", address("poor"), since=60 * 24 * 3, listed_at=NOON - 3 * DAY)

    found = [names[cell] for cell in cells(get(client, f"/deployers/{query}"), 0)]

    if query == "?sort=-running":
        assert (found[0], set(found)) == ("poor", set(expected))
    elif query == "?sort=-jobs":
        assert (found[0], set(found)) == ("busy", set(expected))
    else:
        assert found == expected


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    counts=st.lists(st.integers(1, 3), min_size=1, max_size=12),
    sort=st.sampled_from(["-jobs", "jobs", "-usd", "address", "-address", "-running"]),
    days=st.sampled_from(["", "7"]),
)
def test_pages_have_each_deployer_once(client: Client, counts: list[int], sort: str, days: str) -> None:
    Job.objects.all().delete()
    JobRollup.objects.all().delete()
    market = make_market()
    for number, count in enumerate(counts):
        for turn in range(count):
            ended(f"{number} {turn}", address(number), market=market)
    url, seen, ways = f"/deployers.json?sort={sort}&days={days}", [], 0
    while url and ways < 60:
        told = json.loads(get(client, url))
        seen += [row["address"] for row in told["deployers"]]
        url, ways = told["older"], ways + 1
    assert sorted(seen) == sorted(address(number) for number in range(len(counts)))


def test_list_by_address_of_a_time_has_a_deployer_of_several_days_once(client: Client) -> None:
    ended("a")
    ended("b", at=NOON - DAY)
    running("c")

    page = get(client, "/deployers/?days=7&sort=address")

    assert [row[0] for row in rows(page)] == [ONE]
    assert words(page, "count").startswith("1 ")


def test_list_goes_on_and_back(client: Client) -> None:
    for number in range(120):
        make_job(number, deployer=address(f"d{number}"))
    first = json.loads(get(client, "/deployers.json?sort=-jobs"))
    second = json.loads(get(client, first["older"]))
    third = json.loads(get(client, second["older"]))
    make_job("new", deployer=first["deployers"][0]["address"])  # goes to the top: no page behind it changes
    names = [row["address"] for page in (first, second, third) for row in page["deployers"]]
    assert (len(names), len(set(names)), first["newer"], third["older"]) == (120, 120, None, None)
    back = json.loads(get(client, third["newer"]))
    assert back["deployers"] == second["deployers"]
    assert client.get("/deployers/?after=broken").status_code == 400
    assert client.get("/deployers.json?after=broken").status_code == 400


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?days=3", "Figures are those of 1, 7 or 30 days, or ever, not of “3”."),
        ("?sort=color", "The list can be sorted by address, hours, jobs, nos, running, usd."),
    ],
)
def test_list_says_what_it_cannot_use(client: Client, query: str, said: str) -> None:
    response = client.get(f"/deployers/{query}")
    assert (response.status_code, said in plain(response.content.decode())) == (400, True)
    assert client.get(f"/deployers/{query}", headers=HTMX).status_code == 422
    answer = client.get(f"/deployers.json{query}")
    assert (answer.status_code, answer.json()) == (400, {"error": said})


def test_list_finds_a_part_of_an_address_and_says_when_there_is_none(client: Client) -> None:
    assert "No deployer yet" in get(client, "/deployers/")
    ended("a")
    ended("b", TWO)
    assert cells(get(client, f"/deployers/?q={TWO[3:9].lower()}"), 0) == [TWO]
    assert "No deployer matches" in get(client, "/deployers/?q=0OIl")
    assert dangers(get(client, "/deployers/?q=%3Cscript%3E%E2%80%AE%22onload%3Dx")) == []


def test_list_takes_as_many_queries_whatever_there_is(client: Client) -> None:
    ended("a")
    few = queries(client, "/deployers/?days=7")
    for number in range(8):
        running(str(number), address(number), market=make_market(f"market {number}"))
    assert queries(client, "/deployers/?days=7") == few


# --- what burns ---------------------------------------------------------------------------------------------------


def test_burn_is_what_running_jobs_cost_in_an_hour() -> None:
    running("a")
    running("b", price=50, usd_reward_per_hour=None, market=make_market("H100", network_fee_percentage=None))
    running("free of fee", price=200, usd_reward_per_hour="1", market=make_market("L40", network_fee_percentage="0"))
    running("over its timeout", since=121)
    running("no time", started_at=None, price=1, timeout=9_223_372_036_854_775_807, usd_reward_per_hour=None)
    running("rateless", TWO, usd_reward_per_hour=None)
    make_job("queued", deployer=ONE)
    ended("over")

    found = burn_of([ONE, TWO, address("none")])

    assert set(found) == {ONE, TWO}
    assert (found[ONE].jobs, found[ONE].usd) == (4, Decimal("1.55"))
    assert found[ONE].nos == (Decimal("110") + 55 + 200 + Decimal("1.1")) * 3600 / 1_000_000
    assert found[TWO] == Burn(1, Decimal("0.396"), None)


# --- the page of one ----------------------------------------------------------------------------------------------


def test_page_says_what_it_runs_and_spends(client: Client) -> None:
    ended("a")
    ended("b", at=NOON - 40 * DAY, outcome="failed")
    running("c", since=15)
    make_job("d", deployer=ONE)
    ended("somebody else's", TWO)

    page = get(client, f"/deployers/{ONE}/")

    assert words(page, "now").partition(" Running now those")[0] == (
        "Running now 1 1 queued Burns now 0.550 USD/h 0.396000 NOS/h, 1 job Spent 1.100 USD 0.792000 NOS "
        "In 30 days 0.550 USD 0.396000 NOS Jobs 4 3 in 30 days Success 50.0 % 1 failed of 2 judged "
        "GPU hours 2 h paid for, one GPU a job Last job 15m ago first on 12 Jul 2026"
    )
    assert f'href="/jobs/?deployer={ONE}"' in page
    assert plain(page).count("of all its jobs") == 2
    assert plain(get(client, f"/deployers/{ONE}/", **HTMX)).startswith("Running now 1")
    assert "Spend" not in get(client, f"/deployers/{ONE}/", **HTMX)


def test_page_shows_running_jobs_by_the_time_they_have_left(client: Client) -> None:
    jobs = [
        running("long", since=10),
        running("soon", since=110),
        running("over", since=150, timeout=7200),
        running("unknown", started_at=None),
        running("huge", timeout=9_223_372_036_854_775_807),
    ]
    found = deployer_page(ONE)
    assert found is not None
    left = {row.job.pk: row.left for row in found.running}
    assert left == {
        jobs[3].pk: None,
        jobs[2].pk: -1800.0,
        jobs[1].pk: 600.0,
        jobs[0].pk: 6600.0,
        jobs[4].pk: 9_223_372_036_854_775_807 - 1800.0,
    }
    assert [row.job for row in found.running] == [jobs[3], jobs[2], jobs[1], jobs[0], jobs[4]]
    assert [round(row.share, 3) for row in found.running] == [0.0, 1.0, 0.917, 0.083, 0.0]
    table = rows(get(client, f"/deployers/{ONE}/"))
    assert table[1] == [
        short(jobs[2].pk),
        "ubuntu :24.04",
        "NVIDIA 3090",
        short(address("n")),
        "2h 30m ago",
        "over by 30m 00s",
        "2h 00m",
        "1.100",
    ]
    assert table[2][5:] == ["10m 00s", "2h 00m", "1.008"]


def test_page_shows_markets_and_images_of_the_newest_jobs(client: Client) -> None:
    hostile = "docker.io/<script>\u202ex"
    images, other = [make_image("nginx"), make_image(hostile)], make_market("H100")
    ended("a", image_ids=[images[0].pk])
    ended("b", image_ids=[images[0].pk, images[1].pk], outcome="failed", market=other)
    running("c", image_ids=[images[0].pk])
    ended("not mine", TWO, image_ids=[images[1].pk])

    found = deployer_page(ONE)

    assert found is not None
    facts = [
        [(str(used.entry), used.jobs, used.success) for used in part]
        for part in (found.recent.markets, found.recent.images)
    ]
    assert facts == [[("NVIDIA 3090", 2, 1.0), ("H100", 1, 0.0)], [("nginx", 3, 0.5), (hostile, 1, 0.0)]]
    assert (found.recent.jobs, found.recent.is_capped) == (3, False)
    assert dangers(get(client, f"/deployers/{ONE}/")) == []


def test_page_looks_at_the_newest_jobs_only_for_what_is_used() -> None:
    market, image = make_market(), make_image("nginx")
    ended("old", at=NOON - 100 * DAY, market=make_market("H100"))
    Job.objects.bulk_create(
        Job(
            address=address(f"new {number}"),
            market=market,
            deployer=ONE,
            payer=ONE,
            state=2,
            price=1,
            timeout=1,
            listed_at=NOON - timedelta(minutes=number),
            image_ids=[image.pk],
        )
        for number in range(RECENT)
    )
    found = deployer_page(ONE)
    assert found is not None
    recent = found.recent
    assert (recent.jobs, recent.is_capped, [used.jobs for used in recent.markets]) == (RECENT, True, [RECENT])
    assert recent.since == NOON - timedelta(minutes=RECENT - 1)


def test_charts_are_of_the_days_asked_for(client: Client) -> None:
    ended("a")
    ended("b", at=NOON - 40 * DAY)
    assert "2 completed" in plain(get(client, f"/deployers/{ONE}/?last=90"))
    assert "1 completed" in plain(get(client, f"/deployers/{ONE}/"))
    assert "0.396 NOS" in plain(get(client, f"/deployers/{ONE}/?money=nos"))
    response = client.get(f"/deployers/{ONE}/?per=hour")
    said = "A bar is a day, a week or a month, not “hour”."
    assert (response.status_code, said in plain(response.content.decode())) == (400, True)
    assert client.get(f"/deployers/{ONE}.json?per=hour").json() == {"error": said}


def test_json_says_the_same(client: Client) -> None:
    image = make_image("nginx")
    ended("a", image_ids=[image.pk])
    job = running("c", since=15)
    told = json.loads(get(client, f"/deployers/{ONE}.json"))
    bars = [row for row in told.pop("charts")["rows"] if row["ended"]]
    assert [(row["at"][:10], Decimal(row["usd"]), Decimal(row["nos"])) for row in bars] == [
        ("2026-08-21", Decimal("0.55"), Decimal("0.396"))
    ]
    assert told == {
        "address": ONE,
        "jobs": 2,
        "running": 1,
        "queued": 0,
        "completed": 1,
        "stopped": 0,
        "withdrawn": 0,
        "succeeded": 1,
        "failed": 0,
        "success_share": 1.0,
        "gpu_hours": 1.0,
        "mean_wait_s": 0.0,
        "spent_usd": "0.55",
        "spent_nos": "0.396",
        "spent_usd_30_days": "0.55",
        "spent_nos_30_days": "0.396",
        "fee_percentage": "10",
        "burn": {"jobs": 1, "nos_per_hour": "0.396", "usd_per_hour": "0.55"},
        "running_jobs": [
            {
                "address": job.pk,
                "market": job.market_id,
                "node": address("n"),
                "started_at": "2026-08-21T12:15:00Z",
                "timeout_s": 7200,
                "left_s": 6300,
                "cost_nos": "0.099",
                "cost_usd": "0.1375",
            }
        ],
        "first_listed_on": "2026-08-21",
        "last_listed_at": "2026-08-21T12:15:00Z",
        "recent_jobs": 2,
        "markets": [
            {"address": job.market_id, "jobs": 2, "success_share": 1.0, "last_listed_at": "2026-08-21T12:15:00Z"}
        ],
        "images": [{"reference": "nginx", "jobs": 1, "success_share": 1.0, "last_listed_at": "2026-08-21T11:00:00Z"}],
    }


def test_pages_of_no_deployer(client: Client) -> None:
    for path in (f"/deployers/{ONE}/", "/deployers/nonsense/", "/deployers/%3Cscript%3E/"):
        response = client.get(path)
        assert (response.status_code, dangers(response.content.decode())) == (404, [])
    assert client.get(f"/deployers/{ONE}.json").json() == {
        "error": f"No job of a deployer {ONE} is known here. Older jobs are read in the background."
    }


def test_page_takes_as_many_queries_whatever_there_is(client: Client) -> None:
    running("a", image_ids=[make_image("image").pk])
    few = queries(client, f"/deployers/{ONE}/")
    for number in range(8):
        market, image = make_market(f"market {number}"), make_image(f"image {number}")
        running(f"r{number}", market=market, image_ids=[image.pk], node=address(number))
        ended(f"e{number}", market=market, at=NOON - number * DAY)
    assert queries(client, f"/deployers/{ONE}/") == few
