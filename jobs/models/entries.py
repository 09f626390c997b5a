"""The entries under which one inverted index holds a job: what filters ask for, each in a column of the index.

A GIN index keeps for every entry the list of its jobs and intersects such lists while it reads them, so that two
filters which a hundred thousand jobs satisfy each, and none both, are answered in milliseconds. A B-tree would read
all jobs of the one and look at each for the other.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Any, Final

from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, F, Func, IntegerField

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
}
#: In the order of the index.
ENTRIES: Final = (*OF.values(), "op_types", "image_ids", "resource_ids")
