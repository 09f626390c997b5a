"""Pages of the job list: read in a bounded time, whatever the filter."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final, TypeVar

import psycopg
from django.core.cache import cache
from django.db import OperationalError, connection, transaction
from django.http import QueryDict

from explorer import paging
from explorer.paging import Page, keyset_page, write_cursor
from jobs.columns import QUEUE
from jobs.models import Job
from jobs.selectors.listing.figures import UNSEEN
from jobs.selectors.listing.filtering import matching, order_of

Found = TypeVar("Found")

#: What a page may take when it is read along its order, and when its jobs are gathered first; milliseconds.
WALK_MS: Final = 150
GATHER_MS: Final = 2500
#: A fragment inside another page shows so many jobs.
EMBEDDED: Final = 10
#: For how long a filter whose walk was too long is gathered at once; seconds.
REMEMBERED: Final = 3600


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
) -> Page[Job]:
    """Return a page of the jobs asked for, from the day `at` where no cursor says otherwise. Raises BadCursor, TooSlow.

    One query of jobs, two where following the order takes too long; which of a filter's queries was quick is
    remembered.
    """
    order = order_of(wanted)
    if at and not (params.get("after") or params.get("before")):
        params = params.copy()
        params["after"] = write_cursor(_position(order, at))
    found = matching(wanted).defer(*UNSEEN)
    return _quickest(wanted, lambda: keyset_page(found, order, params, size=size))


def _position(order: tuple[str, ...], at: datetime) -> list[Any]:
    """Return the sort keys just before the first row of a moment; unfinished jobs stand above all of the queue's."""
    return [2, at, ""] if order == QUEUE else [at, ""]


def _quickest(wanted: Mapping[str, Any], read: Callable[[], Found]) -> Found:
    """Read along the order, and if that takes too long gather; the next time at once."""
    key = _key(wanted)
    if not cache.get(key):
        try:
            with time_box(WALK_MS):
                return read()
        except TooSlow:
            cache.set(key, True, REMEMBERED)
    with time_box(GATHER_MS, gathers=True):
        return read()


def _key(wanted: Mapping[str, Any]) -> str:
    """Return what a filter is remembered by; the exact ends of a range, which follow the clock, count by the day."""
    texts = [
        f"{name}={value:%Y-%m-%d}" if isinstance(value, datetime) else f"{name}={value}"
        for name, value in sorted(wanted.items())
    ]
    return f"job-list-gathers:{hashlib.sha256('&'.join(texts).encode()).hexdigest()}"
