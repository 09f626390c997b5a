"""How a page of the job list is found: along an order or by gathering what matches, whatever is quick."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.core.cache import cache
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from explorer.database.along import along
from explorer.paging import keyset_page, write_cursor
from jobs.columns import ORDERS, QUEUE
from jobs.forms import filter_of
from jobs.models import Definition, Job
from jobs.models.entries import SEASON, beginning_of
from jobs.models.job import NEVER
from jobs.selectors import listing
from jobs.selectors.listing import boxes, reading
from jobs.selectors.listing.boxes import Manner
from jobs.selectors.listing.reading import Asked, Way
from tests.jobs.factories import NOON, address, cid, make_job, make_market
from tests.jobs.lists import add, read, wanted_of, ways_to_read

pytestmark = pytest.mark.django_db


@pytest.fixture
def remembered() -> Iterator[None]:
    """Begin and end without knowing which way of reading was quick."""
    cache.clear()
    yield
    cache.clear()


def slow_reads(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Have the next reads of a page take too long, so many of them, by a sleep in the database."""
    monkeypatch.setattr(reading, "QUICK", 60_000)
    ways_to_read(monkeypatch, Way(800), Way(60_000, Manner.GATHER), Way(60_000), Way(60_000, Manner.GATHER))
    slow = iter(range(number))

    def first_sleep(*given: Any, **named: Any) -> Any:
        if next(slow, None) is not None:
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = 20; SELECT pg_sleep(5)")
        return keyset_page(*given, **named)

    monkeypatch.setattr(reading, "keyset_page", first_sleep)


def ways(query: str = "", size: int = 50) -> tuple[list[str], int]:
    """Read a page; return in which ways that was tried, and how many rows came."""
    asked: list[dict[str, str]] = []

    def noted(**settings: str) -> Any:
        asked.append(settings)
        return along(**settings)

    with patch.object(boxes, "along", noted):
        page = read(query, size)
    return [_manner(settings) for settings in asked], len(page.rows)


def _manner(settings: dict[str, str]) -> str:
    if settings.get("enable_seqscan") == "off":
        return "all"
    if settings.get("enable_indexscan") == "off":
        return "gather"
    return "walk" if settings.get("enable_bitmapscan") == "off" else "free"


@pytest.mark.parametrize(
    ("slow", "tried"),
    [
        (0, ["free"]),
        (1, ["free", "gather"]),
        (2, ["free", "gather", "free"]),
        (3, ["free", "gather", "free", "gather"]),
    ],
)
def test_way_of_reading_that_was_quick_is_remembered(
    monkeypatch: pytest.MonkeyPatch, remembered: None, slow: int, tried: list[str]
) -> None:
    add([(2, 3), (0, 1), (1, 4)], 0)
    slow_reads(monkeypatch, slow)

    assert ways() == (tried, 3)
    assert ways() == (tried[-1:], 3)
    with connection.cursor() as cursor:  # nothing is left of it
        cursor.execute("SELECT current_setting('statement_timeout'), current_setting('enable_indexscan')")
        assert cursor.fetchone() == ("0", "on")


@pytest.mark.parametrize(
    ("first", "again", "tried"),
    [(1, 1, ["gather", "free"]), (2, 1, ["free", "gather"]), (3, 1, ["gather", "free"])],
)
def test_remembered_way_that_has_become_slow_gives_way_to_another(
    monkeypatch: pytest.MonkeyPatch, remembered: None, first: int, again: int, tried: list[str]
) -> None:
    add([(2, 3), (0, 1), (1, 4)], 0)
    slow_reads(monkeypatch, first)
    ways()

    slow_reads(monkeypatch, again)

    assert ways() == (tried, 3)
    assert ways() == (tried[-1:], 3)


