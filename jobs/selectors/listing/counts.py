"""How many jobs a filter shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from explorer import paging
from explorer.kept import kept
from explorer.paging import Count, Page
from jobs.choices import STATES, WITHDRAWN
from jobs.rollups import reading as rollups
from jobs.rollups.reading import Totals
from jobs.selectors.listing.filtering import image_ids, matching
from jobs.selectors.listing.reading import TooSlow, time_box

COUNT_CAP: Final = 10_000
#: What counting may take; milliseconds.
COUNT_MS: Final = 250
#: The filters that sums are kept by.
SUMMED: Final = ("market", "node", "deployer", "image")
#: The figure of an outcome among the sums.
OUTCOMES: Final = {"success": "succeeded", "failed": "failed", "unknown": "unknown"}


def known(wanted: Mapping[str, Any]) -> Totals | None:
    """Return the sums of the filter's jobs, whatever their state or outcome; None where none are kept. One query."""
    others = set(wanted) - {"state", "outcome", "sort"}
    if not others:
        return sums("all", ("",)).get("", Totals())
    if len(others) > 1 or (name := others.pop()) not in SUMMED:
        return None
    if name == "image":
        numbers = image_ids(wanted["image"])
        # Jobs with two of an image's tags would count twice.
        return sums("image", (str(numbers[0]),)).get(str(numbers[0]), Totals()) if len(numbers) == 1 else None
    keys = tuple(wanted[name]) if name == "market" else (wanted[name],)
    return sum(sums(name, keys).values(), Totals())


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


def counted(wanted: Mapping[str, Any]) -> Count | None:
    """Return how many jobs a filter shows, up to COUNT_CAP; None where counting takes too long. One query."""
    try:
        with time_box(COUNT_MS):
            return paging.capped_count(matching(wanted), COUNT_CAP)
    except TooSlow:
        return None


def total(wanted: Mapping[str, Any]) -> Count | None:
    """Return how many jobs a filter shows: from the sums where they say so, else counted; None if it takes too long."""
    return exact(wanted, known(wanted)) or counted(wanted)


def at_once(wanted: Mapping[str, Any], found: Totals | None, page: Page[Any], *, is_first: bool) -> Count | None:
    """Return how many jobs a filter shows where no query is needed: by the sums, or when one page has them all."""
    if is_first and page.older is None:
        return Count(len(page.rows), is_capped=False)
    return exact(wanted, found)
