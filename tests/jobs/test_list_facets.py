"""The counts of what the job list can be filtered by."""

from __future__ import annotations

import html
import zlib
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.core.cache import cache
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from explorer.database.along import along
from explorer.paging import Count, write_cursor
from jobs.forms import filter_of
from jobs.selectors import export, listing
from jobs.selectors.listing import reading
from jobs.selectors.listing.boxes import Manner
from jobs.selectors.listing.values import LABELS
from markets.models import Image, Market
from tests.jobs.factories import NOON, address, make_definition, make_job, make_market
from tests.jobs.lists import wanted_of
from tests.jobs.pages import dangers, part, rows, words
from tests.markets.pages import HTMX, get, plain

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_remembered")]


def facets(query: str) -> dict[str, Any]:
    """Return what each facet counts, by value; None where it was cut off."""
    form = filter_of(QueryDict(query))
    assert form.is_valid()
    found = listing.facets(form.wanted, listing.markets()).facets
    return {
        facet.name: None
        if facet.is_cut
        else {one.label: one.count for one in facet.choices if one.count and one.count.number}
        for facet in found
    }


@pytest.fixture
def jobs() -> None:
    """Create four jobs: three of one market, two that failed, two images."""
    image = Image.objects.create(reference="ubuntu", registry="docker.io", repository="library/ubuntu", tag="latest")
    other = Image.objects.create(reference="<b>", registry="", repository="")
    over = {"state": 2, "listed_at": NOON, "started_at": NOON, "ended_at": NOON + timedelta(minutes=9)}
    make_job("a", image_ids=[image.pk], op_types=["container/run"])
    make_job("b", outcome="failed", image_ids=[image.pk, other.pk], trigger="api", **over)
    make_job("c", outcome="failed", market=make_market("H100"), **over)
    make_job("d", outcome="", **over)


def exactly(**numbers: int) -> dict[str, Count]:
    return {name: Count(number, is_capped=False) for name, number in numbers.items()}


def test_facets_count_what_the_other_filters_leave(jobs: None) -> None:
    markets = {"NVIDIA 3090": Count(3, is_capped=False), "H100": Count(1, is_capped=False)}
    images = {"ubuntu": Count(2, is_capped=False), "<b>": Count(1, is_capped=False)}
    op_types = {"container/run": Count(1, is_capped=False)}

    assert facets("") == {
        "state": exactly(Queued=1, Completed=3),
        "outcome": {"An op failed": Count(2, is_capped=False), "Not known": Count(1, is_capped=False)},
        "market": markets,
        "image": images,
        "op_type": op_types,
        "trigger": exactly(cli=3, api=1),
    }
    assert facets("state=completed&trigger=cli") == {
        "state": exactly(Queued=1, Completed=2),
        "outcome": {"An op failed": Count(1, is_capped=False), "Not known": Count(1, is_capped=False)},
        "market": {"NVIDIA 3090": Count(1, is_capped=False), "H100": Count(1, is_capped=False)},
        "image": {},
        "op_type": {},
        "trigger": exactly(cli=2, api=1),
    }


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", 2),
        ("trigger=api", 1),
        ("price_min=0.1", 2),
        ("price_min=0.1&state=queued", 2),
        ("price_min=0.1&outcome=failed", 0),
        ("price_min=0.1&trigger=api", 1),
        ("q=python", 1),
        ("q=python&state=running&trigger=cli", 0),
        ("q=zzzunheard", 0),
    ],
)
def test_withdrawn_jobs_are_counted_by_the_sums_by_kinds_and_else_apart(
    jobs: None, few: None, query: str, expected: int
) -> None:
    make_job("w", state=0, delisted_at=NOON)
    with_words = make_job("v", state=0, delisted_at=NOON, trigger="api")
    make_definition(with_words, {}, words="python")

    for count in (listing.facets, listing.facets_of_all):
        (state,) = (one for one in count(wanted_of(query), listing.markets()).facets if one.name == "state")
        found = {one.value: one.count for one in state.choices}
        assert found["withdrawn"] == Count(expected, is_capped=False)


