"""Where lists begin and end in the column that they are sorted by, and when their jobs were listed."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from explorer.paging import write_cursor
from jobs.models import Job
from jobs.models.job import LONG
from jobs.selectors.listing import edges, kinds, spans
from jobs.selectors.listing.boxes import Manner, TooSlow
from jobs.selectors.listing.filtering import matching, order_of
from jobs.selectors.listing.reading import Way, page_of
from jobs.selectors.listing.spans import Span
from tests.jobs.factories import NOON, address, make_job, make_market
from tests.jobs.lists import read, wanted_of, ways_to_read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_remembered")]
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def walks(monkeypatch: pytest.MonkeyPatch) -> None:
    ways_to_read(monkeypatch, Way(60_000, Manner.WALK))


def over(name: object, day: int, *, wait: timedelta = timedelta(), ran: timedelta = timedelta(), **facts: Any) -> Job:
    """Create a job that was listed on a day of August."""
    listed = NOON.replace(day=day)
    times = {"listed_at": listed, "started_at": listed + wait, "ended_at": listed + wait + ran}
    return make_job(name, state=2, **times, **facts)


def found(query: str) -> tuple[list[str], str]:
    """Read a page by walking along its order; return the jobs' addresses, and the condition of its last query."""
    with CaptureQueriesContext(connection) as queries:
        rows = read(query, 50).rows
    asked = [one["sql"] for one in queries if 'FROM "jobs_job"' in one["sql"] and "ORDER BY" in one["sql"]]
    return [row.address for row in rows], asked[-1].partition("WHERE")[2].partition("ORDER BY")[0]


def test_longest_wait_and_life_are_of_the_job_that_took_longest() -> None:
    assert (Job.objects.longest_wait(), Job.objects.longest_life()) == (LONG, LONG)
    over(1, 1, wait=LONG, ran=DAY)
    make_job(2, listed_at=NOON)
    assert (Job.objects.longest_wait(), Job.objects.longest_life()) == (LONG, LONG + DAY)
    over(3, 1, wait=5 * DAY)
    assert (Job.objects.longest_wait(), Job.objects.longest_life()) == (5 * DAY, 5 * DAY)


