from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs import periods
from jobs.periods import DAY, HOUR, MONTH, UNITS, WEEK, Period, Unit, between, floor, labels, latest, shifted, told

NOW = datetime(2026, 11, 22, 7, 59, 30, tzinfo=UTC)  # a Sunday
UNIT = st.sampled_from(list(UNITS.values()))
MOMENT = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("unit", "since", "until"),
    [
        (HOUR, datetime(2026, 11, 22, 5), datetime(2026, 11, 22, 8)),
        (DAY, datetime(2026, 11, 20), datetime(2026, 11, 23)),
        (WEEK, datetime(2026, 11, 2), datetime(2026, 11, 23)),
        (MONTH, datetime(2026, 9, 1), datetime(2026, 12, 1)),
    ],
)
def test_latest_three_end_with_the_one_that_is_not_over(unit: Unit, since: datetime, until: datetime) -> None:
    period = latest(unit, 3, NOW)

    assert (period.since, period.until) == (since.replace(tzinfo=UTC), until.replace(tzinfo=UTC))


@given(UNIT, MOMENT, st.integers(-500, 500))
def test_units_follow_each_other_without_a_gap(unit: Unit, moment: datetime, count: int) -> None:
    at = floor(moment, unit)

    assert at <= moment < shifted(at, unit, 1)
    assert floor(shifted(at, unit, count), unit) == shifted(at, unit, count)
    assert shifted(shifted(at, unit, count), unit, -count) == at


@given(UNIT, MOMENT, st.timedeltas(timedelta(0), timedelta(days=800)))
def test_between_holds_both_moments_and_no_more(unit: Unit, first: datetime, length: timedelta) -> None:
    last = first + length

    period = between(unit, first, last)

    if period is None:
        assert shifted(floor(first, unit), unit, periods.MOST_BARS) <= last
    else:
        assert period.since <= first < shifted(period.since, unit, 1)
        assert shifted(period.until, unit, -1) <= last < period.until


@given(UNIT, MOMENT, st.integers(1, periods.MOST_BARS))
def test_labels_are_few_and_never_at_the_end(unit: Unit, moment: datetime, count: int) -> None:
    found = labels(Period(unit, floor(moment, unit), count))

    assert len(found) == count
    assert sum(map(bool, found)) <= 10
    assert not any(found[-max(count // 20, 0) :] if count >= 20 else [])


@pytest.mark.parametrize(
    ("unit", "text"),
    [
        (HOUR, "Sun 22 Nov 2026, 07:00 UTC"),
        (DAY, "Sun 22 Nov 2026"),
        (WEEK, "Week from 16 Nov 2026"),
        (MONTH, "November 2026"),
    ],
)
def test_times_are_told_by_what_a_bar_stands_for(unit: Unit, text: str) -> None:
    assert told(floor(NOW, unit), unit) == text


@pytest.mark.parametrize(
    ("unit", "count", "texts"),
    [
        (HOUR, 24, ["09:00", "12:00", "15:00", "18:00", "21:00", "Sun 22", "03:00"]),
        (HOUR, 168, ["Mon 16", "Tue 17", "Wed 18", "Thu 19", "Fri 20", "Sat 21"]),
        (DAY, 30, ["26 Oct", "2 Nov", "9 Nov", "16 Nov"]),
        (DAY, 365, ["Jan 2026", "Mar", "May", "Jul"]),
        (MONTH, 6, ["Jun 2026", "Jul 2026", "Aug 2026", "Sep 2026", "Oct 2026"]),
    ],
)
def test_labels_stand_where_people_count_from(unit: Unit, count: int, texts: list[str]) -> None:
    assert [text for text in labels(latest(unit, count, NOW)) if text][: len(texts)] == texts