def test_manners_are_all_tried_where_the_first_is_not_quick_and_the_best_is_kept(
    monkeypatch: pytest.MonkeyPatch, remembered: None
) -> None:
    add([(2, 3), (0, 1), (1, 4)], 0)
    slow_reads(monkeypatch, 0)
    monkeypatch.setattr(reading, "QUICK", 0)

    # Gathering may take some readings to come to the part that has a page.
    tried, rows = zip(*(ways() for _ in range(12)), strict=True)

    assert (tried[0], tried[1][0], tried[2][0]) == (["free"], "walk", "gather")
    assert tried[10] == tried[11]
    assert (len(tried[10]), set(rows)) == (1, {3})


def test_manner_that_was_broken_off_is_tried_again_when_the_best_takes_much_longer(
    monkeypatch: pytest.MonkeyPatch, remembered: None
) -> None:
    """A first reading may have been slow only because the database had to fetch what it reads."""
    add([(2, 3), (0, 1), (1, 4)], 0)
    slow_reads(monkeypatch, 1)
    monkeypatch.setattr(reading, "QUICK", 0)
    monkeypatch.setattr(reading.Memory, "note", lambda memory, manner, _: memory.took.setdefault(manner, 1000.0))

    assert ways() == (["free", "gather"], 3)
    assert [ways()[0], ways()[0]] == [["free"], ["walk"]]


def test_manner_that_was_broken_off_when_nothing_was_read_yet_is_tried_once_more_where_the_best_is_slow() -> None:
    memory = reading.Memory()
    memory.give_up(Way(40))
    memory.note(Manner.GATHER, 30)
    assert [memory.is_open(Manner.FREE, most) for most in (reading.SLOW - 1, 26, 41)] == [False, True, True]

    memory.give_up(Way(26))

    assert [memory.is_open(Manner.FREE, most) for most in (reading.SLOW - 1, 26, 41)] == [False, False, True]


def times(query: str) -> list[int]:
    """Read a page; return by how many times each of its queries asks, -1 for one that asks for all."""
    with CaptureQueriesContext(connection) as queries:
        read(query, 2)
    asked = [found["sql"] for found in queries if 'FROM "jobs_job"' in found["sql"] and "LIMIT 3" in found["sql"]]
    held = [sql.partition("END && (ARRAY[")[2].partition("]")[0] for sql in asked]
    return [len(numbers.split(",")) if numbers else -1 for numbers in held]


def test_jobs_are_gathered_from_as_many_weeks_as_fill_a_page_and_that_is_remembered(
    monkeypatch: pytest.MonkeyPatch, remembered: None
) -> None:
    ways_to_read(monkeypatch, Way(60_000, Manner.GATHER))
    monkeypatch.setattr(reading, "QUICK", 60_000)
    for name in range(9):
        listed = timezone.now() - timedelta(weeks=4 * name)
        make_job(name, state=2, listed_at=listed, started_at=listed, ended_at=listed, trigger=("ci", "cli")[name % 2])

    # The unfinished ones, and two and six weeks; as many seasons of eight weeks; all. Three jobs fill a page and say
    # more.
    assert times("trigger=ci") == [3, 7, 3, 7]
    assert times("trigger=ci") == [7]
    assert times("trigger=web") == [3, 7, 3, 7, -1]
    assert times("trigger=web") == [-1]
    assert times(f"trigger=ci&listed_from={timezone.now() - timedelta(weeks=4):%Y-%m-%d}") == [3, 7]


