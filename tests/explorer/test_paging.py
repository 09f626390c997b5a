"""Keyset pages, on real PostgreSQL."""

from __future__ import annotations

import base64
import json
import re
from datetime import timedelta
from types import MappingProxyType

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from explorer.paging import BadCursor, Count, Ends, Page, capped_count, keyset_page, query_string
from jobs.columns import QUEUE_ENDS
from jobs.models import Job
from tests.jobs.factories import NOON, make_job, make_market

pytestmark = pytest.mark.django_db

DEFAULT = ("phase", "-order_at", "-address")
ORDERS = (DEFAULT, ("-order_at", "-address"), ("address",), ("-price", "market", "address"))


def read(
    query: str | None = "", order: tuple[str, ...] = DEFAULT, size: int = 3, ends: Ends = MappingProxyType({})
) -> Page[Job]:
    assert query is not None
    params = QueryDict(query.removeprefix("?"))
    return keyset_page(Job.objects.with_names(), order, params, size=size, ends=ends)


def add(states: list[int], start: int = 0) -> list[str]:
    """Create a job for each state; few distinct times and prices, so that ties are the rule."""
    return [
        make_job(n, state=state, price=n % 2, listed_at=NOON + timedelta(seconds=n * 7 % 3)).address
        for n, state in enumerate(states, start)
    ]


def addresses(page: Page[Job]) -> list[str]:
    return [job.address for job in page.rows]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    first=st.lists(st.integers(0, 3), max_size=14),
    later=st.lists(st.lists(st.integers(0, 3), max_size=2), max_size=8),
    size=st.integers(1, 5),
    order=st.sampled_from(ORDERS),
    ends=st.sampled_from([{}, QUEUE_ENDS]),
)
def test_walk_both_ways_while_rows_are_inserted_skips_and_repeats_none(
    first: list[int], later: list[list[int]], size: int, order: tuple[str, ...], ends: Ends
) -> None:
    Job.objects.all().delete()
    known = add(first)
    batches = iter(later)
    page = read(order=order, size=size, ends=ends)
    down = addresses(page)
    count = len(first)
    while page.older:
        batch = next(batches, [])
        add(batch, start=count)
        count += len(batch)
        page = read(page.older, order, size, ends)
        down += addresses(page)
        assert len(down) <= 40, "the pages go round in a circle"
    everything = list(Job.objects.order_by(*order).values_list("address", flat=True))
    assert down == [address for address in everything if address in down]
    assert set(known) <= set(down)

    bottom = set(addresses(page))
    up: list[str] = []
    while page.newer:
        page = read(page.newer, order, size, ends)
        up = addresses(page) + up
        assert len(up) <= 40, "the pages go round in a circle"
    assert up == [address for address in everything if address not in bottom]


@pytest.mark.parametrize("order", [DEFAULT, ("-order_at", "-address"), ("-price", "market", "address")])
def test_place_of_a_page_is_what_an_index_is_asked_for_first(order: tuple[str, ...]) -> None:
    """PostgreSQL begins there: after what else ends the list, it goes through all between that and the page."""
    add([2, 2, 2, 3, 1])
    listed = Job.objects.filter(order_at__lt=NOON + timedelta(days=9), price__lte=9)
    page = keyset_page(listed, order, QueryDict(), size=2)
    assert page.older

    with CaptureQueriesContext(connection) as queries:
        after = keyset_page(listed, order, QueryDict(page.older.removeprefix("?")), size=2)

    assert addresses(after) == list(listed.order_by(*order).values_list("pk", flat=True))[2:4]
    (sql,) = (found["sql"] for found in queries)
    assert re.findall(r"WHERE \(*([A-Z]+)", sql) == ["ROW"] * sql.count("WHERE")


def test_page_at_each_edge_has_no_way_beyond() -> None:
    make_market()
    assert read() == Page([], None, None)
    known = add([2] * 3)
    ordered = list(Job.objects.newest_first())

    assert read(size=3) == Page(ordered, None, None)
    first = read(size=2)
    assert (first.rows, first.newer) == (ordered[:2], None)
    last = read(first.older, size=2)
    assert (last.rows, last.older) == (ordered[2:], None)
    back = read(last.newer, size=2)
    assert back == first
    assert len(known) == 3


