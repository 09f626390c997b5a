"""Pages of the job list: read in a bounded time, whatever the filter."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Final, TypeVar

import psycopg
from django.core.cache import cache
from django.db import OperationalError, connection, transaction
from django.db.models import QuerySet
from django.http import QueryDict

from explorer import paging
from explorer.paging import Page, keyset_page, write_cursor
from jobs.columns import QUEUE
from jobs.models import Job
from jobs.selectors.listing.figures import SEEN, Seen
from jobs.selectors.listing.filtering import matching, order_of

Found = TypeVar("Found")


class Manner(Enum):
    """How PostgreSQL is to find a page, as the settings of the planner that it does without."""

    #: As it thinks best.
    FREE = ()
    #: Along an index in the wanted order, until enough jobs match: best where many match, wherever they are.
    WALK = ("enable_bitmapscan", "enable_sort")
    #: All matching jobs by bitmaps of them, joined by hash, then sorted: best where few match, or far down.
    GATHER = ("enable_indexscan", "enable_indexonlyscan", "enable_nestloop")


@dataclass(frozen=True, slots=True)
class Way:
    """A way to read a page, and the milliseconds it may take."""

    milliseconds: int
    manner: Manner = Manner.FREE

    @property
    def gathers(self) -> bool:
        """Whether all matching jobs are found before the page is cut from them."""
        return self.manner is Manner.GATHER


#: How a page is read, one way after another until one is done in its time. The first is right for nearly all filters,
#: the next two for what PostgreSQL misjudges, since it takes filters for independent of each other; the later ones are
#: for a machine that is busy.
WAYS: Final = (
    Way(15),
    Way(15, Manner.WALK),
    Way(40, Manner.GATHER),
    Way(150),
    Way(300, Manner.GATHER),
    Way(1000),
    Way(2500, Manner.GATHER),
)
#: A fragment inside another page shows so many jobs.
EMBEDDED: Final = 10
#: For how long it is remembered which way of reading a filter was quick; seconds.
REMEMBERED: Final = 600


#: Starting workers takes longer than what a page may cost, and they would take the time of other pages.
_ALONE: Final = {"max_parallel_workers_per_gather": "0"}


class TooSlow(Exception):
    """The jobs that a filter asks for could not be found in the time that a page may take."""


@contextmanager
def time_box(milliseconds: int, manner: Manner = Manner.FREE) -> Iterator[None]:
    """Break off what is read inside after a time: raises TooSlow. Two statements around a transaction."""
    was_inside = connection.in_atomic_block
    try:
        with transaction.atomic():
            _set(statement_timeout=str(milliseconds), **_ALONE, **dict.fromkeys(manner.value, "off"))
            yield
            if was_inside:  # settings last as long as the outermost transaction
                _set(statement_timeout="0", max_parallel_workers_per_gather="2", **dict.fromkeys(manner.value, "on"))
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
    page = _quickest(wanted, lambda way: keyset_page(_found(wanted, way), order, params, size=size))
    return Page([Seen(*row) for row in page.rows], page.newer, page.older)


def _found(wanted: Mapping[str, Any], way: Way) -> QuerySet[Job, Any]:
    """Return the jobs asked for, with what a row shows."""
    return matching(wanted, by_entries=way.gathers).values_list(*SEEN, named=True)


def _position(order: tuple[str, ...], at: datetime) -> list[Any]:
    """Return the sort keys just before the first row of a moment; unfinished jobs stand above all of the queue's."""
    return [2, at, ""] if order == QUEUE else [at, ""]


def _quickest(wanted: Mapping[str, Any], read: Callable[[Way], Found]) -> Found:
    """Read a page in the way that was quick for its filter the last time, else in the next one. Raises TooSlow."""
    key = _key(wanted)
    first = cache.get(key, 0)
    # Behind the last way comes the one before it: what was slow once, on a busy machine, may be the quick one now.
    for number in (*range(first, len(WAYS)), *range(len(WAYS) - 2, first)):
        try:
            with time_box(WAYS[number].milliseconds, WAYS[number].manner):
                found = read(WAYS[number])
        except TooSlow:
            continue
        if number != first:
            cache.set(key, number, REMEMBERED)
        return found
    cache.delete(key)
    raise TooSlow


def was_gathered(wanted: Mapping[str, Any]) -> bool:
    """Say whether the filter's jobs were last found by gathering them: then they are counted that way too."""
    return WAYS[min(cache.get(_key(wanted), 0), len(WAYS) - 1)].gathers


def _key(wanted: Mapping[str, Any]) -> str:
    """Return what a filter is remembered by; the exact ends of a range, which follow the clock, count by the day."""
    texts = [
        f"{name}={value:%Y-%m-%d}" if isinstance(value, datetime) else f"{name}={value}"
        for name, value in sorted(wanted.items())
    ]
    return f"job-list-way:{hashlib.sha256('&'.join(texts).encode()).hexdigest()}"
