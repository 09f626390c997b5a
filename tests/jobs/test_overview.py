from __future__ import annotations

import html
import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from explorer import money
from explorer.formats import nos, usd
from jobs.models import Job
from jobs.selectors import ended, overview
from markets.choices import QueueType
from tests.jobs.factories import NOON, address, make_job, make_market
from tests.jobs.pages import words
from tests.markets.pages import HTMX, get, plain, queries, rows

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be 12:30 on the day of the tests, so that "today" began long ago."""
    monkeypatch.setattr(timezone, "now", lambda: NOON + HOUR / 2)


def finished(
    name: str,
    *,
    ended_at: datetime = NOON,
    seconds: int = 3600,
    outcome: str = "success",
    state: int = 2,
    **facts: Any,
) -> Job:
    start = ended_at - timedelta(seconds=seconds)
    times = {"listed_at": start, "started_at": start, "ended_at": ended_at}
    return make_job(name, state=state, outcome=outcome, node=address("node"), **times, **facts)


def running(name: str, *, node: str = "node", since: datetime = NOON, **facts: Any) -> Job:
    return make_job(name, state=1, node=address(node), started_at=since, **facts)


def readout(page: str) -> list[str]:
    inner = page.partition('id="readout"')[2].partition("</dl>")[0]
    return [plain(part) for part in re.findall(r"<div>(.*?)</div>", inner, re.S)]


def table(page: str, heading: str) -> list[list[str]]:
    return rows(page.partition(f'id="{heading}"')[2])


def test_live_counts_what_waits_and_runs() -> None:
    make_job("first", listed_at=NOON - HOUR)
    make_job("second")
    make_job("withdrawn", listed_at=NOON - 5 * HOUR, delisted_at=NOON)
    running("a")
    running("b")
    running("c", node="other", since=NOON - 24 * HOUR)

    live = overview.live()

    assert (live.queued, live.longest_wait, live.running, live.nodes) == (2, 1.5 * HOUR, 3, 2)
    assert live.gpu_hours == 0.5 + 0.5 + 12.5


def test_live_counts_what_ended_today() -> None:
    finished("good")
    finished("bad", outcome="failed")
    finished("unjudged", outcome="")
    finished("stopped", state=3, outcome="")
    finished("over midnight", ended_at=NOON - 11 * HOUR, seconds=7200)
    finished("yesterday", ended_at=NOON - 13 * HOUR, outcome="failed")

    live = overview.live()

    assert (live.completed, live.succeeded, live.failed, live.unknown) == (3, 2, 1, 2)
    assert (live.success_share, live.gpu_hours) == (2 / 3, 5.0)


def test_every_figure_is_that_of_the_list_it_leads_to(client: Client) -> None:
    for number in range(2):
        make_job(f"q {number}")
    make_job("withdrawn", delisted_at=NOON)
    for number in range(3):
        running(f"r {number}")
    for number in range(4):
        finished(f"good {number}")
    for number in range(5):
        finished(f"bad {number}", outcome="failed", state=2 + number % 2)
    for number in range(6):
        finished(f"unjudged {number}", outcome="", state=2 + number % 2)
    for outcome in ("success", "failed", ""):
        finished(f"yesterday {outcome}", ended_at=NOON - 13 * HOUR, outcome=outcome)
        finished(f"at midnight {outcome}", ended_at=NOON - 12 * HOUR, outcome=outcome)

    live = get(client, "/").partition('id="readout"')[2].partition("</dl>")[0]

    links = [(html.unescape(url), plain(inner)) for url, inner in re.findall(r'href="([^"]*)"[^>]*>(.*?)</a>', live)]
    assert links == [
        ("/jobs/?state=queued", "Queued"),
        ("/jobs/?state=running", "Running"),
        ("/jobs/?ended_from=2026-08-21&outcome=success", "Succeeded today"),
        ("/jobs/?ended_from=2026-08-21&outcome=unknown", "7 not known"),
        ("/jobs/?ended_from=2026-08-21&outcome=failed", "Failed today"),
    ]
    assert len(set(re.findall(r'<a [^>]*id="([^"]*)"', live))) == len(links)  # by which htmx keeps the focus in a poll
    told = [part.split() for part in readout(get(client, "/"))]
    figures = [told[0][1], told[1][1], told[2][2], told[2][8], told[3][2]]
    assert figures == [words(get(client, url), "total").split()[0] for url, _ in links] == ["2", "3", "5", "7", "6"]


def test_live_without_jobs_leaves_out_what_has_no_source() -> None:
    assert overview.live() == overview.Live(
        queued=0,
        longest_wait=None,
        running=0,
        nodes=0,
        day=NOON.date(),
        completed=0,
        succeeded=0,
        failed=0,
        unknown=0,
        success_share=None,
        gpu_hours=0.0,
        spent_nos=None,
        spent_usd=None,
    )


def test_spending_is_that_of_the_money_module() -> None:
    cheap = make_market("cheap", network_fee_percentage=None)
    finished("plain", price=115, seconds=3601, timeout=7200)
    finished("over its timeout", price=230, seconds=9000, timeout=7200, market=cheap)
    finished("ended before it started", seconds=-60)
    finished("without a rate", usd_reward_per_hour=None, seconds=100)
    make_job("never started", state=3, ended_at=NOON)
    costs = [
        money.cost(
            price=job.price,
            seconds=money.paid_seconds(started_at=job.started_at, ended_at=job.ended_at, timeout=job.timeout),
            usd_per_hour=job.usd_reward_per_hour,
            fee_percentage=job.market.network_fee_percentage,
        )
        for job in Job.objects.select_related("market")
    ]

    live = overview.live()

    assert live.spent_nos
    assert live.spent_usd
    assert nos(live.spent_nos) == nos(sum((cost.total_nos for cost in costs), Decimal()))
    assert usd(live.spent_usd) == usd(sum((cost.total_usd or Decimal() for cost in costs), Decimal()))


def test_ended_jobs_are_counted_by_hour() -> None:
    finished("a", ended_at=NOON)
    finished("b", ended_at=NOON - timedelta(seconds=1))
    finished("c", ended_at=NOON - HOUR, outcome="failed")
    finished("d", ended_at=NOON - HOUR, state=3, outcome="")
    finished("oldest", ended_at=NOON - 23 * HOUR, outcome="")
    finished("too old", ended_at=NOON - 23 * HOUR - timedelta(seconds=1))

    found = ended.ended_jobs(ended.RANGES[0])

    assert [len(found.bins), found.bins[0], *found.bins[-2:]] == [
        24,
        ended.Bin(NOON - 23 * HOUR, 1, 0, 0),
        ended.Bin(NOON - HOUR, 1, 1, 1),
        ended.Bin(NOON, 1, 0, 0),
    ]
    assert sum(row.total for row in found.bins) == 5


@pytest.mark.parametrize(("hours", "bins"), [("24", 24), ("48", 48), ("168", 56), ("720", 60)])
def test_every_range_ends_now_and_begins_as_long_ago_as_it_says(hours: str, bins: int) -> None:
    asked = ended.range_of(hours)
    assert asked

    found = ended.ended_jobs(asked)

    step = timedelta(hours=asked.bar_hours)
    assert len(found.bins) == bins
    assert found.bins[-1].at <= timezone.now() < found.bins[-1].at + step
    assert found.bins[-1].at + step - found.bins[0].at == timedelta(hours=asked.hours)
    assert {row.at.hour % asked.bar_hours for row in found.bins} == {0}


def test_chart_says_in_words_what_it_shows(client: Client) -> None:
    finished("a")
    finished("b", outcome="failed")

    page = get(client, "/?hours=24")

    assert (
        'aria-label="Jobs that ended, per hour over 24 h: 1 completed without a failed op, 0 stopped, '
        '1 failed, at most 2 at once"' in page
    )
    assert "<title>Fri 21 Aug, 12:00 UTC: 1 completed, 0 stopped, 1 failed</title>" in page
    assert table(page, "h-ended")[:2] == [
        ["21 Aug 2026, 12:00 UTC", "1", "0", "1", "2"],
        ["21 Aug 2026, 11:00 UTC", "0", "0", "0", "0"],
    ]


def test_range_that_is_not_there_is_refused(client: Client) -> None:
    response = client.get("/?hours=<3>")

    assert response.status_code == 400
    assert "The chart's range is one of 24, 48, 168 and 720 hours." in plain(response.content.decode())


def test_newest_jobs_are_ordered_by_listing_whatever_their_state() -> None:
    make_job("queued", listed_at=NOON - 2 * HOUR)
    running("running", since=NOON, listed_at=NOON)
    finished("finished", ended_at=NOON, seconds=3600)
    make_job("withdrawn", delisted_at=NOON)
    for number in range(10):
        finished(f"old {number}", ended_at=NOON - 30 * HOUR)

    newest = overview.newest_jobs()

    assert [job.address for job in newest[:3]] == [address(name) for name in ("running", "finished", "queued")]
    assert len(newest) == 8


def test_overview_shows_the_figures(client: Client) -> None:
    make_job("queued", listed_at=NOON - HOUR)
    running("running")
    finished("good", seconds=7200)
    finished("bad", outcome="failed", price=0, usd_reward_per_hour=0)

    assert readout(get(client, "/")) == [
        "Queued 1 job longest for 1h 30m",
        "Running 1 job on 1 node",
        "Succeeded today 1 50.0 % of 2",
        "Failed today 1 an op ended badly",
        "GPU hours today 4 h one GPU a job",
        "Spent today 0.199 USD 0.799920 NOS, with fee",
    ]


def test_overview_shows_the_busiest_markets_first(client: Client) -> None:
    quiet = make_market("Quiet", lowest_vram_gb=24, queue_type=QueueType.NODES, queue=[address("n")])
    busy = make_market("Busy", queue_type=QueueType.JOBS, queue=[address("q1"), address("q2")])
    running("a", market=busy)
    finished("b", market=busy, outcome="failed")
    finished("c", market=busy)
    finished("d", market=quiet, outcome="")

    assert table(get(client, "/"), "h-markets") == [
        ["Busy", "–", "0.0906", "1", "2 waiting", "50.0 % of 2"],
        ["Quiet", "24 GB", "0.0906", "0", "1 free", "–"],
    ]


def test_overview_shows_the_newest_jobs(client: Client) -> None:
    job = make_job("new", listed_at=NOON - timedelta(minutes=3))

    page = get(client, "/")

    assert table(page, "h-newest") == [
        ["Queued", f"{job.pk[:4]} … {job.pk[-4:]}", "ubuntu :24.04", "NVIDIA 3090", "33m ago"]
    ]
    assert f'href="/jobs/{job.pk}/"' in page


def test_overview_without_anything_says_so(client: Client) -> None:
    page = plain(get(client, "/"))

    assert "No job ended in this time A longer range may have some" in page
    assert "No markets yet They appear within a minute" in page
    assert "No jobs yet Jobs appear here as soon as" in page


def test_poll_gets_figures_and_newest_jobs_and_costs_only_those(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    running("a")
    get(client, "/", **HTMX)

    with django_assert_num_queries(4):
        fragment = get(client, "/", **HTMX)

    assert fragment.strip().startswith('<dl class="readout" id="readout" data-poll hx-get="/"')
    assert '<section class="panel" id="newest" data-still hx-swap-oob="true"' in fragment
    assert "h-markets" not in fragment


def test_overview_takes_the_same_queries_however_much_there_is(client: Client) -> None:
    def fill(name: str) -> None:
        market = make_market(name)
        for number in range(10):
            make_job(f"q {name} {number}", market=market)
            running(f"r {name} {number}", market=market)
            finished(f"f {name} {number}", market=market)

    fill("one")
    few = queries(client, "/")
    fill("two")

    assert (few, queries(client, "/")) == (10, 10)


def test_hostile_text_is_inert(client: Client) -> None:
    market = make_market("<script>alert(1)</script>\u202e", queue_type=None)
    running("a", market=market, image="<img src=x onerror=alert(1)>" + "A" * 5000)

    page = get(client, "/")

    assert ("<script>alert" in page, "<img src" in page, "\u202e" in page) == (False, False, False)
    assert html.escape("<script>alert(1)</script>[U+202E]") in page