@pytest.mark.parametrize("sort", ["started", "ended"])
def test_jobs_by_start_or_end_are_gathered_from_the_weeks_in_which_these_were_listed(
    sort: str, monkeypatch: pytest.MonkeyPatch, remembered: None
) -> None:
    monkeypatch.setattr("jobs.selectors.listing.kinds.agree", lambda: False)
    ways_to_read(monkeypatch, Way(60_000, Manner.GATHER))
    monkeypatch.setattr(reading, "REMEMBERED", 0)
    first = beginning_of(350 * SEASON) + timedelta(days=3)  # in 2023
    for name in range(11):
        listed = first + timedelta(weeks=4 * name)
        make_job(name, state=2, listed_at=listed, started_at=listed, ended_at=listed)
    make_job("waiting", listed_at=first + timedelta(weeks=9))
    make_job("stopped", state=3, listed_at=first + timedelta(weeks=9))
    year = f"trigger=cli&listed_from={first:%Y-%m-%d}&listed_to={first + timedelta(weeks=48):%Y-%m-%d}"

    middle = write_cursor([first + timedelta(weeks=20, days=1), "z"])
    assert times(f"trigger=cli&sort=-{sort}&after={middle}") == [3, 7, 3]
    assert times(f"trigger=cli&sort={sort}&after={middle}") == [3, 7, 3, 7]
    # Those that have not begun are the lowest: on the way up from there, and at the end, all are looked through.
    assert times(f"trigger=cli&sort={sort}") == [-1]
    assert times(f"trigger=cli&sort=-{sort}&after={write_cursor([NEVER, 'z'])}") == [-1]
    assert times(f"{year}&sort=-{sort}&after={write_cursor([first, 'z'])}")[-1] == 8  # all of its seasons
    rows = read(f"{year}&sort=-{sort}", 50).rows
    assert [row.address for row in rows[:2]] == [address(10), address(9)]
    assert {row.address for row in rows[-2:]} == {address("waiting"), address("stopped")}
    assert len(rows) == 13

    # Where jobs began long after they were listed, or before, weeks say less or nothing.
    late = first + timedelta(weeks=9)
    make_job("late", state=2, listed_at=first, started_at=late, ended_at=late)
    assert times(f"trigger=cli&sort=-{sort}&after={middle}") == [3, 7, 3, 7]
    make_job("early", state=2, listed_at=first, started_at=first - timedelta(weeks=1), ended_at=first)
    assert times(f"trigger=cli&sort=-{sort}&after={middle}") == [-1]


@pytest.mark.parametrize(("size", "best"), [(2, "all"), (50, "gather")])
def test_all_jobs_are_gathered_at_once_where_a_part_of_them_took_longer(
    size: int, best: str, monkeypatch: pytest.MonkeyPatch, remembered: None
) -> None:
    """Where no part had a page, all of them were gathered already: nothing else is left to try."""
    took = {Manner.FREE: 900.0, Manner.WALK: 900.0, Manner.GATHER: 800.0, Manner.ALL: 700.0}
    monkeypatch.setattr(reading.Memory, "note", lambda memory, manner, _: memory.took.update({manner: took[manner]}))
    ways_to_read(monkeypatch, Way(60_000, Manner.GATHER))
    monkeypatch.setattr(reading, "QUICK", 0)
    for name in range(9):
        listed = timezone.now() - timedelta(weeks=4 * name)
        make_job(name, state=2, listed_at=listed, started_at=listed, ended_at=listed)

    tried = [ways("trigger=cli", size) for _ in range(5)]

    assert [manners for manners, _ in tried] == [["gather"], ["free"], ["walk"], [best], [best]]
    assert {rows for _, rows in tried} == {min(size, 9)}


def test_parts_that_jobs_are_gathered_from_share_the_time_of_a_page(
    monkeypatch: pytest.MonkeyPatch, remembered: None
) -> None:
    """Each in time alone, they would take four times what a page may."""
    ways_to_read(monkeypatch, Way(400, Manner.GATHER))

    def slow(*given: Any, **named: Any) -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.25)")
        return keyset_page(*given, **named)

    monkeypatch.setattr(reading, "keyset_page", slow)

    with pytest.raises(listing.TooSlow):
        read("trigger=web", 2)


@pytest.mark.parametrize("manner", Manner)
def test_place_beyond_the_last_phase_is_the_end_of_the_list_in_every_manner(
    manner: Manner, monkeypatch: pytest.MonkeyPatch, remembered: None
) -> None:
    ways_to_read(monkeypatch, Way(60_000, manner))
    for name, weeks in enumerate([0, 1, 20, 90]):
        listed = NOON - timedelta(weeks=weeks)
        make_job(name, state=2, listed_at=listed, started_at=listed, ended_at=listed)

    page = read(f"trigger=cli&before={write_cursor([3, NOON, 'z'])}", 2)

    assert [job.address for job in page.rows] == [address(2), address(3)]


