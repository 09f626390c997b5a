"""The entries under which one inverted index holds a job: what filters ask for, each in a column of the index.

A GIN index keeps for every entry the list of its jobs and intersects such lists while it reads them, so that two
filters which a hundred thousand jobs satisfy each, and none both, are answered in milliseconds. A B-tree would read
all jobs of the one and look at each for the other.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.contrib.postgres.fields import ArrayField
from django.db.models import Case, CharField, Expression, F, Func, IntegerField, Value, When

#: Where the ranges of seconds and of micro-NOS per second begin that jobs are held under. A migration must follow a
#: change: PostgreSQL knows the index by these very numbers.
SECONDS: Final = (
    0, 10, 30, 60, 120, 300, 600, 900, 1200, 1800, 2700, 3600, 5400, 7200, 10800, 14400, 21600, 28800, 43200, 64800,
    86400, 172800, 259200, 604800,
)  # fmt: skip
PRICES: Final = (
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 100, 125, 160, 200, 250, 320, 400,
    500, 640, 800, 1000, 2000, 5000, 10_000, 100_000, 1_000_000,
)  # fmt: skip


class Entry(Func):
    """A column as an array of its one value, which is what GIN can hold without an extension."""

    template = "ARRAY[%(expressions)s]"

    def __init__(self, column: str) -> None:
        super().__init__(F(column), output_field=ArrayField(CharField()))


class RangeEntry(Func):
    """The number of the range that a column's value is in, 0 below the first, as an array."""

    def __init__(self, column: str, starts: tuple[int, ...]) -> None:
        numbers = ",".join(map(str, starts))
        template = f"ARRAY[width_bucket(%(expressions)s, '{{{numbers}}}'::bigint[])]"
        super().__init__(F(column), template=template, output_field=ArrayField(IntegerField()))


#: What unfinished jobs are held under instead of a time: no week and no season has this number.
UNFINISHED: Final = -1_000_000
#: A season is so many weeks; its number begins with this, to be none of a week.
SEASON: Final = 8
SEASONS: Final = 1_000_000
_FIRST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_WEEK: Final = timedelta(days=7)


class TimeEntry(Func):
    """The numbers of the week and of the season in which a job was listed, UNFINISHED while it waits or runs.

    Two, because the index looks for few entries at once much faster than for many.
    """

    def __init__(self) -> None:
        held = Case(When(phase__lt=2, then=_array(Value(UNFINISHED))), default=_array(_number(1), _number(SEASON)))
        super().__init__(held, template="%(expressions)s", output_field=ArrayField(IntegerField()))


def _array(*values: Expression) -> Func:
    return Func(*values, template="ARRAY[%(expressions)s]", output_field=ArrayField(IntegerField()))


def _number(weeks: int) -> Func:
    """Return when a job was listed as a number of spans of so many weeks."""
    since = f"%(expressions)s - '{_FIRST:%Y-%m-%d} 00:00:00+00'::timestamptz"
    seconds = round(_WEEK.total_seconds()) * weeks
    beyond = "" if weeks == 1 else f" + {SEASONS}"
    return Func(F("order_at"), template=f"floor(date_part('epoch', {since}) / {seconds})::int{beyond}")


def week_of(moment: datetime) -> int:
    """Return the number of a moment's week, as TimeEntry has it: seven days each, from 1970-01-01 on."""
    return (moment - _FIRST) // _WEEK


def beginning_of(week: int) -> datetime:
    """Return when a week begins; of a week that no calendar has, the end of time that is next to it."""
    try:
        return _FIRST + _WEEK * week
    except OverflowError:
        return (datetime.min if week < 0 else datetime.max).replace(tzinfo=UTC)


def ranges(starts: tuple[int, ...], first: int | None, last: int | None) -> list[int]:
    """Return the numbers of the ranges that hold a value from `first` to `last`; None leaves that end open."""
    lowest = 0 if first is None else bisect_right(starts, first)
    highest = len(starts) if last is None else bisect_right(starts, last)
    return list(range(lowest, highest + 1))


RANGES: Final = {"duration": SECONDS, "price": PRICES}
#: The columns of the index that are not columns of the table, by the filters' names.
OF: Final[dict[str, Any]] = {
    **{name: Entry(name) for name in ("market", "node", "deployer", "payer", "trigger")},
    "duration": RangeEntry("duration_key", SECONDS),
    "price": RangeEntry("price", PRICES),
    "time": TimeEntry(),
}
#: In the order of the index.
ENTRIES: Final = (*OF.values(), "op_types", "image_ids", "resource_ids")
