"""Pages of the job list: read in a bounded time, whatever the filter."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

import psycopg
from django.core.cache import cache
from django.db import OperationalError, connection, transaction
from django.http import QueryDict

from explorer import paging
from explorer.paging import Page, keyset_page, write_cursor
from jobs.columns import QUEUE
from jobs.selectors.listing.figures import SEEN, Seen
from jobs.selectors.listing.filtering import matching, order_of

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Way:
    """A way to read a page, and the milliseconds it may take; see time_box() for `gathers`."""

    milliseconds: int
    gathers: bool = False


#: How a page is read, one way after another until one is done in its time. The first is right for nearly all filters;
#: the later ones are for rare matches far down the list, and for a machine that is busy.
WAYS: Final = (Way(150), Way(300, gathers=True), Way(1000), Way(2500, gathers=True))
#: A fragment inside another page shows so many jobs.
EMBEDDED: Final = 10
#: For how long it is remembered which way of reading a filter was quick; seconds.
REMEMBERED: Final = 600


#: Without these ways of reading, a page comes from bitmaps of the rows that match, joined by hash.
_ORDERED: Final = ("enable_indexscan", "enable_indexonlyscan", "enable_nestloop")
#: Starting workers takes longer than what a page may cost, and they would take the time of other pages.
_ALONE: Final = {"max_parallel_workers_per_gather": "0"}


class TooSlow(Exception):
    """The jobs that a filter asks for could not be found in the time that a page may take."""


@contextmanager
def time_box(milliseconds: int, *, gathers: bool = False) -> Iterator[None]:
    """Break off what is read inside after a time: raises TooSlow. Two statements around a transaction.

    With `gathers`, PostgreSQL finds all matching rows by their indexes and sorts them, instead of following an index
    in the wanted order until enough of them match. That is quicker where matching rows are few or far down.
    """
    was_inside = connection.in_atomic_block
    try:
        with transaction.atomic():
            ordered = dict.fromkeys(_ORDERED, "off") if gathers else {}
            _set(statement_timeout=str(milliseconds), **_ALONE, **ordered)
            yield
            if was_inside:  # settings last as long as the outermost transaction
                _set(statement_timeout="0", max_parallel_workers_per_gather="2", **dict.fromkeys(_ORDERED, "on"))
    except OperationalError as error:
        if isinstance(error.__cause__, psycopg.errors.QueryCanceled):
            raise TooSlow from error
        raise


def _set(**values: str) -> None:
    calls = ", ".join("set_config(%s, %s, true)" for _ in values)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {calls}", [text for pair in values.items() for text in pair])


def page_of(
    wanted: Mapping[str, Any], params: QueryDict, size: int = paging.PAGE_SIZE, at: datetime | None = None
) -> Page[Seen]:
    """Return a page of the jobs asked for, from the day `at` where no cursor says otherwise. Raises BadCursor, TooSlow.

    One query of jobs, more where following the order takes too long; which of WAYS was quick for a filter is
    remembered.
    """
    order = order_of(wanted)
    if at and not (params.get("after") or params.get("before")):
        params = params.copy()
        params["after"] = write_cursor(_position(order, at))
    found = matching(wanted).values_list(*SEEN, named=True)
    page = _quickest(wanted, lambda: keyset_page(found, order, params, size=size))
    return Page([Seen(*row) for row in page.rows], page.newer, page.older)


def _position(order: tuple[str, ...], at: datetime) -> list[Any]:
    """Return the sort keys just before the first row of a moment; unfinished jobs stand above all of the queue's."""
    return [2, at, ""] if order == QUEUE else [at, ""]


def _quickest(wanted: Mapping[str, Any], read: Callable[[], Found]) -> Found:
    """Read a page in the way that was quick for its filter the last time, else in the next one. Raises TooSlow."""
    key = _key(wanted)
    first = cache.get(key, 0)
    # Behind the last way comes the one before it: what was slow once, on a busy machine, may be the quick one now.
    for number in (*range(first, len(WAYS)), *range(len(WAYS) - 2, first)):
        try:
            with time_box(WAYS[number].milliseconds, gathers=WAYS[number].gathers):
                found = read()
        except TooSlow:
            continue
        if number != first:
            cache.set(key, number, REMEMBERED)
        return found
    cache.delete(key)
    raise TooSlow


def _key(wanted: Mapping[str, Any]) -> str:
    """Return what a filter is remembered by; the exact ends of a range, which follow the clock, count by the day."""
    texts = [
        f"{name}={value:%Y-%m-%d}" if isinstance(value, datetime) else f"{name}={value}"
        for name, value in sorted(wanted.items())
    ]
    return f"job-list-way:{hashlib.sha256('&'.join(texts).encode()).hexdigest()}"