def test_part_that_took_the_time_is_the_one_to_go_on_with(monkeypatch: pytest.MonkeyPatch, remembered: None) -> None:
    ways_to_read(monkeypatch, Way(60_000, Manner.GATHER), Way(60_000, Manner.GATHER))
    for name in range(3):
        make_job(name, listed_at=timezone.now() - timedelta(weeks=200), started_at=NOON, ended_at=NOON, state=2)
    calls = iter(range(9))

    def third_sleeps(*given: Any, **named: Any) -> Any:
        if next(calls) == 2:
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = 20; SELECT pg_sleep(5)")
        return keyset_page(*given, **named)

    monkeypatch.setattr(reading, "keyset_page", third_sleeps)

    assert times("trigger=cli") == [3, 7, 3, 7, -1]


def test_unfinished_jobs_of_other_weeks_stand_where_they_were_listed(
    monkeypatch: pytest.MonkeyPatch, remembered: None
) -> None:
    """They are held under no time, so that each part of a list by listing has them all."""
    ways_to_read(monkeypatch, Way(60_000, Manner.GATHER))
    expected = [address(name) for name in range(6)]
    for name, (weeks, state) in enumerate([(0, 2), (1, 1), (20, 2), (60, 0), (60, 0), (90, 2)]):
        times = {"started_at": NOON, "ended_at": NOON} if state == 2 else {}
        make_job(name, state=state, listed_at=NOON - timedelta(weeks=weeks, minutes=name), **times)

    page = read("sort=-listed&trigger=cli", 2)
    down = [job.address for job in page.rows]
    while page.older:
        page = read(page.older, 2)
        down += [job.address for job in page.rows]
    up: list[str] = []
    while page.newer:
        page = read(page.newer, 2)
        up = [job.address for job in page.rows] + up

    assert (down, up) == (expected, expected[:4])


