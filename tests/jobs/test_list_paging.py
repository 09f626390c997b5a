"""Walking through the job list: every order, some filters, rows inserted and changed meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs import columns
from jobs.forms import filter_of
from jobs.models import Job
from jobs.selectors import listing
from jobs.selectors.listing.boxes import Manner
from jobs.selectors.listing.reading import Way
from tests.jobs.factories import NOON, address, make_job, make_market
from tests.jobs.lists import add, read, wanted_of, ways_to_read
from tests.jobs.pages import part, words
from tests.jobs.pages import rows as cells
from tests.markets.pages import HTMX, get, short

pytestmark = pytest.mark.django_db

FILTERS = (
    "",
    "state=completed&state=stopped",
    "outcome=unknown",
    "market=h100",
    "image=ubuntu&trigger=cli",
    "listed_from=2026-08-21&duration_min=0s",
    "started_to=2026-08-22&price_max=1",
    f"listed_to=2026-08-10&deployer={address('deployer')}&trigger=cli",
    "listed_from=2026-03-01&price_min=0.3",
    f"deployer={address('deployer')}&q=python",
    "started_from=2026-08-20&trigger=cli",
    "started_from=2026-08-22&started_to=2026-08-27",
    f"ended_from=2026-08-21&deployer={address('deployer')}",
    "ended_to=2026-08-21&market=h100",
    "listed_from=2026-03-01&state=withdrawn&state=stopped&state=completed",
)


FACTS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 16)), max_size=12)


@pytest.mark.parametrize(
    ("manner", "apart"),
    [
        (Manner.FREE, timedelta(minutes=1)),
        (Manner.GATHER, timedelta(minutes=1)),
        (Manner.GATHER, timedelta(weeks=1)),
        (Manner.GATHER, timedelta(weeks=11)),
        (Manner.GATHER, timedelta(weeks=52)),
        (Manner.ALL, timedelta(weeks=11)),
    ],
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    first=FACTS,
    later=st.lists(FACTS.map(lambda facts: facts[:2]), max_size=6),
    size=st.integers(1, 4),
    sort=st.sampled_from(sorted(columns.ORDERS)),
    query=st.sampled_from(FILTERS),
)
def test_walk_both_ways_while_jobs_are_inserted_skips_and_repeats_none(
    first: list[tuple[int, int]],
    later: list[list[tuple[int, int]]],
    size: int,
    sort: str,
    query: str,
    manner: Manner,
    apart: timedelta,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cache.clear()
    ways_to_read(monkeypatch, Way(60_000, manner))
    monkeypatch.setattr("jobs.selectors.listing.contents.FEW_DEFINITIONS", 0)
    Job.objects.all().delete()
    make_market("H100")  # a filter names it, whether a job is in it or not
    add(first, 0, apart)
    count, batches = len(first), iter(later)
    wanted = filter_of(QueryDict(query))
    assert wanted.is_valid()
    everything = lambda: list(  # noqa: E731
        listing.matching(wanted.wanted, in_order=False).order_by(*columns.ORDERS[sort]).values_list("pk", flat=True)
    )
    known = everything()
    page = read(f"{query}&sort={sort}", size)
    down = [job.pk for job in page.rows]
    while page.older:
        batch = next(batches, [])
        add(batch, count, apart)
        count += len(batch)
        page = read(page.older, size)
        down += [job.pk for job in page.rows]
        assert len(down) <= 40, "the pages go round in a circle"
    assert down == [pk for pk in everything() if pk in set(down)]
    assert set(known) <= set(down)

    bottom, up = {job.pk for job in page.rows}, list[str]()
    while page.newer:
        page = read(page.newer, size)
        up = [job.pk for job in page.rows] + up
        assert len(up) <= 40, "the pages go round in a circle"
    assert up == [pk for pk in everything() if pk not in bottom]


def listed(client: Client, query: str) -> list[str]:
    return [row[2] if row[0] == "---" else row[1] for row in cells(get(client, f"/jobs/{query}"))]


def over(name: str, day: int, **facts: Any) -> str:
    """Create a job that was listed, ran for `day` minutes and ended on a day of August; return its short address."""
    at = NOON.replace(day=day)
    times = {"listed_at": at, "started_at": at + timedelta(minutes=1), "ended_at": at + timedelta(minutes=1 + day)}
    return short(make_job(name, state=2, price=day, **times, **facts).address)


@pytest.mark.parametrize("sort", ["listed", "started", "ended", "duration", "price"])
def test_list_is_sorted_by_its_heads_both_ways(client: Client, sort: str) -> None:
    queued = short(make_job("q", listed_at=NOON.replace(day=9), price=9).address)
    expected = [over("b", 3), over("c", 5), over("a", 8)]
    # What has not happened yet counts as the lowest.
    expected.insert(3 if sort in {"listed", "price"} else 0, queued)

    assert listed(client, f"?sort={sort}") == expected
    assert listed(client, f"?sort=-{sort}") == expected[::-1]
    page = get(client, f"/jobs/?sort=-{sort}&outcome=unknown")
    assert page.count('aria-sort="descending"') == 1
    assert f'href="/jobs/?outcome=unknown&amp;sort={sort}"' in page


def test_sorted_column_is_shown_and_columns_are_chosen_by_the_address(client: Client) -> None:
    over("a", 3)

    def heads(query: str) -> list[str]:
        page = get(client, f"/jobs/{query}")
        return [part.partition(">")[2] for part in page.partition("<thead>")[2].partition("</thead>")[0].split("<th ")]

    assert [head.partition("<")[0] for head in heads("?columns=payer,node,price")[1:]] == [
        "State", "Job", "Node", "Payer", "",
    ]  # fmt: skip
    assert ">Ended<" in "".join(heads("?sort=-ended"))
    assert ">Ended<" not in "".join(heads("?sort=-ended&columns=runs"))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("at=2026-08-05", ["c", "b"]),
        ("at=2026-08-05T12:00Z", ["b"]),
        ("at=2026-08-05&sort=-listed", ["c", "b"]),
        ("at=2026-08-05&sort=listed", ["c", "a", "q"]),
        ("at=2026-08-05&sort=-ended", ["c", "b", "q"]),
        ("at=2026-08-01", ["q", "a", "c", "b"]),
        ("at=2026-08-10&sort=listed", ["b", "c", "a", "q"]),
    ],
)
def test_jump_begins_the_page_at_a_date(client: Client, query: str, expected: list[str]) -> None:
    make_job("q", listed_at=NOON.replace(day=9))
    for name, day in (("a", 8), ("b", 3), ("c", 5)):
        over(name, day)

    assert listed(client, f"?{query}") == [short(address(name)) for name in expected]
    page = get(client, f"/jobs/?{query}")
    has_all = len(expected) == 4
    assert ('rel="prev"' in page) is not has_all
    assert ('id="news"' in page) is has_all


@pytest.mark.parametrize("manner", [Manner.FREE, Manner.GATHER, Manner.ALL])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    facts=FACTS,
    size=st.integers(1, 4),
    sort=st.sampled_from(["", "listed", "-listed", "started", "-started", "ended", "-ended"]),
    query=st.sampled_from(FILTERS),
    weeks=st.sampled_from([-1300, -40, -14, -11, -1, 0, 1, 1000]),
)
def test_jump_shows_what_lies_beyond_a_day_or_else_the_end_of_the_list(
    facts: list[tuple[int, int]],
    size: int,
    sort: str,
    query: str,
    weeks: int,
    manner: Manner,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cache.clear()
    ways_to_read(monkeypatch, Way(60_000, manner))
    Job.objects.all().delete()
    make_market("H100")
    add(facts, 0, timedelta(weeks=11))
    at = NOON + timedelta(weeks=weeks)
    order = columns.ORDERS[sort]
    everything = list(listing.matching(wanted_of(query), in_order=False).order_by(*order))
    key = order[-2].removeprefix("-")
    is_beyond = [
        (sort != "" or job.phase == 2)
        and (getattr(job, key) < at if order[-1].startswith("-") else getattr(job, key) >= at)
        for job in everything
    ]
    first = is_beyond.index(True) if True in is_beyond else max(len(everything) - size, 0)

    page = read(f"{query}&sort={sort}&at={at:%Y-%m-%dT%H:%MZ}", size)

    assert [job.pk for job in page.rows] == [job.pk for job in everything[first : first + size]]
    assert (page.older is not None) is (first + size < len(everything))
    newer = read(page.newer, size).rows if page.newer else []
    assert [job.pk for job in newer] == [job.pk for job in everything[max(first - size, 0) : first]]


def test_page_before_a_jump_leads_back_up(client: Client) -> None:
    for name, day in (("a", 8), ("b", 3), ("c", 5)):
        over(name, day)
    page = get(client, "/jobs/?at=2026-08-05&outcome=unknown")
    newer = page.partition('rel="prev" href="')[2].partition('"')[0].replace("&amp;", "&")

    assert newer.startswith("?outcome=unknown&before=")
    response = client.get(f"/jobs/{newer}")
    assert (response.status_code, response["Location"]) == (302, "/jobs/?outcome=unknown")


def link(page: str, rel: str) -> str:
    return page.partition(f'rel="{rel}" href="')[2].partition('"')[0].replace("&amp;", "&")


@pytest.mark.parametrize("gone", [0, 3])
def test_page_that_has_nothing_newer_is_the_top_of_the_list(client: Client, gone: int) -> None:
    for number in range(1, 62):
        over(str(number), 3)
    newer = link(get(client, f"/jobs/{link(get(client, '/jobs/?outcome=unknown'), 'next')}"), "prev")
    Job.objects.filter(pk__in=Job.objects.order_by("-order_at", "-address").values("pk")[:gone]).delete()

    plainly, change = client.get(f"/jobs/{newer}"), client.get(f"/jobs/{newer}", headers=HTMX)

    assert (plainly.status_code, plainly["Location"]) == (302, "/jobs/?outcome=unknown")
    assert change["HX-Push-Url"] == "/jobs/?outcome=unknown"
    page, top = change.content.decode(), get(client, "/jobs/?outcome=unknown", **HTMX)
    assert cells(page) == cells(top)
    assert len(cells(page)) == 50
    assert [link(page, "next"), link(page, "prev")] == [link(top, "next"), ""]
    assert part(page, "news") == part(top, "news")
    assert words(page, "total") == words(top, "total")


def test_page_in_the_middle_takes_no_other_query_and_keeps_its_address(client: Client) -> None:
    for number in range(1, 152):
        over(str(number), 3)
    second = get(client, f"/jobs/{link(get(client, '/jobs/'), 'next')}")
    third = get(client, f"/jobs/{link(second, 'next')}")
    with CaptureQueriesContext(connection) as down:
        get(client, f"/jobs/{link(second, 'next')}", **HTMX)
    with CaptureQueriesContext(connection) as up:
        response = client.get(f"/jobs/{link(third, 'prev')}", headers=HTMX)

    assert cells(response.content.decode()) == cells(second)
    assert len(up) == len(down)
    assert not response.has_header("HX-Push-Url")
    assert 'id="news"' not in response.content.decode()


@pytest.mark.parametrize(("headers", "status"), [({}, 503), (HTMX, 200)])
def test_filter_that_takes_too_long_says_so(
    client: Client, monkeypatch: pytest.MonkeyPatch, headers: dict[str, str], status: int
) -> None:
    def too_slow(*given: Any, **named: Any) -> None:
        with listing.time_box(10), connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(5)")

    monkeypatch.setattr("jobs.selectors.listing.page_of", too_slow)

    response = client.get("/jobs/?q=python", headers=headers)

    assert response.status_code == status
    assert "This takes too long" in response.content.decode()
