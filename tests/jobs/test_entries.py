"""The entries that jobs are held under, as PostgreSQL makes them and as filters ask for them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs.models import Job
from jobs.models.entries import OF, PRICES, SEASON, SEASONS, SECONDS, UNFINISHED, beginning_of, ranges, week_of
from tests.jobs.factories import NOON, make_job

pytestmark = pytest.mark.django_db
MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


def held(name: str) -> list[int]:
    """Return under what the one job is held."""
    found: list[int] = Job.objects.annotate(held=OF[name]).values_list("held", flat=True).get()
    return found


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moment=MOMENTS | st.integers(-9, 9).map(lambda weeks: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(7 * weeks)))
def test_finished_job_is_held_under_its_week_and_season(moment: datetime) -> None:
    Job.objects.all().delete()
    make_job(state=2, listed_at=moment, started_at=moment, ended_at=moment)

    assert held("time") == [week_of(moment), week_of(moment) // SEASON + SEASONS]
    assert beginning_of(week_of(moment)) <= moment


@pytest.mark.parametrize(("state", "delisted"), [(0, False), (1, False), (0, True)])
def test_unfinished_job_is_held_under_no_time_and_a_withdrawn_one_is_finished(state: int, delisted: bool) -> None:
    make_job(state=state, listed_at=NOON, delisted_at=NOON if delisted else None)

    week = week_of(NOON)
    assert held("time") == ([week, week // SEASON + SEASONS] if delisted else [UNFINISHED])


@pytest.mark.parametrize(("week", "expected"), [(-(10**7), datetime.min), (10**7, datetime.max)])
def test_beginning_of_a_week_that_no_calendar_has_is_the_end_of_time(week: int, expected: datetime) -> None:
    assert beginning_of(week) == expected.replace(tzinfo=UTC)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(price=st.integers(0, 2_000_000), edge=st.integers(-1, 1), start=st.sampled_from(PRICES), is_edge=st.booleans())
def test_job_is_held_under_a_range_that_every_filter_for_its_price_asks_for(
    price: int, edge: int, start: int, is_edge: bool
) -> None:
    price = start + edge if is_edge else price
    Job.objects.all().delete()
    make_job(price=price)

    (number,) = held("price")
    assert number in ranges(PRICES, price, None)
    assert number in ranges(PRICES, None, price)
    assert ranges(PRICES, price, price) == [number]
    assert number not in ranges(PRICES, PRICES[number], None) if number < len(PRICES) else number == len(PRICES)


def test_ranges_of_all_durations_have_every_number() -> None:
    assert ranges(SECONDS, None, None) == list(range(len(SECONDS) + 1))


def test_index_answers_what_filters_ask_for_by_entries() -> None:
    make_job()
    found = Job.objects.alias(one=OF["time"], two=OF["deployer"], three=OF["price"], four=OF["duration"])
    asked = found.filter(one__overlap=[1], two__overlap=["x"], three__overlap=[1], four__overlap=[1])
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
    plan = asked.order_by().explain()

    assert "Bitmap Index Scan on job_entries_by_time" in plan
    assert "Filter" not in plan
