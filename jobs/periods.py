"""Stretches of time that charts are drawn of: so many hours, days, weeks or months, each one bar. Pure Python, UTC."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

#: More bars cannot be told apart, and a page with more is slow.
MOST_BARS: Final = 366


@dataclass(frozen=True, slots=True)
class Unit:
    """What one bar stands for, and the lengths that a chart offers, in bars, the usual one of them apart."""

    name: str
    title: str
    lengths: tuple[int, int, int]
    usual: int


HOUR: Final = Unit("hour", "Hour", (24, 48, 168), 48)
DAY: Final = Unit("day", "Day", (30, 90, 365), 30)
WEEK: Final = Unit("week", "Week", (13, 26, 104), 26)
MONTH: Final = Unit("month", "Month", (6, 12, 36), 12)
UNITS: Final = {unit.name: unit for unit in (HOUR, DAY, WEEK, MONTH)}
#: How long the units are that are all of one length.
_SPANS: Final = {HOUR.name: timedelta(hours=1), DAY.name: timedelta(days=1), WEEK.name: timedelta(weeks=1)}


def floor(moment: datetime, unit: Unit) -> datetime:
    """Return when the hour, day, week (from Monday) or month of a moment began; `moment` is in UTC."""
    at = moment.replace(minute=0, second=0, microsecond=0)
    if unit is HOUR:
        return at
    at = at.replace(hour=0)
    if unit is WEEK:
        return at - timedelta(days=at.weekday())
    return at.replace(day=1) if unit is MONTH else at


def shifted(at: datetime, unit: Unit, count: int) -> datetime:
    """Return the beginning of the unit so many after the one that begins `at`; before it where `count` is negative."""
    if unit is MONTH:
        years, month = divmod(at.month - 1 + count, 12)
        return at.replace(year=at.year + years, month=month + 1)
    return at + count * _SPANS[unit.name]


@dataclass(frozen=True, slots=True)
class Period:
    """`count` bars of a unit, the first of which begins `since`."""

    unit: Unit
    since: datetime
    count: int

    @property
    def until(self) -> datetime:
        """The end of the last bar."""
        return shifted(self.since, self.unit, self.count)

    def __iter__(self) -> Iterator[datetime]:
        """Yield when each bar begins, oldest first."""
        return (shifted(self.since, self.unit, index) for index in range(self.count))


def latest(unit: Unit, count: int, now: datetime) -> Period:
    """Return the last `count` units; the last of them is not over."""
    return Period(unit, shifted(floor(now, unit), unit, 1 - count), count)


def between(unit: Unit, first: datetime, last: datetime) -> Period | None:
    """Return the units that hold two moments and all between them; None where those are more than MOST_BARS."""
    since, count = floor(first, unit), 1
    while shifted(since, unit, count) <= last:
        count += 1
        if count > MOST_BARS:
            return None
    return Period(unit, since, count)


def told(at: datetime, unit: Unit) -> str:
    """Return the name of the unit that begins `at`, for a title or a table."""
    if unit is HOUR:
        return f"{at:%a} {at.day} {at:%b %Y, %H:%M} UTC"
    if unit is DAY:
        return f"{at:%a} {at.day} {at:%b %Y}"
    return f"Week from {at.day} {at:%b %Y}" if unit is WEEK else f"{at:%B %Y}"


@lru_cache(maxsize=50)  # a page has several periods, and every page of an hour or day the same ones
def times(period: Period) -> Sequence[datetime]:
    """Return when each bar begins, oldest first."""
    return list(period)


def names(period: Period) -> Sequence[str]:
    """Return the name of each bar."""
    return _names(period)


@lru_cache(maxsize=50)
def _names(period: Period) -> Sequence[str]:
    return [told(at, period.unit) for at in times(period)]


def labels(period: Period) -> Sequence[str]:
    """Return what stands under each bar, nothing under most: ten labels at most, at the times people count by.

    The last bars have none: a label needs room to its right.
    """
    return _labels(period)


@lru_cache(maxsize=50)
def _labels(period: Period) -> Sequence[str]:
    for marks in _MARKS[period.unit.name]:
        texts = [
            _label(at, period.unit) if _is_marked(at, marks) and n < 0.92 * period.count else ""
            for n, at in enumerate(times(period))
        ]
        if sum(map(bool, texts)) <= 10:
            return texts
    return texts


#: By unit, from fine to coarse: every so many hours, weeks from Monday, months or years.
_MARKS: Final = {
    "hour": (("hour", 3), ("hour", 6), ("hour", 12), ("hour", 24), ("week", 1)),
    "day": (("week", 1), ("week", 2), ("month", 1), ("month", 2)),
    "week": (("week", 2), ("week", 4), ("week", 8), ("week", 13), ("week", 52)),
    "month": (("month", 1), ("month", 2), ("month", 3), ("month", 6), ("year", 1), ("year", 2), ("year", 4)),
}


def _is_marked(at: datetime, marks: tuple[str, int]) -> bool:
    kind, step = marks
    if kind == "hour":
        return at.hour % step == 0
    if kind == "week":
        return at.weekday() == 0 and at.hour == 0 and at.toordinal() // 7 % step == 0
    if kind == "month":
        return at.day == 1 and (at.month - 1) % step == 0
    return at.month == 1 and at.year % step == 0


def _label(at: datetime, unit: Unit) -> str:
    if unit is HOUR and at.hour:
        return f"{at:%H:%M}"
    if unit is MONTH or at.day == 1 and unit is DAY:
        return f"{at:%b %Y}" if at.month == 1 or unit is MONTH else f"{at:%b}"
    return f"{at:%a} {at.day}" if unit is HOUR else f"{at.day} {at:%b}"
