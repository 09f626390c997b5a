"""The weeks, durations or prices that a page of the job list is likely in, to gather a filter's jobs from and not all.

Jobs come by the thousand a day. Where a hundred thousand match, the fifty of a page are those of a week; where five
match, all are soon gathered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db.models import Q
from django.utils import timezone

from jobs.columns import QUEUE
from jobs.models.entries import RANGES, SEASON, SEASONS, UNFINISHED, beginning_of, ranges, week_of
from jobs.models.job import NEVER, SLACK
from jobs.selectors.listing import spans
from jobs.selectors.listing.filtering import ends
from jobs.selectors.listing.spans import Span

#: So much is looked through, one after the other: a number of spans of so many weeks. Then all.
SPANS: Final = ((2, 1), (6, 1), (2, SEASON), (6, SEASON))
#: By a duration or price, so many of the ranges that jobs are held under.
WIDTHS: Final = (1, 2, 4, 8, 12, 16, 20)
#: Of so many weeks or seasons, the index finds jobs quickly at once.
MOST: Final = 8
_OVER: Final = 2  # the phase of finished jobs


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of a list next to where a page begins: the entries of a name that hold its jobs; none for all jobs."""

    held: Mapping[str, Sequence[int]] = field(default_factory=dict)
    #: What is asked of them besides: where no entry says on which side of the part's end a job is.
    edge: Q = field(default_factory=Q)


def _timed(times: Sequence[int], edge: Q | None = None) -> Slice:
    return Slice({"time": times}, edge or Q())


def slices(
    wanted: Mapping[str, Any], order: tuple[str, ...], position: Sequence[Any] | None, *, backwards: bool
) -> Iterator[Slice]:
    """Yield parts of a filter's list, larger and larger ones: the first that fills a page has the page.

    `position` is the sort keys of the row that the page is next to, None at the list's beginning. The last part is all
    that is left. A few small queries at most, kept.
    """
    if order == QUEUE:
        yield from _of_queue(wanted, position, backwards=backwards)
    elif order[0].removeprefix("-") == "order_at":
        start = None if position is None else week_of(position[0])
        yield from _of_listing(wanted, start, falls=order[0].startswith("-") != backwards)
    elif order[0].removeprefix("-") in spans.LATEST:
        start = None if position is None else position[0]
        yield from _of_later(wanted, order[0].removeprefix("-"), start, falls=order[0].startswith("-") != backwards)
    else:
        column = order[0].removeprefix("-")
        name = next((name for name in RANGES if column.startswith(name)), None)
        if name is None:
            yield Slice()
            return
        start = None if position is None else position[0]
        yield from _of_ranges(wanted, name, start, falls=order[0].startswith("-") != backwards)


def _of_ranges(wanted: Mapping[str, Any], name: str, start: int | None, *, falls: bool) -> Iterator[Slice]:
    """Yield parts of the list by duration or price."""
    first, last = ends(wanted, name)
    if start is not None:
        first, last = (first, start) if falls else (start, last)
    numbers = ranges(RANGES[name], first, last)
    times = _times_of(spans.listed(wanted))
    for width in WIDTHS:
        yield Slice({name: numbers[-width:] if falls else numbers[:width], **times})
        if width >= len(numbers):
            return
    yield Slice(times)


def _times_of(listed: Span) -> dict[str, Sequence[int]]:
    """Return the entries that hold what was listed in a span, where they are few; nothing where they are not."""
    if not (listed.first and listed.beyond):
        return {}
    first, last = week_of(listed.first), week_of(listed.beyond)
    if last - first < MOST:
        return {"time": [UNFINISHED, *range(first, last + 1)]}
    seasons = range(first // SEASON, last // SEASON + 1)
    return {"time": [UNFINISHED, *(SEASONS + number for number in seasons)]} if len(seasons) <= MOST else {}


def _of_queue(wanted: Mapping[str, Any], position: Sequence[Any] | None, *, backwards: bool) -> Iterator[Slice]:
    """Yield parts of the list that begins with the unfinished jobs, which are held under no time."""
    if position is not None and position[0] > _OVER:  # written by hand: beyond all jobs, whatever the time beside it
        yield Slice()
        return
    is_among_them = position is None or position[0] < _OVER
    if is_among_them and backwards:
        yield _timed([UNFINISHED])
        return
    start = None if is_among_them or position is None else week_of(position[1])
    for span in _spans(wanted, start, falls=not backwards):
        # On the way up they come after the last of the finished ones.
        has_them = span.is_last if backwards else is_among_them
        yield _timed([UNFINISHED, *span.times] if has_them else span.times)
        if span.is_last:
            return
    yield Slice()


def _of_listing(wanted: Mapping[str, Any], start: int | None, *, falls: bool) -> Iterator[Slice]:
    """Yield parts of the list by listing alone, where unfinished jobs stand among the others."""
    for span in _spans(wanted, start, falls=falls):
        begin, end = beginning_of(span.weeks.start), beginning_of(span.weeks.stop)
        edge = Q(order_at__gte=begin) if falls else Q(order_at__lt=end)
        yield _timed([UNFINISHED, *span.times], Q() if span.is_last else edge)
        if span.is_last:
            return
    yield Slice()


def _of_later(wanted: Mapping[str, Any], column: str, start: datetime | None, *, falls: bool) -> Iterator[Slice]:
    """Yield parts of the list by when jobs began or ended, which is some time after their weeks.

    Those that did not, whenever they were listed, are below all others: on the way up, or from among them, the list is
    not looked for by weeks, and on the way down its last part is all of it.
    """
    drift, whole = spans.drift(), Slice(_times_of(spans.listed(wanted)))
    is_below = start <= NEVER if start else not falls
    if is_below or not drift.is_forward:
        yield whole
        return
    latest = spans.LATEST[column](drift)
    begin = None if start is None else week_of(spans.moved(start, SLACK if falls else -latest))
    for span in _spans(wanted, begin, falls=falls):
        after = spans.moved(beginning_of(span.weeks.start), latest)
        until = spans.moved(beginning_of(span.weeks.stop), -SLACK)
        if span.is_last and falls:
            break
        # Those that run have begun, and are held under no week.
        edge = Q((f"{column}__gte", after)) if falls else Q((f"{column}__lt", until))
        yield _timed([UNFINISHED, *span.times], Q() if span.is_last else edge)
        if span.is_last:
            return
    yield whole


@dataclass(frozen=True, slots=True)
class _Span:
    """Some weeks, what jobs of them are held under, and whether all of a list is in them."""

    weeks: range
    times: list[int]
    is_last: bool


def _spans(wanted: Mapping[str, Any], start: int | None, *, falls: bool) -> Iterator[_Span]:
    """Yield weeks next to one, else next to the list's end, into the past where it falls; none from an unknown end."""
    listed = spans.listed(wanted)
    first = week_of(listed.first) if listed.first else None
    last = min(map(week_of, [max(spans.newest(), timezone.now()), *([listed.beyond] if listed.beyond else [])]))
    begin = (last if start is None else min(last, start)) if falls else (first if start is None else start)
    if begin is None:
        return
    for count, weeks in SPANS:
        low = begin // weeks - (count - 1 if falls else 0)
        span = range(low * weeks, (low + count) * weeks)
        is_last = first is not None and first >= span.start if falls else last < span.stop
        yield _Span(span, [number + (SEASONS if weeks > 1 else 0) for number in range(low, low + count)], is_last)
