"""What kinds of jobs say of lists, counts and facets, and when they are not asked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from explorer.paging import BadCursor, Count, write_cursor
from jobs.models import Job, JobKind
from jobs.models.entries import UNFINISHED, week_of
from jobs.selectors import listing
from jobs.selectors.listing import counts, kinds, reading
from jobs.selectors.listing.boxes import Manner
from jobs.selectors.listing.reading import Way
from tests.jobs.factories import NOON, address, make_job
from tests.jobs.lists import read, wanted_of, ways_to_read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_remembered")]
Wanted = dict[str, Any]


def queries_of(query: str, size: int = 50) -> tuple[list[str], list[str]]:
    """Read a page; return the addresses, and whether kinds and jobs were read for it."""
    with CaptureQueriesContext(connection) as queries:
        page = read(query, size)
    kinds_asked = any("MIN(first_at)" in found["sql"] for found in queries)
    jobs_asked = any('FROM "jobs_job"' in found["sql"] for found in queries)
    asked_for = [name for name, is_asked in (("kinds", kinds_asked), ("jobs", jobs_asked)) if is_asked]
    return [row.address for row in page.rows], asked_for


def over(name: object, weeks: float, **facts: Any) -> Job:
    """Create a job that was listed and over so many weeks ago."""
    listed = timezone.now() - timedelta(weeks=weeks)
    return make_job(name, state=2, listed_at=listed, started_at=listed, ended_at=listed, **facts)


def test_list_of_which_there_is_no_kind_is_empty_without_a_look_at_any_job() -> None:
    over(1, 1, op_types=["run"])
    over(2, 1, trigger="ci")

    query = "trigger=ci&op_type=run"
    assert queries_of(query) == ([], ["kinds"])
    assert cache.get(reading._key(wanted_of(query))) is None  # how long it took to read nothing says nothing
    after = f"{query}&after={write_cursor([2, NOON, address(1)])}"
    assert queries_of(after) == ([], ["kinds"])
    with pytest.raises(BadCursor):
        read(f"{query}&after=nonsense", 50)
    assert queries_of("trigger=ci&op_type=run&state=running") == ([], ["kinds"])

    over(3, 1, trigger="ci", op_types=["run"])
    assert queries_of(query) == ([address(3)], ["kinds", "jobs"])


def test_kinds_that_took_too_long_for_a_list_are_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    over(1, 1, trigger="ci")
    query = "trigger=ci&op_type=run"
    with monkeypatch.context() as slow:
        slow.setattr(kinds, "LIST_MS", 20)
        slow.setattr(kinds, "REMEMBERED", 0)
        slow.setattr(kinds, "_sum", lambda columns: "(SELECT 1 FROM pg_sleep(2))")
        assert queries_of(query) == ([], ["kinds", "jobs"])

    assert queries_of(query) == ([], ["kinds"])


def test_list_of_a_price_that_no_job_of_a_kind_has_is_empty_without_a_look_at_any_job() -> None:
    over(1, 1, trigger="ci", price=1111)
    over(2, 1, trigger="ci", price=1112)
    over(3, 1, price=2000)

    assert queries_of("trigger=ci&price_min=4.1") == ([], ["kinds"])  # 1,139 micro-NOS a second
    assert queries_of("trigger=ci&price_max=3.9") == ([], ["kinds"])
    assert queries_of("trigger=ci&price_min=4") == ([address(2)], ["kinds", "jobs"])
    assert queries_of("trigger=ci&price_max=4") == ([address(1)], ["kinds", "jobs"])


@pytest.mark.parametrize(("when", "rows"), [("listed_from", 0), ("listed_to", 1)])
def test_list_of_a_time_in_which_no_such_job_was_listed_is_empty_at_once(when: str, rows: int) -> None:
    over(1, 9, trigger="ci")
    over(2, 1)

    query = f"trigger=ci&market=nvidia-3090&{when}={timezone.now() - timedelta(weeks=4):%Y-%m-%d}"
    found, asked_for = queries_of(query)
    assert (len(found), asked_for) == (rows, ["kinds", "jobs"][: rows + 1])


def test_list_that_is_long_over_is_read_from_the_weeks_that_it_ended_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "FEW", 0)
    ways_to_read(monkeypatch, Way(60_000, Manner.GATHER))
    for number in range(6):
        over(number, 100 + number / 100, trigger="ci", op_types=["run"])

    with CaptureQueriesContext(connection) as queries:
        assert len(read("trigger=ci&op_type=run", 3).rows) == 3

    (sql,) = [found["sql"] for found in queries if 'FROM "jobs_job"' in found["sql"] and "LIMIT 4" in found["sql"]]
    held = [int(number) for number in sql.partition("END && (ARRAY[")[2].partition("]")[0].split(",")]
    last = week_of(timezone.now() - timedelta(weeks=100))
    assert held == [UNFINISHED, last - 1, last]


def test_few_jobs_with_an_image_of_their_own_are_found_by_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        over(number, number, trigger="ci", op_types=["run"], image_ids=[7, 9])

    with CaptureQueriesContext(connection) as queries:
        assert len(read("trigger=ci&op_type=run", 9).rows) == 3

    (sql,) = [found["sql"] for found in queries if 'FROM "jobs_job"' in found["sql"] and "LIMIT 10" in found["sql"]]
    assert '"image_ids" @> (ARRAY[7, 9])' in sql


def test_kinds_that_do_not_help_a_list_are_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "FEW", 0)
    for number in range(3):
        over(number, number / 10, trigger="ci", op_types=["run"])

    assert [queries_of("trigger=ci&op_type=run", 2)[1] for _ in range(2)] == [["kinds", "jobs"], ["jobs"]]


def test_kinds_that_are_not_kept_by_all_are_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    over(1, 1, trigger="ci", op_types=["run"])
    JobKind.objects.filter(trigger="ci").delete()
    JobKind.objects.update(completed_unknown=5)
    wanted = wanted_of("trigger=ci&op_type=run")

    assert queries_of("trigger=ci&op_type=run") == ([address(1)], ["jobs"])
    assert counts.total(wanted) == Count(1, is_capped=False)
    (markets,) = [facet for facet in listing.facets(wanted, listing.markets()).facets if facet.name == "market"]
    assert [(choice.value, choice.count) for choice in markets.choices] == [
        (address("NVIDIA 3090"), Count(1, is_capped=False))
    ]


def test_kinds_that_take_too_long_are_let_be_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    over(1, 1, trigger="ci", op_types=["run"])
    monkeypatch.setattr(kinds, "KINDS_MS", 20)
    monkeypatch.setattr(kinds, "LIST_MS", 20)
    monkeypatch.setattr(kinds, "_sum", lambda columns: "(SELECT 1 FROM pg_sleep(2))")
    wanted = wanted_of("trigger=ci&op_type=run")

    assert kinds.total(wanted) is None
    with CaptureQueriesContext(connection) as queries:
        assert counts.total(wanted) == Count(1, is_capped=False)
        assert queries_of("trigger=ci&op_type=run")[0] == [address(1)]
    assert not [found for found in queries if "pg_sleep" in found["sql"] and "MIN(first_at)" not in found["sql"]]


@pytest.mark.parametrize("few", [0, 300])
@pytest.mark.parametrize("weeks", [0, 3, 30, 300])
@pytest.mark.parametrize("is_over", [True, False])
@pytest.mark.parametrize("is_of_a_kind", [True, False])
def test_job_that_comes_between_two_queries_leaves_a_list_that_was_once_so(
    weeks: int, few: int, is_over: bool, is_of_a_kind: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kinds, "FEW", few)
    facts: dict[str, Any] = {"trigger": "ci", "op_types": ["run"], "image_ids": [7]}
    for number in range(2):
        over(number, 20 + number, **facts)
    before, _ = queries_of("trigger=ci&op_type=run", 5)
    cache.clear()
    listed = kinds.listed

    def then_comes(wanted: Wanted, milliseconds: int) -> Any:
        found = listed(wanted, milliseconds)
        given = facts if is_of_a_kind else {**facts, "image_ids": [9]}
        if is_over:
            over("new", weeks, **given)
        else:
            make_job("new", listed_at=timezone.now() - timedelta(weeks=weeks), **given)
        return found

    monkeypatch.setattr(kinds, "listed", then_comes)
    between, _ = queries_of("trigger=ci&op_type=run", 5)
    monkeypatch.setattr(kinds, "listed", listed)
    after, _ = queries_of("trigger=ci&op_type=run", 5)

    assert len(after) == 3
    assert between in (before, after)


@pytest.mark.parametrize(
    "query", ["trigger=ci", "trigger=ci&op_type=run", f"deployer={address(0)}&image=ubuntu&state=completed"]
)
def test_number_of_queries_of_counts_does_not_follow_the_number_of_kinds(query: str) -> None:
    def number() -> int:
        with CaptureQueriesContext(connection) as queries:
            listing.facets(wanted_of(query), listing.markets())
        return len(queries)

    over(0, 1, trigger="ci", op_types=["run"])
    few = number()
    for name in range(1, 9):
        over(name, 1, trigger="ci", op_types=["run", str(name)], deployer=address(name))
    assert number() == few
