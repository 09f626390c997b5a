"""Pages of the job list: read in a bounded time, whatever the filter."""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.core.cache import cache
from django.db.models import QuerySet
from django.http import QueryDict

from explorer import paging
from explorer.database.along import Along
from explorer.paging import Page, keyset_page, read_cursor
from jobs.columns import QUEUE_ENDS
from jobs.models import Job, JobQuerySet
from jobs.selectors.listing import kinds
from jobs.selectors.listing.boxes import Manner, TooSlow, leave, time_box
from jobs.selectors.listing.contents import asks_definitions
from jobs.selectors.listing.days import beside_day
from jobs.selectors.listing.edges import edges, tells
from jobs.selectors.listing.figures import SEEN, Seen
from jobs.selectors.listing.filtering import asks_one, asks_several, has_index, held_under, matching, order_of
from jobs.selectors.listing.kinds import LIST_MS, SORTED_MS, Listed
from jobs.selectors.listing.slices import Slice, slices

#: The manners in which jobs are found by the index of entries.
GATHERING: Final = frozenset({Manner.GATHER, Manner.ALL})


@dataclass(frozen=True, slots=True)
class Way:
    """A way to read a page, and the milliseconds it may take."""

    milliseconds: int
    manner: Manner = Manner.FREE


_PATIENT_WAYS: Final = (Way(150), Way(300, Manner.GATHER), Way(1000), Way(2500, Manner.GATHER))
#: How a filter's first page is read, one way after another until one is done in its time. Where one thing is asked for,
#: there is an index of it in the list's order; the later ways are for a machine that is busy.
WAYS: Final = (Way(12), Way(12, Manner.WALK), Way(40, Manner.GATHER), *_PATIENT_WAYS)
#: Where several things are, PostgreSQL misjudges how many jobs have them all: it takes them for independent.
WAYS_OF_SEVERAL: Final = (Way(25, Manner.GATHER), Way(12), Way(12, Manner.WALK), Way(60, Manner.GATHER), *_PATIENT_WAYS)
#: A fragment inside another page shows so many jobs.
EMBEDDED: Final = 10
#: A manner that took no longer is not compared with others; milliseconds.
QUICK: Final = 4
#: Where the best manner takes longer, one that was cut when it was new is tried once more; milliseconds.
SLOW: Final = 8
#: A time counts as much better than another one of which it is no larger part: what a busy machine adds differs so.
BETTER: Final = 0.85
#: The manner that was best before gets at least so long; milliseconds.
PATIENT: Final = 150
#: What reading a job costs, as PostgreSQL is to think where an index has what is sorted: else it walks along all of the
#: cheapest jobs until fifty are of the wanted week, which takes four times as long.
READING: Final = "10"
#: For how long it is remembered which manner of reading a filter was quick; seconds.
REMEMBERED: Final = 600


@dataclass
class Memory:
    """What is known of reading a filter's list: milliseconds that manners took, and that were too few for them."""

    took: dict[Manner, float] = field(default_factory=dict)
    cut: dict[Manner, float] = field(default_factory=dict)
    #: The manners that were cut although what they read had been read before: they are not tried again.
    settled: set[Manner] = field(default_factory=set)
    #: Which of the parts that jobs are gathered from had a whole page.
    part: int = 0
    #: Whether what kinds say of the list helps to read it: else they are not asked again.
    by_kinds: bool = True

    @property
    def best(self) -> Manner | None:
        """The manner that was quickest; None where none was ever done."""
        return min(self.took, key=lambda manner: self.took[manner], default=None)

    def is_open(self, manner: Manner, milliseconds: int) -> bool:
        """Say whether a manner may be done in so many milliseconds, as far as it was tried."""
        is_cut = self.cut.get(manner, 0) >= milliseconds
        return manner not in self.took and not (is_cut and (manner in self.settled or milliseconds < SLOW))

    def note(self, manner: Manner, took: float) -> None:
        """Note a time; another one of the same manner only where it is much better: the first one was perhaps cold."""
        if took < self.took.get(manner, math.inf) * BETTER:
            self.took[manner] = round(took, 1)

    def give_up(self, way: Way) -> None:
        """Note that a manner takes longer than it had, whatever it took before."""
        if self.took:  # else PostgreSQL perhaps read all of it from the disk
            self.settled.add(way.manner)
        self.took.pop(way.manner, None)
        self.cut[way.manner] = max(way.milliseconds, self.cut.get(way.manner, 0))


