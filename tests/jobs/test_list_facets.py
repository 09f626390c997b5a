"""The counts of what the job list can be filtered by."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from explorer.database.along import along
from explorer.paging import Count, write_cursor
from jobs.forms import filter_of
from jobs.selectors import export, listing
from markets.models import Image
from tests.jobs.factories import NOON, address, make_job, make_market
from tests.jobs.pages import dangers, part, words
from tests.markets.pages import HTMX, get

pytestmark = pytest.mark.django_db


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
    [("", Count(1, is_capped=False)), ("price_min=0.1", None), ("q=zzzunheard", Count(0, is_capped=False))],
)
def test_withdrawn_jobs_are_counted_by_the_sums_and_else_not_called_none(
    jobs: None, query: str, expected: Count | None
) -> None:
    make_job("w", state=0, delisted_at=NOON)
    form = filter_of(QueryDict(query))
    assert form.is_valid()

    (state,) = (facet for facet in listing.facets(form.wanted, listing.markets()).facets if facet.name == "state")

    assert [one.count for one in state.choices if one.value == "withdrawn"] == [expected]


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


def test_facets_say_where_they_stopped_counting(jobs: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.selectors.listing.counts.COUNT_CAP", 2)

    assert str(facets("price_min=0.1")["state"]["Completed"]) in {"2+", "3+"}


def test_facets_that_take_too_long_are_cut_and_say_so(
    jobs: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.selectors.listing.values.FACETS_MS", 0)

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


def test_counts_are_a_page_of_their_own_without_javascript(jobs: None, client: Client) -> None:
    page = get(client, "/jobs/facets/?state=completed")

    assert page.lstrip().startswith("<!doctype html>")
    assert page.count("<table") == 6
    assert 'href="/jobs/?image=ubuntu&amp;state=completed"' in page
    assert dangers(page) == []
    assert client.get("/jobs/facets/?state=x").status_code == 400
