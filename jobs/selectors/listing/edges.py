"""Where the list of a filter begins and ends in the column that it is sorted by.

Walked along an index of that column, the list would begin with what other jobs have there: the dearest of a market
were found after 800,000 dearer ones of others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Q

from jobs.columns import QUEUE
from jobs.models import JobQuerySet
from jobs.models.job import NEVER, SLACK
from jobs.selectors.listing import spans
from jobs.selectors.listing.boxes import TooSlow, time_box
from jobs.selectors.listing.kinds import Listed
from jobs.selectors.listing.spans import Span

#: What finding out may take whether any job of a filter has not begun or ended; milliseconds.
_LOOKING_MS: Final = 10
_NEXT: Final = timedelta(microseconds=1)


def tells(order: tuple[str, ...]) -> bool:
    """Say whether what kinds know of a filter's jobs tells more of where a list in this order begins and ends."""
    return _column(order) in {"price", "order_at", *spans.LATEST}


@dataclass(frozen=True, slots=True)
class Edges:
    """Where a list begins and ends in the column that it is sorted by."""

    #: What all of its jobs have in common, and what it does not ask for itself.
    condition: Q = field(default_factory=Q)
    #: Between which times it is, what it asks for included; of jobs that have that time.
    span: Span = Span()

    def nearest(self, moment: datetime, *, falls: bool) -> datetime:
        """Return where to begin for what lies beyond a moment: that, or the end of the list that comes after it."""
        if falls:
            return min(moment, self.span.beyond or moment)
        return max(moment, self.span.first or moment)


def edges(found: JobQuerySet, wanted: Mapping[str, Any], order: tuple[str, ...], known: Listed | None) -> Edges:
    """Return where the list of the jobs that a filter found begins and ends.

    `known` is what kinds say of them, None without. A small query, where jobs may not have such a time, and those of
    spans.drift().
    """
    column = _column(order)
    listed = spans.listed(wanted)
    if order == QUEUE:  # matching() has what follows from other times
        return Edges(span=listed)
    if column == "price":
        return Edges(Q(price__gte=known.least_price, price__lte=known.greatest_price)) if known else Edges()
    if known:
        listed = listed.within([Span(known.first_at, spans.moved(known.last_at, _NEXT))])
    if column == "order_at":
        return Edges(listed.condition(column), listed)
    if column not in spans.LATEST:
        return Edges()
    name = column.removesuffix("_key")
    asked = Span(wanted.get(f"{name}_from"), wanted.get(f"{name}_to"))
    if listed == Span():
        return Edges(span=asked)
    later = _later(listed, column)
    condition = later.condition(column) if later.first and _have_all(found, column) else later.until(column)
    return Edges(condition, later.within([asked]))


def _column(order: tuple[str, ...]) -> str:
    return order[0].removeprefix("-")


def _later(listed: Span, column: str) -> Span:
    """Return between which times jobs began or ended that were listed in a span."""
    drift = spans.drift()
    first = spans.moved(listed.first, -SLACK) if listed.first and drift.is_forward else None
    return Span(first, spans.moved(listed.beyond, spans.LATEST[column](drift)) if listed.beyond else None)


def _have_all(found: JobQuerySet, column: str) -> bool:
    """Say whether all these jobs have that time, as far as that is soon found: the others stand at NEVER."""
    try:
        with time_box(_LOOKING_MS):
            return not found.filter(**{column: NEVER}).exists()
    except TooSlow:
        return False