def test_filter_of_several_things_is_gathered_first(remembered: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.selectors.listing.kinds.agree", lambda: False)  # else there is a time box of theirs
    add([(2, 3), (0, 1), (1, 4)], 0)

    assert ways("trigger=cli") == (["free"], 3)
    assert ways("trigger=cli&market=h100") == (["gather"], 2)


def test_page_that_no_way_finds_in_time_is_given_up_and_nothing_remembered(
    monkeypatch: pytest.MonkeyPatch, remembered: None
) -> None:
    slow_reads(monkeypatch, 4)

    with pytest.raises(listing.TooSlow):
        ways()
    assert ways() == (["free"], 0)


@pytest.mark.parametrize("place", ["market", "deployer", "payer", "trigger"])
def test_text_in_a_place_is_looked_for_without_reading_the_jobs(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that is asked of a job stands in the index of the place's: only the rows of the page are read."""
    for number in range(20):
        facts: dict[str, Any] = {"market": make_market(f"Market {number}")}
        facts |= {name: address(f"{name} {number}") for name in ("deployer", "payer")}
        make_job(number, state=2, trigger=f"trigger {number}", ipfs_job=cid("python"), **facts)
    value = getattr(Job.objects.get(pk=address(7)), place)
    for number in range(200):
        make_job(f"more {number}", state=2, ipfs_job=cid("other"))
    Definition.objects.create(key=cid("python"), text="{}", words="python")
    connection.cursor().execute("ANALYZE jobs_job, jobs_definition")  # else the plan depends on the tests before
    monkeypatch.setattr("jobs.selectors.listing.contents.FEW_DEFINITIONS", 0)
    query = QueryDict(f"{place}={getattr(value, 'pk', value)}&q=python")
    form = filter_of(query)
    assert form.is_valid()
    parts = Asked(form.wanted, QUEUE, query, 5).parts(Manner.WALK)

    with along(enable_seqscan="off", **dict.fromkeys(Manner.WALK.value.split(), "off")):
        plan = parts.part(0).order_by(*QUEUE)[:6].explain()

    assert f"Index Only Scan using job_{place}_runs" in plan
    assert [row.address for row in read(query.urlencode(), 5).rows] == [address(7)]


def test_text_in_several_markets_is_looked_for_among_the_rows() -> None:
    """No index has their order, and finding the rows of the page a second time took four times as long."""
    markets = [make_market("H100"), make_market("A100")]

    def is_by_index(query: str) -> bool:
        return Asked(wanted_of(query), QUEUE, QueryDict(query), 5).parts(Manner.WALK).by_index

    one, both = f"market={markets[0].pk}&q=python", f"market={markets[0].pk}&market={markets[1].pk}&q=python"
    assert [is_by_index(query) for query in (one, both, f"{both}&payer={address('payer')}")] == [True, False, True]


@pytest.mark.parametrize("sort", [sort for sort in sorted(ORDERS) if sort])
def test_jobs_of_a_node_are_sorted_without_reading_them(sort: str) -> None:
    """A busy one has thousands, of which a page shows fifty."""
    for number in range(200):
        listed = NOON - timedelta(hours=number * 7 % 50)
        times = {"listed_at": listed, "started_at": listed, "ended_at": listed + timedelta(seconds=number * 11 % 90)}
        make_job(number, state=2, node=address(f"node {number % 20}"), price=number * 13 % 70, **times)
    connection.cursor().execute("ANALYZE jobs_job")
    query = QueryDict(f"node={address('node 7')}&sort={sort}")
    form = filter_of(query)
    assert form.is_valid()
    parts = Asked(form.wanted, ORDERS[sort], query, 5).parts(Manner.FREE)

    with along(enable_seqscan="off", enable_bitmapscan="off"):
        plan = parts.part(0).order_by(*ORDERS[sort])[:6].explain()

    assert "Index Only Scan using job_node_runs" in plan
    expected = Job.objects.filter(node=address("node 7")).order_by(*ORDERS[sort]).values_list("pk", flat=True)
    page = read(query.urlencode(), 6)
    rows = [row.address for row in page.rows] + [row.address for row in read(page.older, 6).rows]
    assert rows == list(expected)


@pytest.mark.parametrize("sort", ["price", "-price", "duration", "-duration"])
@pytest.mark.parametrize(
    ("time", "index"), [("listed", "listing"), ("started", "present_started"), ("ended", "present_ended")]
)
def test_jobs_of_some_days_are_sorted_by_what_they_measure_without_reading_them(
    time: str, index: str, sort: str, remembered: None
) -> None:
    """A week has thousands, of which a page shows fifty; the cheapest of all jobs may be of any other week."""
    for number in range(120):
        listed = NOON - timedelta(days=number % 40, hours=1)
        times = {"listed_at": listed, "started_at": listed, "ended_at": listed + timedelta(seconds=number * 11 % 90)}
        delisted = NOON if number % 50 == 9 else None
        make_job(number, state=2, price=number * 13 % 70, delisted_at=delisted, **times)
    first, last = NOON - timedelta(days=9), NOON - timedelta(days=5)
    query = f"{time}_from={first:%Y-%m-%d}&{time}_to={last:%Y-%m-%d}&sort={sort}"
    found = Job.objects.present().filter(order_at__date__gte=first.date(), order_at__date__lte=last.date())
    expected = list(found.order_by(*ORDERS[sort]).values_list("pk", flat=True))

    with CaptureQueriesContext(connection) as queries:
        page = read(query, 6)

    assert [row.address for row in page.rows] == expected[:6]
    assert len(expected) > 12
    assert [row.address for row in read(page.older, 6).rows] == expected[6:12]
    [asked] = [found["sql"] for found in queries if 'FROM "jobs_job"' in found["sql"] and "LIMIT 7" in found["sql"]]
    assert "SET LOCAL random_page_cost = 10; " in asked
    with connection.cursor() as cursor:
        # Of so few jobs, PostgreSQL takes any index that has the time.
        cursor.execute("SELECT indexname FROM pg_indexes WHERE tablename = 'jobs_job'")
        others = {name for (name,) in cursor.fetchall()} - {"jobs_job_pkey", f"job_{index}_runs"}
        cursor.execute(
            f"DROP INDEX {', '.join(others)}; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off"
        )
        cursor.execute(f"EXPLAIN SELECT {asked.split('SELECT', 1)[1]}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert f"Index Only Scan using job_{index}_runs" in plan


def prices(query: str) -> list[int]:
    """Read a page; return of how many ranges of prices each of its queries asks last, -1 for one that asks for all."""
    with CaptureQueriesContext(connection) as queries:
        read(query, 2)
    asked = [found["sql"] for found in queries if 'FROM "jobs_job"' in found["sql"] and "LIMIT 3" in found["sql"]]
    held = [re.findall(r"price\S+ '[^']*'::bigint\[\]\)\] && \(?ARRAY\[([\d, ]+)", sql) for sql in asked]
    return [len(found[-1].split(",")) if found else -1 for found in held]


def test_jobs_are_gathered_from_as_many_prices_as_fill_a_page(
    monkeypatch: pytest.MonkeyPatch, remembered: None
) -> None:
    monkeypatch.setattr("jobs.selectors.listing.kinds.agree", lambda: False)
    ways_to_read(monkeypatch, Way(60_000, Manner.GATHER))
    monkeypatch.setattr(reading, "QUICK", 60_000)
    for price in range(1, 11):
        make_job(price, state=2, price=price, trigger=("ci", "cli")[price % 2])

    # Of the ranges from 1 on, the first one holds what costs nothing.
    assert prices("trigger=ci&sort=price") == [1, 2, 4, 8]
    assert prices("trigger=ci&sort=price") == [8]
    assert prices("trigger=ci&sort=-price&price_max=0.036") == [1, 2, 4, 8]  # 10 micro-NOS a second
    assert prices("trigger=ci&sort=price&price_min=0.0072&price_max=0.0144") == [1, 2, 3]
    assert prices("trigger=web&sort=-price") == [1, 2, 4, 8, 12, 16, 20, -1]


def test_jobs_of_a_range_of_days_are_gathered_from_its_weeks_by_price(
    monkeypatch: pytest.MonkeyPatch, remembered: None
) -> None:
    """Else all jobs of those prices are gone through: 25 ms for a week of a million jobs."""
    ways_to_read(monkeypatch, Way(60_000, Manner.GATHER))
    monkeypatch.setattr(reading, "QUICK", 60_000)
    for number, price in enumerate((5, 3, 4)):
        listed = NOON - timedelta(weeks=number)
        make_job(number, state=2, price=price, listed_at=listed, started_at=listed, ended_at=listed)
    waiting = make_job("waiting", price=9, listed_at=NOON - timedelta(weeks=1)).address
    ago = NOON - timedelta(weeks=60)
    make_job("old", state=2, price=1, listed_at=ago, started_at=ago, ended_at=ago)
    week = f"listed_from={NOON - timedelta(days=8):%Y-%m-%d}&listed_to={NOON:%Y-%m-%d}&sort=price"

    # Prices from the least of all jobs on, up to 9; what is not over is held under no week.
    assert times(week) == [3, 3, 3, 3, 3]
    assert prices(week) == [9]
    assert [row.address for row in read(week, 5).rows] == [address(1), address(0), waiting]
    since = f"{NOON - timedelta(days=8):%Y-%m-%d}"
    assert times(week.replace("listed_", "started_"))[-1] == 4  # a wait of two days before
    assert times(week.replace(since, f"{NOON - timedelta(weeks=50):%Y-%m-%d}"))[-1] == 8  # seasons
    assert times(week.replace(since, f"{NOON - timedelta(weeks=70):%Y-%m-%d}"))[-1] == -1
