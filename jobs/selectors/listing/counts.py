"""How many jobs a filter shows."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any, Final

from django.core.exceptions import EmptyResultSet
from django.db import connection

from explorer import paging
from explorer.kept import kept
from explorer.paging import Count, Page
from jobs.choices import STATES, WITHDRAWN
from jobs.models import JobQuerySet
from jobs.rollups import reading as rollups
from jobs.rollups.reading import Totals
from jobs.selectors.listing import kinds
from jobs.selectors.listing.boxes import TooSlow, time_box
from jobs.selectors.listing.contents import definitions_of
from jobs.selectors.listing.filtering import matching
from jobs.selectors.listing.named import image_ids, markets_of, resource_ids
from jobs.selectors.listing.reading import are_gathered

COUNT_CAP: Final = 10_000
#: What counting may take where nobody says otherwise; milliseconds.
COUNT_MS: Final = 250
#: The filters that sums are kept by, also by day.
BY_DAY: Final = ("market", "node", "deployer", "image")
#: And those of which they are kept over all time alone.
FOR_EVER: Final = ("payer", "trigger", "op_type", "resource")
#: Filters of what jobs have from their definitions.
IN_DEFINITIONS: Final = frozenset({"q", "image", "resource", "op_type"})
RANGE: Final = frozenset({"listed_from", "listed_to"})
#: The figure of an outcome among the sums.
OUTCOMES: Final = {"success": "succeeded", "failed": "failed", "unknown": "unknown"}


def known(wanted: Mapping[str, Any]) -> Totals | None:
    """Return the sums of the filter's jobs, whatever their state or outcome; None where none are kept.

    One query, with a GPU, an image or a resource two.
    """
    others = set(wanted) - {"state", "outcome", "sort"}
    ends = wanted.get("listed_from"), wanted.get("listed_to")
    name, keys = _summed_by(wanted, others - RANGE)
    if keys is None or (others & RANGE and name in FOR_EVER):
        return None
    if others & RANGE:
        return rollups.totals_between(name, keys, *ends)
    return sum(sums(name, keys).values(), Totals())


def _summed_by(wanted: Mapping[str, Any], others: Set[str]) -> tuple[str, tuple[str, ...] | None]:
    """Return the dimension and the keys in it whose sums are those of a filter; no keys where there are no such."""
    if not others:
        return "all", ("",)
    if others <= {"market", "gpu"}:
        return "market", tuple(markets_of(wanted) or ())
    name = next(iter(others))
    if len(others) > 1 or name not in BY_DAY + FOR_EVER:
        return "", None
    if name not in {"image", "resource"}:
        return name, (wanted[name],)
    numbers = image_ids(wanted[name]) if name == "image" else resource_ids(wanted[name])
    # Jobs with two of an image's tags would count twice.
    return name, (str(numbers[0]),) if len(numbers) == 1 else None


@kept
def sums(dimension: str, keys: tuple[str, ...] | None = None) -> Mapping[str, Totals]:
    """Return the sums of some keys of a dimension, or of all, over all time; one query, kept."""
    return rollups.totals_by_key(dimension, keys)


def exact(wanted: Mapping[str, Any], found: Totals | None) -> Count | None:
    """Return how many jobs a filter shows where the sums say so; no query."""
    if found is None or ("state" in wanted and "outcome" in wanted):
        return None
    if "outcome" in wanted:
        return Count(getattr(found, OUTCOMES[wanted["outcome"]]), is_capped=False)
    states = wanted.get("state") or [name for name, _ in STATES if name != WITHDRAWN]
    return Count(sum(getattr(found, name) for name in states), is_capped=False)


def counted(wanted: Mapping[str, Any], *, milliseconds: int | None = None, is_capped: bool = True) -> Count | None:
    """Return how many jobs a filter shows, up to COUNT_CAP or all; None where that takes too long. One query.

    That is: longer than so many milliseconds, or COUNT_MS.
    """
    cap = COUNT_CAP if is_capped else None
    try:
        with time_box(COUNT_MS if milliseconds is None else milliseconds):
            if "q" in wanted and set(wanted) - {"sort"} <= IN_DEFINITIONS:
                return _by_definitions(wanted, cap)
            found = _countable(wanted)
            return Count(found.count(), is_capped=False) if cap is None else paging.capped_count(found, cap)
    except TooSlow:
        return None


def _countable(wanted: Mapping[str, Any]) -> JobQuerySet:
    return matching(wanted, by_entries=are_gathered(wanted), in_order=False)


#: For each definition its jobs by one index alone. OFFSET keeps PostgreSQL from joining the other way round, which for
#: a word in many definitions begins with all jobs.
_OF_DEFINITIONS: Final = """
SELECT COUNT(*) FROM (
  SELECT 1 FROM ({definitions}) AS wanted (key) CROSS JOIN LATERAL (
    SELECT 1 FROM jobs_job WHERE ipfs_job = wanted.key AND delisted_at IS NULL
    UNION ALL
    SELECT 1 FROM jobs_job WHERE address = wanted.key AND ipfs_job = '' AND delisted_at IS NULL
    OFFSET 0
  ) AS run LIMIT %s
) AS found
"""


def _by_definitions(wanted: Mapping[str, Any], cap: int | None) -> Count:
    """Return how many jobs have a definition that has what is asked for; one query."""
    try:
        sql, values = definitions_of(wanted).values("pk").query.sql_with_params()
    except EmptyResultSet:  # an image that no job ever had
        return Count(0, is_capped=False)
    with connection.cursor() as cursor:
        cursor.execute(_OF_DEFINITIONS.format(definitions=sql), [*values, None if cap is None else cap + 1])
        (number,) = cursor.fetchone()
    return Count(number, is_capped=False) if cap is None else Count(min(number, cap), number > cap)


def total(wanted: Mapping[str, Any], *, milliseconds: int | None = None, is_capped: bool = True) -> Count | None:
    """Return how many jobs a filter shows: from sums or kinds where they say so, else as counted()."""
    if found := exact(wanted, known(wanted)):
        return found
    number = kinds.total(wanted, milliseconds=milliseconds)
    return (
        counted(wanted, milliseconds=milliseconds, is_capped=is_capped)
        if number is None
        else Count(number, is_capped=False)
    )


def at_once(wanted: Mapping[str, Any], found: Totals | None, page: Page[Any], *, is_first: bool) -> Count | None:
    """Return how many jobs a filter shows where no query is needed: by the sums, or when one page has them all."""
    if is_first and page.older is None:
        return Count(len(page.rows), is_capped=False)
    return exact(wanted, found)