def page_of(
    wanted: Mapping[str, Any], params: QueryDict, size: int = paging.PAGE_SIZE, at: datetime | None = None
) -> Page[Seen]:
    """Return a page of the jobs asked for, from the day `at` where no cursor says otherwise. Raises BadCursor, TooSlow.

    Where nothing lies beyond that day, it is the last page. One query of jobs, more where following the order takes too
    long; which of WAYS was quick for a filter is remembered.
    """
    order = order_of(wanted)
    if params.get("after") or params.get("before"):
        at = None
    page = _quickest(Asked(wanted, order, beside_day(params, order, at), size, at))
    if at and not page.rows:
        page = _quickest(Asked(wanted, order, beside_day(params, order, at, side="before"), size, at))
        page = Page(page.rows, page.newer, None)
    return Page([Seen(*row) for row in page.rows], page.newer, page.older)


@dataclass(frozen=True, slots=True)
class Parts:
    """The jobs that a filter asks for, in parts of which each has all of the one before it."""

    found: JobQuerySet
    #: Of a list without any there is no job: it is known already, and the page's position is looked at all the same.
    slices: Sequence[Slice]
    #: With the position that the page is next to.
    params: QueryDict
    #: Whether the jobs are found by an index that has all that is asked for, and the rows of a page read after that.
    by_index: bool = False

    @property
    def last(self) -> int:
        """The number of the last part, which has all jobs."""
        return max(len(self.slices) - 1, 0)

    def part(self, number: int) -> QuerySet[Job, Any]:
        """Return what rows show of the jobs of a part, or their keys; no query, but made only where it is needed."""
        part = self.slices[number] if self.slices else Slice()
        found = held_under(self.found, part.held).filter(part.edge) if part.held else self.found
        return found.values("pk") if self.by_index else found.values_list(*SEEN, named=True)


@dataclass(frozen=True, slots=True)
class Asked:
    """A page that is asked for."""

    wanted: Mapping[str, Any]
    order: tuple[str, ...]
    params: QueryDict
    size: int
    #: The moment that the page begins at, where that and no row's position is in `params`.
    at: datetime | None = None

    @property
    def is_backwards(self) -> bool:
        """Whether it is the page before a row, and not after one."""
        return bool(self.params.get("before") and not self.params.get("after"))

    def parts(self, manner: Manner, listed: Listed | None = None) -> Parts:
        """Return the lists to read one after another until one has a whole page; the last one has all that is left.

        `listed` is what kinds say of it, where they help. No job, for one thing.
        """
        if listed and not listed.jobs:
            return Parts(Job.objects.filter(pk__in=()), [], self.params)
        if manner not in GATHERING:
            found = matching(self.wanted)
            edge = edges(found, self.wanted, self.order, listed)
            at = self.at and edge.nearest(self.at, falls=self.order[-1].startswith("-") is not self.is_backwards)
            params = beside_day(self.params, self.order, at, side="before" if self.is_backwards else "after")
            return Parts(found.filter(edge.condition), [Slice()], params, by_index=has_index(self.wanted))
        found = matching(self.wanted, by_entries=True)
        if listed and listed.are_few:
            found = found.filter(image_ids__contains=listed.image_ids)
        if manner is Manner.ALL or (listed and listed.are_few):
            return Parts(found, [Slice()], self.params)
        within = listed.within(self.wanted) if listed else self.wanted
        parts = list(slices(within, self.order, self._keys(), backwards=self.is_backwards))
        return Parts(found, parts, self.params)

    def read(self, parts: Parts, memory: Memory, box: Along, end: float) -> tuple[Page[Any], float]:
        """Return the page, from the part that is remembered on, and the milliseconds that its part took; a query each.

        To be done in that time box, by `end` of the monotonic clock: all parts together. Raises TooSlow. The part that
        had the page is remembered, or took the time: so the next reading begins with it.
        """
        number = min(memory.part, parts.last)
        if parts.by_index and "sort" in self.wanted:
            box.settings["random_page_cost"] = READING
        while True:
            began = time.monotonic()
            rows_of = _rows_of if parts.by_index else None
            page = keyset_page(
                parts.part(number), self.order, parts.params, size=self.size, rows_of=rows_of, ends=QUEUE_ENDS
            )
            if number == parts.last or (page.newer if self.is_backwards else page.older):
                return page, (time.monotonic() - began) * 1000
            number += 1
            memory.part = number
            leave(box, end)

    def _keys(self) -> list[Any] | None:
        """Return the sort keys of the row that the page is next to."""
        cursor = self.params.get("after") or self.params.get("before")
        return [value.value for value in read_cursor(Job.objects.all(), self.order, cursor)] if cursor else None


