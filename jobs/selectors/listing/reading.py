"""Pages of the job list: read in a bounded time, whatever the filter."""

from __future__ import annotations

import hashlib
import math
import time
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
    #: All matching jobs by bitmaps of them, then sorted: best where few match, or far down.
    GATHER = ("enable_indexscan", "enable_indexonlyscan")


@dataclass(frozen=True, slots=True)
class Way:
    """A way to read a page, and the milliseconds it may take."""

    milliseconds: int
    manner: Manner = Manner.FREE

    @property
    def gathers(self) -> bool:
        """Whether all matching jobs are found before the page is cut from them."""
        return self.manner is Manner.GATHER


#: How a filter's first page is read, one way after another until one is done in its time. The first is right for nearly
#: all filters, the next two for what PostgreSQL misjudges, since it takes filters for independent of each other; the
#: later ones are for a machine that is busy.
WAYS: Final = (
    Way(12),
    Way(12, Manner.WALK),
    Way(40, Manner.GATHER),
    Way(150),
    Way(300, Manner.GATHER),
    Way(1000),
    Way(2500, Manner.GATHER),
)
#: A fragment inside another page shows so many jobs.
EMBEDDED: Final = 10
#: A manner that took no longer is not compared with others; milliseconds.
QUICK: Final = 6
#: The manner that was best before gets at least so long; milliseconds.
PATIENT: Final = 150
#: For how long it is remembered which manner of reading a filter was quick; seconds.
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
    """Read a page in the manner that was quickest for its filter, as far as they were tried. Raises TooSlow."""
    key = _key(wanted)
    before: Mapping[Manner, float] = cache.get(key, {})
    known = dict(before)
    for way in _ways(before):
        began = time.monotonic()
        try:
            with time_box(way.milliseconds, way.manner):
                found = read(way)
        except TooSlow:
            known[way.manner] = math.inf
            continue
        if known.get(way.manner, math.inf) == math.inf:
            known[way.manner] = (time.monotonic() - began) * 1000
        if known != before:
            cache.set(key, known, REMEMBERED)
        return found
    cache.delete(key)
    raise TooSlow


def _ways(known: Mapping[Manner, float]) -> Iterator[Way]:
    """Yield the ways to try, given the milliseconds that manners took, inf where they were broken off.

    Where the quickest one was not quick, another one gets as long as that took: so all are tried, at little cost.
    """
    best = _best(known)
    if best is None:
        yield from WAYS
        return
    if known[best] > QUICK and (fresh := [manner for manner in Manner if manner not in known]):
        yield Way(max(round(known[best]), 1), fresh[0])
    later = [way for way in WAYS if way.milliseconds >= PATIENT]
    yield Way(max(PATIENT, round(2 * known[best])), best)
    # What was slow once, on a busy machine, may be the quick one now.
    yield from sorted(later, key=lambda way: (way.manner is best, way.milliseconds))


def _best(known: Mapping[Manner, float]) -> Manner | None:
    """Return the manner that was quickest; None where none was ever done."""
    done = [manner for manner, took in known.items() if took < math.inf]
    return min(done, key=lambda manner: known[manner], default=None)


def was_gathered(wanted: Mapping[str, Any]) -> bool:
    """Say whether the filter's jobs are best found by gathering them: then they are counted that way too."""
    return _best(cache.get(_key(wanted), {})) is Manner.GATHER


def _key(wanted: Mapping[str, Any]) -> str:
    """Return what a filter is remembered by; the exact ends of a range, which follow the clock, count by the day."""
    texts = [
        f"{name}={value:%Y-%m-%d}" if isinstance(value, datetime) else f"{name}={value}"
        for name, value in sorted(wanted.items())
    ]
    return f"job-list-way:{hashlib.sha256('&'.join(texts).encode()).hexdigest()}"