def test_withdrawn_jobs_that_cannot_be_counted_in_time_are_not_called_none(
    jobs: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.selectors.listing.tallies.withdrawn", lambda others, milliseconds: None)

    page = get(client, "/jobs/facets/?price_min=0.1")

    assert table(page, "state")[-1] == ["Withdrawn", "–"]
    assert page.count('<td class="r num" title="Not known: counting was stopped before">–</td>') == 1
    assert "withdrawn" not in words(get(client, "/jobs/facets/?price_min=0.1", **HTMX), "total")


@pytest.mark.parametrize(
    ("query", "note"),
    [
        ("", ", without 2 withdrawn"),
        ("trigger=cli", ", without 1 withdrawn"),
        ("price_min=0.1", ", without 2 withdrawn"),
        ("trigger=other", ""),
        ("state=queued", ""),
        ("price_min=0.1&state=queued", ""),
        ("price_min=0.1&outcome=failed", ""),
    ],
)
def test_total_says_which_withdrawn_jobs_are_not_among_it(jobs: None, client: Client, query: str, note: str) -> None:
    make_job("w", state=0, delisted_at=NOON)
    make_job("v", state=0, delisted_at=NOON, trigger="api")

    pages = [get(client, f"/jobs/facets/?{query}", **HTMX), get(client, f"/jobs/?{query}")]

    # A list of which no sum is kept has its numbers from the facets.
    for page in pages[: 1 if "price_min" in query else 2]:
        told = part(page, "total")
        assert plain(told).partition(" match")[2] == note
        link = html.unescape(told.partition('href="')[2].partition('"')[0])
        if note:
            assert words(get(client, link), "total") == f"{note.split()[2]} match"
    assert plain(get(client, f"/jobs/facets/?{query}")).partition(" match")[2].startswith(note)


def test_facets_are_not_counted_by_reading_the_table_from_its_oldest_job_on(
    jobs: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.selectors.listing.kinds.agree", lambda: False)
    market = make_market("H100")
    with CaptureQueriesContext(connection) as queries:
        assert facets(f"market={market.pk}")["trigger"] == exactly(cli=1)

    (counting,) = [found["sql"] for found in queries if "WITH alike" in found["sql"]]
    before, _, asked = counting.partition("WITH alike")
    assert "SET LOCAL enable_seqscan = off;" in before
    with along(enable_seqscan="off"), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN WITH alike{asked}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Seq Scan on jobs_job" not in plan
    # What the sums know, or the filter itself, is not told apart once more.
    assert "GROUP BY image_ids, op_types, trigger" in asked


@pytest.mark.parametrize(
    ("query", "number", "gathers"), [("duration_min=60", 3, False), ("duration_min=60&trigger=cli", 2, True)]
)
def test_jobs_of_one_thing_are_counted_by_its_own_index_however_their_list_is_read(
    jobs: None, query: str, number: int, gathers: bool
) -> None:
    form = filter_of(QueryDict(query))
    assert form.is_valid()
    cache.set(reading._key(form.wanted), reading.Memory(took={Manner.GATHER: 1.0}))
    with CaptureQueriesContext(connection) as queries:
        assert facets(query)["state"] == exactly(Completed=number)

    counting = [found["sql"] for found in queries if "duration_key" in found["sql"]]
    assert len(counting) >= 2  # the total, and the values
    assert any("width_bucket" in sql for sql in counting) is gathers


def table(page: str, name: str) -> list[list[str]]:
    """Return the rows of a facet on the page of its own."""
    return rows(page.partition(f'id="h-{name}"')[2])


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Count two jobs at most where not all are counted."""
    monkeypatch.setattr("jobs.selectors.listing.values.BESIDE", 2)
    monkeypatch.setattr("jobs.selectors.listing.counts.COUNT_CAP", 2)


def test_facets_beside_a_list_say_where_they_stopped_counting(jobs: None, few: None) -> None:
    found = listing.facets(wanted_of("price_min=0.1"), listing.markets())
    (state,) = (facet for facet in found.facets if facet.name == "state")

    assert str(found.total) == "2+"
    assert {choice.label: str(choice.count) for choice in state.choices} in [
        # Of what was not among those that were counted, nothing is known: it is not none.
        {"Queued": "None", "Running": "None", "Completed": "2+", "Stopped": "None", "Withdrawn": "0"},
        {"Queued": "1+", "Running": "None", "Completed": "2+", "Stopped": "None", "Withdrawn": "0"},
    ]
    assert not found.is_whole


def test_facets_of_all_jobs_are_counted_on_request(jobs: None, few: None, client: Client) -> None:
    beside = get(client, "/jobs/facets/?price_min=0.1", **HTMX)
    with CaptureQueriesContext(connection) as queries:
        page = get(client, "/jobs/facets/?price_min=0.1")
        again = get(client, "/jobs/facets/?price_min=0.1")

    assert words(beside, "total") == "2+ match · Count all"
    assert words(beside, "all-counts") == (
        "“120+” are at least 120: no more than 2 jobs were looked at. Count all of them"
    )
    assert 'href="/jobs/facets/?price_min=0.1"' in part(beside, "all-counts")
    for one in (page, again):
        assert "4 match" in one
        assert table(one, "state") == [
            ["Queued", "1"],
            ["Running", "0"],
            ["Completed", "3"],
            ["Stopped", "0"],
            ["Withdrawn", "0"],
        ]
        assert table(one, "image") == [["ubuntu", "2"], ["<b>", "1"]]
        assert "at least" not in one
    assert len([found for found in queries if "WITH alike" in found["sql"]]) == 1


def test_facet_whose_values_nobody_met_says_that_nothing_is_known(few: None, client: Client) -> None:
    """Of the jobs that were looked at none had a value: that says nothing of the others."""
    for name in "abc":
        make_job(name, trigger="", state=1, started_at=NOON)

    beside = get(client, "/jobs/facets/?state=running&price_min=0.1", **HTMX)
    found = listing.facets(wanted_of("state=running&price_min=0.1"), listing.markets()).facets
    assert {facet.name: facet.is_capped for facet in found} == dict.fromkeys(LABELS, True)
    assert [choice.count for facet in found if facet.name == "outcome" for choice in facet.choices] == [None] * 3
    assert 'id="n-outcome-failed" hx-swap-oob="true"></span>' in beside


def test_facets_of_all_jobs_are_counted_once_at_a_time(jobs: None, few: None, client: Client) -> None:
    with psycopg.connect(connection.connection.info.dsn) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [zlib.crc32(b"facets of all jobs")])
        page = get(client, "/jobs/facets/?price_min=0.1")

    assert "2+ match" in page
    assert "Jobs of another filter are being counted just now, so no more than 2 were looked at" in page
    after = get(client, "/jobs/facets/?price_min=0.1")
    assert "4 match" in after
    assert "looked at" not in after


def test_facets_of_all_jobs_of_a_time_that_follows_the_clock_are_remembered(
    jobs: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOON + timedelta(seconds=3))
    with CaptureQueriesContext(connection) as queries:
        get(client, "/jobs/facets/?started_from=7d")
        monkeypatch.setattr(timezone, "now", lambda: NOON + timedelta(seconds=13))
        get(client, "/jobs/facets/?started_from=7d")

    assert len([found for found in queries if "WITH alike" in found["sql"]]) == 1


def test_facets_of_too_many_jobs_are_counted_as_far_as_is_quick(
    jobs: None, few: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.selectors.listing.values.ALL_MS", 0)

    page = get(client, "/jobs/facets/?price_min=0.1")
    assert "2+ match" in page
    assert "counting all jobs takes too long, so no more than 2 were looked at" in page
    assert ["Completed", "2+"] in table(page, "state")


def test_facets_that_take_too_long_are_cut_and_say_so(
    jobs: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("FACETS_MS", "ALL_MS"):
        monkeypatch.setattr(f"jobs.selectors.listing.values.{name}", 0)

    assert facets("price_min=0.1") == dict.fromkeys(("state", "outcome", "market", "image", "op_type", "trigger"))
    page = get(client, "/jobs/facets/?price_min=0.1")
    assert page.count("Counting took too long and was stopped.") == 6


@pytest.mark.parametrize("query", ["q=zzzunheard", "gpu=none", "q=%2B"])
def test_filter_that_nothing_can_match_is_answered_everywhere(jobs: None, client: Client, query: str) -> None:
    form = filter_of(QueryDict(query))
    assert form.is_valid()

    assert facets(query) == dict.fromkeys(("state", "outcome", "market", "image", "op_type", "trigger"), {})
    assert listing.total(form.wanted) == Count(0, is_capped=False)
    assert listing.news(form.wanted, NOON, [address("a")]).count == Count(0, is_capped=False)
    assert words(get(client, f"/jobs/facets/?{query}", **HTMX), "total") == "0 match"
    for url in ("/jobs/", "/jobs/facets/", "/jobs/feed.atom", "/jobs/export/"):
        assert client.get(f"{url}?{query}").status_code == 200
    assert list(export.batches(form.wanted)) == []
    after = write_cursor([2, NOON, address("a")])
    assert listing.page_of(form.wanted, QueryDict(f"{query}&after={after}")).rows == []


def test_counts_come_to_their_places_in_the_filter(jobs: None, client: Client) -> None:
    answer = get(client, f"/jobs/facets/?market={address('NVIDIA 3090')}", **HTMX)

    assert words(answer, "total") == "3 match"
    assert words(answer, "n-state-completed") == "2"
    assert words(answer, f"n-market-{address('H100')[:8]}") == "1"
    assert part(answer, "f-trigger").count("<li>") == 2
    assert f"?market={address('NVIDIA 3090')}&amp;trigger=api" in part(answer, "f-trigger")
    assert dangers(answer) == []


def test_a_market_without_such_jobs_loses_the_count_of_the_filter_before(jobs: None, client: Client) -> None:
    answer = get(client, "/jobs/facets/?q=zzzunheard", **HTMX)

    places = [f"n-market-{market.pk[:8]}" for market in Market.objects.filter(is_listed=True)]
    assert len(places) > 1
    assert [words(answer, place) for place in places] == ["0"] * len(places)


def test_counts_are_a_page_of_their_own_without_javascript(jobs: None, client: Client) -> None:
    page = get(client, "/jobs/facets/?state=completed")

    assert page.lstrip().startswith("<!doctype html>")
    assert page.count("<table") == 6
    assert 'href="/jobs/?image=ubuntu&amp;state=completed"' in page
    assert dangers(page) == []
    assert client.get("/jobs/facets/?state=x").status_code == 400