def _rows_of(found: QuerySet[Job, Any]) -> QuerySet[Job, Any]:
    """Return what rows show of the jobs that a query of primary keys finds; no query."""
    return Job.objects.filter(pk__in=found).values_list(*SEEN, named=True)


def _quickest(asked: Asked) -> Page[Any]:
    """Read a page in the manner that was quickest for its filter, as far as they were tried. Raises TooSlow."""
    key = _key(asked.wanted)
    before: Memory = cache.get(key) or Memory()
    memory = deepcopy(before)
    for way in _ways(asked.wanted, memory):
        begin = memory.part
        try:
            parts = _looked_up(asked, way, memory)
            end = time.monotonic() + way.milliseconds / 1000
            with time_box(way.milliseconds, way.manner) as box:
                page, took = asked.read(parts, memory, box, end)
        except TooSlow:
            if memory.part == begin:  # else it has come further, and is to go on there
                memory.give_up(way)
            continue
        if not parts.slices:  # that it took no time says nothing of what comes to be there
            return page
        memory.note(way.manner, took)
        if way.manner is Manner.GATHER and memory.part >= parts.last:
            memory.cut[Manner.ALL] = memory.took[way.manner]  # the last part is all of them: no use in trying that
            memory.settled.add(Manner.ALL)
        if memory != before:
            cache.set(key, memory, REMEMBERED)
        return page
    cache.delete(key)
    raise TooSlow


def _looked_up(asked: Asked, way: Way, memory: Memory) -> Parts:
    """Return the lists to read. What has to be found out before is little, but for definitions; no part of the way."""
    listed, is_told = None, tells(asked.order)
    if (way.manner in GATHERING or is_told) and memory.by_kinds:
        listed = kinds.listed(asked.wanted, SORTED_MS if is_told else LIST_MS)
        # That they say nothing now may be for a moment.
        memory.by_kinds = listed is None or listed.helps or (is_told and listed.narrows(kinds.whole()))
    listed = listed if memory.by_kinds else None
    if not asks_definitions(asked.wanted) or (listed and not listed.jobs):
        return asked.parts(way.manner, listed)
    with time_box(max(way.milliseconds, PATIENT)):
        return asked.parts(way.manner, listed)


def _ways(wanted: Mapping[str, Any], memory: Memory) -> Iterator[Way]:
    """Yield the ways to try, given what is remembered of them.

    Where the quickest one was not quick, another one gets time to be much better: so all are tried, at little cost.
    """
    best = memory.best
    if best is None:
        yield from WAYS_OF_SEVERAL if asks_several(wanted) else WAYS
        return
    most = memory.took[best]
    least = max(math.ceil(most * BETTER), 1)
    if most > QUICK and (fresh := [manner for manner in Manner if memory.is_open(manner, least)]):
        yield Way(least, fresh[0])
    yield Way(max(PATIENT, round(2 * most)), best)
    # What was slow once, on a busy machine, may be the quick one now.
    later = [way for way in WAYS if way.milliseconds >= PATIENT]
    yield from sorted(later, key=lambda way: (way.manner is best, way.milliseconds))


def are_gathered(wanted: Mapping[str, Any]) -> bool:
    """Say whether the filter's jobs are best found by gathering them: then they are counted that way too.

    Of one thing alone there is an index that counts it, however its list is read: that one has an order besides.
    """
    if asks_one(wanted):
        return False
    if asks_several(wanted):
        return True
    memory: Memory | None = cache.get(_key(wanted))
    return memory is not None and memory.best in GATHERING


def _key(wanted: Mapping[str, Any]) -> str:
    """Return what a filter is remembered by; the exact ends of a range, which follow the clock, count by the day."""
    texts = [
        f"{name}={value:%Y-%m-%d}" if isinstance(value, datetime) else f"{name}={value}"
        for name, value in sorted(wanted.items())
    ]
    return f"job-list-ways:{hashlib.sha256('&'.join(texts).encode()).hexdigest()}"