def test_page_beyond_the_end_leads_to_the_top() -> None:
    add([2] * 3)
    cursor = read(size=2).older
    Job.objects.all().delete()

    assert read(f"{cursor}&state=2") == Page([], "?state=2", None)
    assert read(str(cursor).replace("after=", "before=")) == Page([], None, "?")


def test_links_keep_the_filters_in_one_order() -> None:
    add([2] * 3)
    page = read("market=b&state=3&state=2&market=&q=&before=", size=2)

    assert page.older is not None
    assert page.older.startswith("?market=b&state=3&state=2&after=")
    assert query_string(QueryDict("b=2&a=%26&after=x&c=")) == "?a=%26&b=2"


@pytest.mark.parametrize("order", ORDERS)
def test_page_is_one_query_of_one_row_more(order: tuple[str, ...]) -> None:
    add([0, 1, 2, 2, 3, 1])
    second = read(order=order, size=2).older
    with CaptureQueriesContext(
        connection,
    ) as queries:
        page = read(second, order, size=2)
        assert [job.market.name for job in page.rows] == ["NVIDIA 3090"] * 2

    assert len(queries) == 1


@pytest.mark.parametrize(("direction", "state", "parts"), [("after", 2, 1), ("after", 1, 2), ("before", 0, 1)])
def test_nothing_is_looked_for_behind_the_last_phase(direction: str, state: int, parts: int) -> None:
    """Where only a job of that phase can come next, one range of the index is read and no union of two."""
    job = make_job(0, state=state, listed_at=NOON)
    with CaptureQueriesContext(connection) as queries:
        read(f"{direction}={cursor(str(state), job.order_at.isoformat(), job.address)}", ends=QUEUE_ENDS)
    (query,) = queries
    assert query["sql"].count('FROM "jobs_job"') == parts


def cursor(*values: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "value",
    [
        "x",
        "%%%",
        "a" * 5000,
        cursor(),
        cursor("0", "2026-08-21T12:00:00+00:00"),
        cursor("0", "2026-08-21T12:00:00+00:00", "a", "b"),
        cursor("0", "2026-08-21T12:00:00", "a"),  # no time zone
        cursor("0", "yesterday", "a"),
        cursor("0", "0001-01-01T00:00:00+14:00", "a"),
        cursor("0", "2026-08-21T12:00:00+00:00", "a\0"),
        cursor("0", "2026-08-21T12:00:00+00:00", "a\ud800"),
        cursor("99999999999999999999", "2026-08-21T12:00:00+00:00", "a"),
        cursor("-1", "2026-08-21T12:00:00+00:00", "a"),
        cursor("1.5", "2026-08-21T12:00:00+00:00", "a"),
        cursor(0, None, {}),
        cursor("NaN", "2026-08-21T12:00:00+00:00", "a"),
        base64.urlsafe_b64encode(b"[" * 290).decode(),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
        "é",
    ],
)
@pytest.mark.parametrize("direction", ["after", "before"])
def test_cursor_that_was_not_made_here_is_refused(value: str, direction: str) -> None:
    with pytest.raises(BadCursor, match=r"^This page's address is damaged"):
        keyset_page(Job.objects.all(), DEFAULT, QueryDict(f"{direction}={value}"))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60) | st.lists(st.text(max_size=20), min_size=3, max_size=3).map(lambda parts: cursor(*parts)))
def test_cursor_of_any_text_is_read_or_refused(text: str) -> None:
    params = QueryDict(mutable=True)
    params["after"] = text
    try:
        page = keyset_page(Job.objects.all(), DEFAULT, params)
    except BadCursor:
        return
    assert page.rows == []


def test_capped_count_stops_at_its_cap() -> None:
    add([2] * 5)
    rows = Job.objects.with_names().newest_first()

    assert capped_count(rows, cap=5) == Count(5, is_capped=False)
    assert capped_count(rows, cap=4) == Count(4, is_capped=True)
    assert [str(capped_count(rows, cap=cap)) for cap in (4, 5)] == ["4+", "5"]
    assert str(Count(10_000, is_capped=True)) == "10,000+"
