"""Where the list of a filter begins and ends in the column that it is sorted by.

Walked along an index of that column, the list would begin with what other jobs have there: the dearest of a market
were found after 800,000 dearer ones of others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from jobs.models import JobQuerySet
from jobs.models.job import NEVER, SLACK
from jobs.selectors.listing import spans
from jobs.selectors.listing.boxes import TooSlow, time_box
from jobs.selectors.listing.kinds import Listed
from jobs.selectors.listing.spans import Drift, Span

#: How much later than its listing a job has at most a time that a list is sorted by.
_MOST: Final[Mapping[str, Callable[[Drift], timedelta]]] = {
    "started_key": lambda drift: drift.wait,
    "ended_key": lambda drift: drift.life,
}
#: What finding out may take whether any job of a filter has not begun or ended; milliseconds.
_LOOKING_MS: Final = 10
_NEXT: Final = timedelta(microseconds=1)


def tells(order: tuple[str, ...]) -> bool:
    """Say whether what kinds know of a filter's jobs tells more of where a list in this order begins and ends."""
    return _column(order) in {"price", "order_at", *_MOST}


def edges(found: JobQuerySet, wanted: Mapping[str, Any], order: tuple[str, ...], known: Listed | None) -> JobQuerySet:
    """Return the jobs that a filter found, with what all of them have in common in the first column of an order.

    `known` is what kinds say of them, None without. A small query, where jobs may not have such a time, and those of
    spans.drift().
    """
    column = _column(order)
    if column == "price":
        return found.filter(price__gte=known.least_price, price__lte=known.greatest_price) if known else found
    listed = spans.listed(wanted)
    if known:
        listed = listed.within([Span(known.first_at, spans.moved(known.last_at, _NEXT))])
    if column == "order_at":
        return found.filter(listed.condition(column))
    if column not in _MOST or listed == Span():
        return found
    later = _later(listed, column)
    return found.filter(later.condition(column) if later.first and _have_all(found, column) else later.until(column))


def _column(order: tuple[str, ...]) -> str:
    return order[0].removeprefix("-")


def _later(listed: Span, column: str) -> Span:
    """Return between which times jobs began or ended that were listed in a span."""
    drift = spans.drift()
    first = spans.moved(listed.first, -SLACK) if listed.first and drift.is_forward else None
    return Span(first, spans.moved(listed.beyond, _MOST[column](drift)) if listed.beyond else None)


def _have_all(found: JobQuerySet, column: str) -> bool:
    """Say whether all these jobs have that time, as far as that is soon found: the others stand at NEVER."""
    try:
        with time_box(_LOOKING_MS):
            return not found.filter(**{column: NEVER}).exists()
    except TooSlow:
        return False