@pytest.mark.parametrize("wait", ["started_at", "ended_at"])
def test_longest_is_the_end_of_an_index(wait: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            f"EXPLAIN SELECT MAX({wait} - order_at) FROM jobs_job WHERE {wait} - order_at > interval '2 days'"  # noqa: S608 - our own names
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert f"using job_long_{'wait' if wait == 'started_at' else 'life'}" in plan


@pytest.mark.parametrize(
    ("query", "first", "beyond"),
    [
        ("market=h100", None, None),
        ("listed_from=2026-08-10&listed_to=2026-08-12", None, None),
        ("started_from=2026-08-10", 10 - 3, None),
        ("ended_from=2026-08-10", 10 - 4, None),
        ("started_to=2026-08-10", None, 11 + 1),
        ("ended_to=2026-08-10", None, 11 + 1),
        ("started_from=2026-08-10&ended_from=2026-08-12&started_to=2026-08-14&ended_to=2026-08-13", 8, 14 + 1),
    ],
)
def test_when_jobs_began_and_ended_says_when_they_were_listed(query: str, first: int, beyond: int) -> None:
    over(1, 1, wait=3 * DAY, ran=DAY)
    day = lambda number: datetime(2026, 8, number, tzinfo=UTC) if number else None  # noqa: E731

    make_market("H100")
    assert spans.implied(wanted_of(query)) == Span(day(first), day(beyond))

    over(2, 9, wait=-2 * DAY)
    assert spans.implied(wanted_of(query)) == Span(day(first), None)


def test_span_at_the_end_of_time_ends_there() -> None:
    assert spans.moved(datetime.min.replace(tzinfo=UTC) + DAY, -2 * DAY) == datetime.min.replace(tzinfo=UTC)
    assert spans.moved(datetime.max.replace(tzinfo=UTC) - DAY, 2 * DAY) == datetime.max.replace(tzinfo=UTC)


def test_place_before_all_that_began_in_a_range_is_the_end_of_the_list() -> None:
    """A page of it walked through all that was listed before: 35 to 60 ms at a million jobs."""
    early, late = over(1, 3).address, over(2, 20).address

    assert found("started_from=2026-08-19") == ([late], found("started_from=2026-08-19")[1])
    rows, asked = found(f"started_from=2026-08-19&after={write_cursor([2, NOON.replace(day=10), 'z'])}")
    assert (rows, '"order_at" >= \'2026-08-17' in asked) == ([], True)
    assert found("started_to=2026-08-04")[0] == [early]


@pytest.mark.parametrize(
    ("query", "sort", "day", "begins"),
    [
        ("market=h100", "-listed", 25, "2026-08-12T12:00:00.000001"),
        ("market=h100", "-listed", 11, "2026-08-11T00:00:00"),
        ("market=h100", "listed", 2, "2026-08-10T12:00:00"),
        ("market=h100", "listed", 11, "2026-08-11T00:00:00"),
        ("market=h100", "-started", 25, "2026-08-14T12:00:00.000001"),
        ("market=h100", "started", 2, "2026-08-09T12:00:00"),
        ("ended_to=2026-08-13", "-ended", 25, "2026-08-14T00:00:00"),
        ("started_from=2026-08-11", "started", 2, "2026-08-11T00:00:00"),
        ("listed_to=2026-08-11", "", 25, "2026-08-12T00:00:00"),
        ("ended_to=2026-08-11", "", 25, "2026-08-13T00:00:00"),
        ("", "-started", 25, "2026-08-25T00:00:00"),
    ],
)
def test_day_outside_of_a_list_is_its_nearer_end(query: str, sort: str, day: int, begins: str) -> None:
    """From there on, an index need not go through what other jobs have between the day and the list."""
    for name, listed in enumerate((10, 11, 12)):
        over(name, listed, market=make_market("H100"))
    over("other", 1)
    over("others", 25)
    wanted = wanted_of(f"{query}&sort={sort}")
    at = datetime(2026, 8, day, tzinfo=UTC)

    with CaptureQueriesContext(connection) as queries:
        rows = page_of(wanted, QueryDict(), 50, at).rows

    falls = not sort or sort.startswith("-")
    column = {"": "order_at", "listed": "order_at"}.get(sort.strip("-"), f"{sort.strip('-')}_key")
    everything = matching(wanted, in_order=False).order_by(*order_of(wanted))
    expected = [job.pk for job in everything if (getattr(job, column) < at) == falls]
    assert [row.address for row in rows] == expected
    asked = next(
        one["sql"] for one in reversed(queries.captured_queries) if " < ROW(" in one["sql"] or " > ROW(" in one["sql"]
    )
    moment = re.findall(r"[<>] ROW\('([^']+)", asked)[-1]
    assert datetime.fromisoformat(moment) == datetime.fromisoformat(begins).replace(tzinfo=UTC)


def test_kinds_that_tell_no_edge_are_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of nearly all jobs, thousands of kinds were read for nothing: 9 ms."""
    for name, day in enumerate((1, 20)):
        over(name, day, op_types=["container/run"], market=make_market("H100" if name else "3090"))
    asked: list[str] = []
    listed = kinds.listed

    def noted(wanted: dict[str, Any], milliseconds: int = 60_000) -> kinds.Listed | None:
        asked.extend(wanted.keys() & kinds.OF_KINDS)
        return listed(wanted, milliseconds)

    monkeypatch.setattr(kinds, "listed", noted)
    monkeypatch.setattr(kinds.Listed, "helps", False)  # as of very many jobs, some of them new
    for query in ("op_type=container/run&sort=-started", "market=h100&sort=-started"):
        assert found(query) == found(query)
    assert asked == ["op_type", "market", "market"]


def test_prices_of_a_place_are_where_its_list_by_price_begins_and_ends() -> None:
    """All that other jobs pay more is not walked through: 850 ms for the dearest of a market of a million jobs."""
    for name, price in enumerate([3, 7, 5]):
        over(name, 3, price=price, market=make_market("H100"))
    over("dear", 3, price=900)
    over("cheap", 3, price=1)

    dearest, asked = found("market=h100&sort=-price")
    assert dearest == [address(name) for name in (1, 2, 0)]
    assert '"price" >= 3 AND "jobs_job"."price" <= 7' in asked
    assert found("market=h100&sort=price")[0] == dearest[::-1]
    assert found("market=h100&sort=-price&price_max=0.02")[0] == [address(2), address(0)]  # 5.6 micro-NOS a second
    assert "price" not in found("sort=-price")[1]


@pytest.mark.parametrize(("sort", "name"), [("started", "started_key"), ("ended", "ended_key")])
def test_list_by_a_time_begins_and_ends_with_what_was_listed_in_its_range(sort: str, name: str) -> None:
    addresses = [over(name, name, wait=DAY, ran=DAY).address for name in (2, 10, 12, 20)]
    query = f"listed_from=2026-08-09&listed_to=2026-08-13&sort={sort}"

    rows, asked = found(query)
    assert rows == addresses[1:3]
    assert f'"{name}" >= \'2026-08-08 00:00:00' in asked  # SLACK before
    assert f'"{name}" < \'2026-08-16 00:00:00' in asked  # LONG beyond the end of the last day
    assert found(f"{query.replace(sort, f'-{sort}')}")[0] == addresses[1:3][::-1]
    assert "key" not in found(f"sort={sort}")[1]


@pytest.mark.parametrize("sort", ["started", "ended"])
def test_jobs_that_have_not_begun_are_no_less_in_a_list_by_that_time(sort: str) -> None:
    waiting = make_job("waiting", listed_at=NOON.replace(day=11)).address
    done = over("done", 12).address
    query = f"listed_from=2026-08-09&sort={sort}"

    rows, asked = found(query)
    assert rows == [waiting, done]
    assert f'"{sort}_key" >=' not in asked
    assert found(query.replace(sort, f"-{sort}"))[0] == [done, waiting]
    assert "_key\" >= '2026-08-10 12:00" in found(f"{query}&state=completed")[1]


def test_list_by_a_time_is_whole_where_jobs_began_before_they_were_listed() -> None:
    addresses = [over(1, 12, wait=-3 * DAY).address, over(2, 12).address]

    rows, asked = found("listed_from=2026-08-11&sort=started")
    assert (rows, 'started_key" >=' in asked) == (addresses, False)


def test_kinds_say_between_which_times_a_place_had_jobs() -> None:
    market = make_market("H100")
    addresses = [over(name, day, market=market).address for name, day in enumerate((10, 12))]
    over("other", 2)

    rows, asked = found("market=h100&sort=started")
    assert rows == addresses
    assert '"started_key" >= \'2026-08-09 12:00:00' in asked
    rows, asked = found("market=h100&sort=-listed")
    assert rows == addresses[::-1]
    assert '"order_at" >= \'2026-08-10 12:00:00' in asked
    assert '"order_at" < \'2026-08-12 12:00:00.000001' in asked


def test_what_cannot_be_found_out_in_a_moment_leaves_the_end_open(monkeypatch: pytest.MonkeyPatch) -> None:
    done = over(1, 12).address
    query = "listed_from=2026-08-11&listed_to=2026-08-14&sort=started"
    assert '"started_key" >= \'2026-08-11 12:00' in found(query)[1]

    def no_time(*_: Any) -> Any:
        raise TooSlow

    monkeypatch.setattr(edges, "time_box", no_time)
    rows, asked = found(query)
    assert (rows, '"started_key" >=' in asked, '"started_key" < \'2026-08-14 12:00' in asked) == ([done], False, True)


def test_kinds_have_more_time_where_a_list_begins_with_what_they_say(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked by eight at once, they took longer than a gathered list gives them, and the list 800 ms."""
    over(1, 3, price=7, market=make_market("H100"))
    monkeypatch.setattr(kinds, "_sum", lambda columns: "(SELECT 1 FROM pg_sleep(0.03))")

    assert '"price" <= 7' in found("market=h100&sort=price")[1]
    assert kinds.listed(wanted_of("market=h100&trigger=cli")) is None
