"""The list of jobs."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from jobs.models import Job
from markets.choices import QueueType
from markets.models import Market
from tests.jobs.factories import address, make_job, make_market
from tests.jobs.pages import dangers, part, rows, words
from tests.markets.pages import HTMX, get, plain, queries, short

pytestmark = pytest.mark.django_db

HOSTILE = "<script>alert(1)</script>\"'\u202ejavascript:alert(1)\x07" + "A" * 2000
UNKNOWN_ADDRESS = address("nobody")


def ago(**span: float) -> Any:
    return timezone.now() - timedelta(**span)


def finished(name: object, minutes: float = 60, **facts: Any) -> Job:
    """Create a job that was listed `minutes` ago, waited 30 s and ran for ten minutes."""
    listed_at = ago(minutes=minutes)
    times = {"listed_at": listed_at, "started_at": listed_at + timedelta(seconds=30)}
    times["ended_at"] = times["started_at"] + timedelta(minutes=10)
    return make_job(name, **{"state": 2, "outcome": "success", "node": address("node"), **times, **facts})


def names(page: str) -> list[str]:
    """Return the second column: the jobs of the page."""
    return [row[2] if row[0] == "---" else row[1] for row in rows(page)]


def shorts(*jobs: Job) -> list[str]:
    return [short(job.address) for job in jobs]


def test_list_shows_every_figure_queued_first_then_running_then_finished(client: Client) -> None:
    queued = make_job("q", listed_at=ago(minutes=3.5), image="docker.io/nosana/whisper:cuda-check", op_count=3)
    make_job("behind", listed_at=ago(minutes=9.5), usd_reward_per_hour=None, image="")
    other = make_market("A100 80GB", network_fee_percentage=None)
    make_job("gone", market=other, delisted_at=ago(minutes=1), listed_at=ago(minutes=2))
    running = {"state": 1, "node": address("node"), "listed_at": ago(minutes=95.5)}
    make_job("r", market=other, started_at=ago(minutes=90.5), timeout=3600, **running)
    finished("f", 120.5, outcome="failed", deployer=address("other"))
    finished("s", 60.5, state=3, started_at=None, ended_at=None, node="")
    Market.objects.filter(pk=queued.market_id).update(queue_type=QueueType.JOBS, queue=["x", queued.address])

    page = get(client, "/jobs/")

    node, deployer = short(address("node")), short(address("deployer"))
    q, behind, r, f, s = (short(address(name)) for name in ("q", "behind", "r", "f", "s"))
    assert rows(page) == [
        # 0.0906 USD/h × 2 h + 10 %
        ["Queued", q, "nosana/whisper :cuda-check +2 ops", "NVIDIA 3090", "queue, 2 of 2", deployer]
        + ["3m ago", "–", "≤ 0.1993"],
        # 101 micro-NOS × 7,200 s + 10 %
        ["Queued", behind, "–", "NVIDIA 3090", "–", deployer, "9m ago", "–", "≤ 0.799920 NOS"],
        # paid for its timeout, an hour, although it still runs
        ["---", "Running", r, "ubuntu :24.04", "A100 80GB", node, deployer, "1h 35m ago", "1h 30m", "0.0997"],
        ["---", "Stopped", s, "ubuntu :24.04", "NVIDIA 3090", "–", deployer, "1h 00m ago", "–", "–"],
        ["Failed", f, "ubuntu :24.04", "NVIDIA 3090", node, short(address("other")), "2h 00m ago"]
        + ["10m 00s", "0.0166"],
    ]
    assert words(page, "total") == "5 match, without 1 withdrawn"
    assert dangers(page) == []


def test_time_of_a_running_job_is_metered_against_its_timeout(client: Client) -> None:
    make_job("r", state=1, node=address("node"), started_at=ago(minutes=30), timeout=3600)

    assert 'class="meter-on" width="16.0"' in part(get(client, "/jobs/"), f"r-{address('r')[:12]}")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["q", "r", "new", "old", "s"]),
        ("?state=queued", ["q"]),
        ("?state=running&state=stopped", ["r", "s"]),
        ("?state=completed", ["new", "old"]),
        ("?state=withdrawn", ["w"]),
        ("?state=withdrawn&state=queued", ["q", "w"]),
        ("?outcome=failed", ["old"]),
        ("?outcome=success", ["new"]),
        ("?outcome=unknown", ["s"]),
        (f"?market={address('H100')}", ["new", "s"]),
        (f"?node={address('n2')}", ["r", "old"]),
        (f"?deployer={address('d2')}", ["q", "new"]),
        (f"?deployer={address('d2')}&market={address('H100')}&state=completed&outcome=success", ["new"]),
        (f"?market={UNKNOWN_ADDRESS}", []),
        ("?nonsense=1", ["q", "r", "new", "old", "s"]),
        ("?market=h100", ["new", "s"]),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_filters_combine(client: Client, query: str, expected: list[str], headers: dict[str, str]) -> None:
    make_job("q", deployer=address("d2"), listed_at=ago(minutes=1))
    make_job("w", delisted_at=ago(minutes=1), listed_at=ago(minutes=2))
    make_job("r", state=1, node=address("n2"), listed_at=ago(minutes=3))
    finished("new", 60, market=make_market("H100"), deployer=address("d2"))
    finished("old", 90, outcome="failed", node=address("n2"))
    finished("s", 120, state=3, outcome="", market=make_market("H100"))

    page = get(client, f"/jobs/{query}", **headers)

    assert names(page) == [short(address(name)) for name in expected]
    assert words(page, "total").removesuffix(", without 1 withdrawn") == f"{len(expected)} match"
    assert page.lstrip().startswith("<!doctype html>") == (not headers)


def test_address_of_a_form_without_javascript_becomes_the_canonical_one(client: Client) -> None:
    response = client.get(f"/jobs/?state=stopped&state=queued&outcome=&market={address('b')}&q=&market={address('a')}")

    markets = "&".join(sorted(f"market={address(name)}" for name in "ab"))
    assert (response.status_code, response["Location"]) == (302, f"/jobs/?{markets}&state=queued&state=stopped")
    assert client.get("/jobs/?state=&x=")["Location"] == "/jobs/"


def test_no_link_ends_in_a_bare_question_mark(client: Client) -> None:
    make_job("q")

    for url in ("/jobs/", "/jobs/?state=queued", "/jobs/?sort=-price", "/jobs/facets/", "/jobs/export/"):
        assert re.findall(r'"[^"]*\?"', get(client, url)) == []
    with_poll = get(client, news_url(get(client, "/jobs/")), **HTMX)
    assert 'hx-get="/jobs/news/?since=' in with_poll
    assert re.findall(r'"[^"]*\?"', with_poll) == []


@pytest.mark.parametrize(
    ("query", "told"), [("", "Jobs"), ("?state=running&q=%3Cb%3E", "Jobs: Running, &lt;b&gt;"), ("?state=x", "Jobs")]
)
def test_title_follows_the_filter(client: Client, query: str, told: str) -> None:
    whole = client.get(f"/jobs/{query}").content.decode()
    change = client.get(f"/jobs/{query}", headers=HTMX).content.decode()

    title = f"<title>{told} · Nosana explorer</title>"
    assert title in whole
    assert change.lstrip().startswith(title)  # htmx takes it from nowhere but the top of an answer


def test_order_is_told_of_a_list_alone(client: Client) -> None:
    by_duration = get(client, "/jobs/?sort=-duration")

    assert "Longest first · back to queued first" in words(by_duration, "list")
    assert "Queued first, then newest" in words(get(client, "/jobs/"), "list")
    assert "queued first" not in get(client, "/jobs/facets/?sort=-duration").lower()
    assert "queued first" not in get(client, "/jobs/facets/").lower()


@pytest.mark.parametrize(
    ("query", "is_asked"),
    [
        ("", False),
        ("?state=running", True),
        ("?outcome=failed", True),
        (f"?market={address('H100')}", False),
        ("?trigger=api", True),
        ("?price_min=1", True),
    ],
)
def test_counts_that_are_not_there_are_asked_for(client: Client, query: str, is_asked: bool) -> None:
    make_job("q", market=make_market("H100"))
    page = get(client, f"/jobs/{query}")

    places = ("n-state-queued", "n-outcome-failed", f"n-market-{address('H100')[:8]}")
    assert all(re.search(rf'id="{place}">\d', page) for place in places) is not is_asked
    assert (re.findall(r'hx-get="/jobs/facets/[^"]*" hx-trigger="(\w+)', page) == ["load"]) is is_asked


def test_page_names_the_canonical_address(client: Client) -> None:
    page = get(client, "/jobs/?state=stopped&state=queued&utm=1&columns=ran,market&at=2026-08-21")

    assert '<link rel="canonical" href="/jobs/?columns=market%2Cran&amp;state=queued&amp;state=stopped">' in page


def test_counts_come_from_the_sums(client: Client) -> None:
    make_job("q")
    make_job("w", delisted_at=ago(minutes=1))
    for number in range(3):
        finished(number, market=make_market("H100"), outcome="failed")

    everything = get(client, "/jobs/")
    page = get(client, f"/jobs/?state=queued&market={address('H100')}")

    names = ("queued", "running", "completed", "stopped", "withdrawn")
    assert [words(everything, f"n-state-{name}") for name in names] == ["1", "0", "3", "0", "1"]
    assert words(everything, "n-outcome-failed") == "3"
    assert [words(page, f"n-state-{name}") for name in names] == ["0", "0", "3", "0", "0"]
    assert words(page, "total") == "0 match"


def test_total_that_no_sum_has_is_counted_apart(client: Client) -> None:
    for number in range(51):
        finished(number, number + 60, trigger="api")

    assert words(get(client, "/jobs/?market=nvidia-3090"), "total") == "51 match"
    assert words(get(client, "/jobs/?trigger=api"), "total") == "51 match"
    page = get(client, "/jobs/?price_min=0.1")
    assert part(page, "total") == '<a rel="nofollow" href="/jobs/facets/?price_min=0.1">Count them</a>'
    assert words(get(client, "/jobs/facets/?trigger=api", **HTMX), "total") == "51 match"


def test_active_filters_are_chips_that_lead_to_the_list_without_them(client: Client) -> None:
    market = make_market("H100").address
    page = get(client, f"/jobs/?state=queued&market={market}&state=stopped&outcome=failed")

    chips = part(page, "list").partition("</div>")[0]
    links = re.findall(r'<a[^>]* href="([^"]*)"', chips)
    assert [link.replace("&amp;", "&") for link in links] == [
        f"/jobs/?market={market}&outcome=failed&state=stopped",
        f"/jobs/?market={market}&outcome=failed&state=queued",
        f"/jobs/?market={market}&state=queued&state=stopped",
        "/jobs/?outcome=failed&state=queued&state=stopped",
        "/jobs/",
    ]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("state=dreaming", "A job is queued, running, completed, stopped or withdrawn, not “dreaming”."),
        ("outcome=maybe", "An outcome is success, failed or unknown, not “maybe”."),
        ("node=xyz", "“xyz” is not the address of a node: those have 32 to 44 letters and digits."),
        ("deployer=0OIl", "“0OIl” is not the address of a deployer: those have 32 to 44 letters and digits."),
        ("market=nvidia-3090", "“nvidia-3090” is neither the address nor the slug of a market."),
        ("market=%7f%1b", "“␡␛” is neither the address nor the slug of a market."),
        ("node=" + "x" * 300, "Ensure this value has at most 200 characters (it has 300)."),
    ],
)
@pytest.mark.parametrize(("headers", "status"), [({}, 400), (HTMX, 422)])
def test_values_that_cannot_be_used_are_named(
    client: Client, query: str, sentence: str, headers: dict[str, str], status: int
) -> None:
    response = client.get(f"/jobs/?{query}", headers=headers)
    page = response.content.decode()

    assert response.status_code == status
    assert plain(page.partition('role="alert">')[2].partition("</p>")[0]) == sentence
    assert dangers(page) == []


def test_pages_lead_through_the_whole_list_and_back(client: Client) -> None:
    made = [finished(number, number + 60) for number in range(120)]
    page, seen = get(client, "/jobs/?outcome=success"), []
    while True:
        seen.append(names(page))
        older = page.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
        if not older:
            break
        assert older.startswith("?outcome=success&after=")
        page = get(client, f"/jobs/{older}")

    assert [len(part) for part in seen] == [50, 50, 20]
    assert sum(seen, []) == shorts(*made)
    newer = page.partition('rel="prev" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert names(get(client, f"/jobs/{newer}", **HTMX)) == seen[1]


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_damaged_position_is_said(client: Client, headers: dict[str, str]) -> None:
    response = client.get("/jobs/?after=nonsense", headers=headers)

    assert response.status_code == 400
    assert "This page&#x27;s address is damaged: its position in the list cannot be read." in response.content.decode()


def test_list_says_why_it_is_empty(client: Client) -> None:
    assert "No jobs yet Jobs appear as soon as" in words(get(client, "/jobs/"), "list")
    assert "No job matches" in words(get(client, "/jobs/?state=queued"), "list")
    beyond = get(client, "/jobs/?state=stopped")
    assert "news" in beyond


def test_filter_pushes_its_own_address(client: Client) -> None:
    response = client.get("/jobs/?state=queued&market=&outcome=&node=", headers={**HTMX, "HX-Trigger": "filter"})

    assert response["HX-Push-Url"] == "/jobs/?state=queued"
    assert "HX-Request" in response["Vary"]


def test_change_of_the_filter_sends_only_what_it_changes(client: Client) -> None:
    make_job("q")
    whole = get(client, "/jobs/?state=queued")
    change = get(client, "/jobs/?state=queued", **HTMX, **{"HX-Trigger": "filter"})

    assert part(whole, "columns-of") == part(change, "columns-of").replace(' hx-swap-oob="true"', "")
    assert '<input type="hidden" name="state" value="queued">' in part(change, "columns-of")
    assert 'href="/jobs/export.csv?state=queued"' in part(change, "tools")
    assert [page.count('type="checkbox" name="columns"') for page in (whole, change)] == [13, 0]
    assert "data-copy" not in whole  # site.js makes these buttons, which would do nothing without it


@pytest.mark.parametrize(
    ("query", "css"),
    [("", "wide"), ("?sort=-listed", "wide"), ("?sort=-ended", "wide own"), ("?columns=listed", "wide own")],
)
def test_columns_of_ones_own_are_never_hidden_but_scrolled_to(client: Client, query: str, css: str) -> None:
    make_job("q")

    assert f'<div class="{css}" tabindex="0" role="region"' in get(client, f"/jobs/{query}")


def test_folded_fields_of_the_filter_open_with_a_value_and_forget_it(client: Client) -> None:
    node = address("n")
    folded = get(client, "/jobs/")
    unfolded = get(client, f"/jobs/?node={node}")

    assert f'id="node" value="{node}"' in unfolded
    assert unfolded.count('<details class="facet" open>') == folded.count('<details class="facet" open>') + 1
    assert node not in get(client, "/jobs/?state=queued")
    assert 'id="node" value=""' in folded


@pytest.mark.parametrize(("name", "missing"), [("market", "Market"), ("node", "Node"), ("deployer", "Deployer")])
def test_embedded_list_is_a_bare_table_without_what_all_rows_share(client: Client, name: str, missing: str) -> None:
    market = make_market("H100")
    value = {"market": market.address, "node": address("node"), "deployer": address("deployer")}[name]
    made = [finished(number, number + 60, market=market) for number in range(12)]

    page = get(client, f"/jobs/?{name}={value}&view=embed", **HTMX)

    assert names(page) == shorts(*made[:10])
    heads = [part.partition(">")[2].partition("<")[0] for part in page.split("<th ")[1:10]]
    usual = ["State", "Job", "Runs", "Market", "Node", "Deployer", "Listed", "Ran", "Cost, USD"]
    assert heads[:8] == [head for head in usual if head != missing]
    assert "pager" not in page
    assert 'id="news"' not in page
    assert get(client, f"/jobs/?{name}={value}&view=embed").lstrip().startswith("<!doctype html>")


def test_embedded_list_without_jobs_says_so(client: Client) -> None:
    assert "No jobs yet" in get(client, f"/jobs/?market={UNKNOWN_ADDRESS}&view=embed", **HTMX)


def news_url(page: str) -> str:
    """Return what the live bar asks for, with the rows that it finds on the page."""
    url = page.partition('data-poll hx-get="/jobs/news/')[2].partition('"')[0].replace("&amp;", "&")
    assert url
    shown = re.findall(r'<input type="hidden" name="shown" value="(\w+)">', page)
    return "&".join([f"/jobs/news/{url}", *(f"shown={address}" for address in shown)])


def test_news_are_counted_and_nothing_moves(client: Client) -> None:
    finished("old", 60)
    waiting = make_job("q", listed_at=ago(minutes=2))
    page = get(client, "/jobs/?state=queued&state=running&state=completed")
    poll = news_url(page)
    assert words(page, "news") == "No new jobs Pause updates"
    assert words(get(client, poll, **HTMX), "news") == "No new jobs Pause updates"

    make_job("first", listed_at=ago(seconds=5))
    assert words(get(client, poll, **HTMX), "news") == "1 new job – show Pause updates"
    make_job("second", state=1, listed_at=ago(seconds=4))
    make_job("other state", state=3, listed_at=ago(seconds=4))
    finished("older, read just now", 90)
    Job.objects.filter(pk=waiting.pk).update(state=1, node=address("node"), started_at=ago(minutes=1))
    answer = get(client, poll, **HTMX)

    assert words(answer, "news") == "2 new jobs – show Pause updates"
    assert "/jobs/?state=queued&amp;state=running&amp;state=completed" in part(answer, "news")
    assert [words(answer, f"{cell}-{waiting.pk[:12]}") for cell in "swr"] == [
        "Running",
        short(address("node")),
        "1m 00s",
    ]
    assert "<tr" not in answer


def test_news_ask_for_unfinished_rows_until_they_are_finished(client: Client) -> None:
    finished("f", 60)
    q, r = make_job("q", listed_at=ago(minutes=2)), make_job("r", state=1, listed_at=ago(minutes=2))
    poll = news_url(get(client, "/jobs/"))
    assert poll.endswith(f"shown={q.pk}&shown={r.pk}")

    Job.objects.filter(pk=r.pk).update(state=2, outcome="failed")
    answer = get(client, poll, **HTMX)
    assert words(answer, f"s-{r.pk[:12]}") == "Failed"
    assert re.findall(r'name="shown" value="(\w+)"', answer) == [q.pk]


def test_news_can_be_paused(client: Client) -> None:
    make_job("q")
    poll = news_url(get(client, "/jobs/"))
    paused = get(client, f"{poll}&paused=on", **HTMX)

    assert words(paused, "news") == "Updates are paused Resume updates"
    assert "every 10s" not in paused


@pytest.mark.parametrize("sort", ["", "?sort=listed", "?sort=-price"])
def test_a_job_of_the_far_future_neither_ends_news_nor_is_news_for_ever(client: Client, sort: str) -> None:
    make_job("future", listed_at=ago(days=-4000))
    for number in range(51):
        make_job(number, listed_at=ago(minutes=60 - number), price=60 - number)
    poll = news_url(get(client, f"/jobs/{sort}"))

    assert words(get(client, poll, **HTMX), "news") == "No new jobs Pause updates"
    make_job("new", listed_at=ago(minutes=1))
    assert words(get(client, poll, **HTMX), "news").startswith("1 new job")


def test_news_are_for_the_first_page_only(client: Client) -> None:
    for number in range(51):
        finished(number, number + 60)
    page = get(client, "/jobs/")
    older = page.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")

    assert 'id="news"' in page
    assert 'id="news"' not in get(client, f"/jobs/{older}")


def test_news_without_htmx_lead_to_the_list(client: Client) -> None:
    response = client.get("/jobs/news/?state=queued&since=x&shown=y&paused=on")

    assert (response.status_code, response["Location"]) == (302, "/jobs/?state=queued")


@pytest.mark.parametrize(
    "since",
    [
        "",
        "x",
        "2026-08-21",
        "2026-08-21T12:00:00",
        "2026-99-21T12:00:00%2B00:00",
        "9999-12-31T23:59:59-23:00",
        "0001-01-01T00:00:00%2B23:00",
    ],
)
def test_news_since_no_time_are_refused(client: Client, since: str) -> None:
    assert client.get(f"/jobs/news/?since={since}", headers=HTMX).status_code == 400


def fill(start: int, count: int) -> None:
    for number in range(start, start + count):
        state = number % 4
        facts: dict[str, Any] = {
            "state": state,
            "market": make_market(f"GPU {number % 7}"),
            "listed_at": ago(minutes=number),
        }
        make_job(number, **facts, **({"node": address(number), "started_at": ago(minutes=number)} if state else {}))


@pytest.mark.parametrize(
    "url",
    ["/jobs/", "/jobs/?state=queued&state=completed&outcome=unknown", f"/jobs/?market={address('GPU 1')}"],
)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_queries_stay_the_same_with_more_rows(client: Client, url: str, headers: dict[str, str]) -> None:
    fill(0, 8)
    before = queries(client, url)
    fill(8, 40)

    assert queries(client, url) == before <= 10


def test_list_and_its_poll_are_few_queries(client: Client, django_assert_num_queries: Any) -> None:
    fill(0, 12)
    # The frame's sync, markets, two sums, the newest listing; rows within their time: two savepoints, the settings.
    with django_assert_num_queries(9):
        page = get(client, "/jobs/")
    with django_assert_num_queries(6):  # the count within its time, changed rows, markets
        get(client, news_url(page), **HTMX)
    with django_assert_num_queries(5):
        get(client, f"/jobs/?market={address('GPU 1')}&view=embed", **HTMX)


def test_hostile_text_is_inert(client: Client) -> None:
    market = make_market("evil", name=HOSTILE[:200], slug=HOSTILE[:100])
    make_job("evil", market=market, image=HOSTILE, trigger=HOSTILE[:100], listed_at=ago(minutes=2))

    for url in ("/jobs/", f"/jobs/?market={market.pk}", "/jobs/?node=%3Cscript%3E&deployer=%22onload%3D%E2%80%AE"):
        for headers in ({}, HTMX):
            page = client.get(url, headers=headers).content.decode()
            assert dangers(page) == []
            assert len(page) < 40_000
