"""The jobs that a filter asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, Final

from django.db.models import Expression, F, Q
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual

from jobs import columns
from jobs.choices import STATES, WITHDRAWN, JobState
from jobs.models import Job, JobQuerySet, entries
from jobs.models.job import NEVER
from jobs.selectors.listing import contents, named, spans

_PHASES: Mapping[str, int] = {name: JobState[name.upper()].value for name, _ in STATES if name != WITHDRAWN}


def order_of(wanted: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the columns that a filter's jobs are ordered by: non-null, the last one unique."""
    return columns.ORDERS[wanted.get("sort", "")]


def matching(wanted: Mapping[str, Any], *, by_entries: bool = False, in_order: bool = True) -> JobQuerySet:
    """Return the jobs that the values of JobFilter.wanted ask for.

    The same jobs in any way: `by_entries` asks such that the index of jobs/models/entries.py can intersect what is
    asked for, while else PostgreSQL can follow an order; without `in_order`, one index alone can answer that has no
    order. Costs one small query for each of image, resource, gpu and text that is among the values, and one for two of
    image, resource and op type.
    """
    states: Sequence[str] = wanted.get("state", ())
    found = Job.objects.in_states(states).that_went(wanted.get("outcome", ""))
    if states:
        phases = {min(_PHASES.get(name, JobState.COMPLETED), JobState.COMPLETED) for name in states}
        found = found.filter(phase__in=sorted(phases))
    places = named.places(wanted)
    found = held_under(found, _entries_of(wanted, places)) if by_entries else found.filter(**places)
    listed = [spans.implied(wanted).condition("order_at")] if in_order else []
    return found.filter(*contents.conditions(wanted), *_ranges(wanted, in_place=by_entries), *listed)


#: What jobs are held under entries by, as a filter asks for it.
_HELD = (
    {"market", "gpu"}, {"node"}, {"deployer"}, {"payer"}, {"trigger"}, {"image"}, {"resource"}, {"op_type"},
    {"duration_min", "duration_max"}, {"price_min", "price_max"},
)  # fmt: skip


def asks_several(wanted: Mapping[str, Any]) -> bool:
    """Say whether a filter asks for several things that jobs are held under entries by, which can be intersected."""
    return sum(1 for names in _HELD if names & wanted.keys()) > 1


def asks_one(wanted: Mapping[str, Any]) -> bool:
    """Say whether a filter asks for nothing but one thing that jobs are held under entries by."""
    return any(wanted.keys() - {"sort"} <= names for names in _HELD)


#: What there is an index of that has the definitions of its jobs, in the list's order.
_RUNS: Final = frozenset({"market", "deployer", "payer", "trigger"})
#: The ranges of times, of each of which there is an index, and what it has besides.
_TIMES: Final = ({"listed_from", "listed_to"}, {"started_from", "started_to"}, {"ended_from", "ended_to"})
_WITH_TIMES: Final = {"duration_min", "duration_max", "price_min", "price_max", "sort"}
_MEASURES: Final = {"duration", "price"}


def has_index(wanted: Mapping[str, Any]) -> bool:
    """Say whether an index has all that is asked of jobs and sorted by: else each would be read for it.

    Where a place's jobs rarely have some words, tens of thousands are looked at; of a node or a week, thousands are
    sorted. Of several markets no index has the order.
    """
    if "sort" not in wanted:
        return "q" in wanted and bool(named.places(wanted).keys() & _RUNS)
    asked = wanted.keys() - _WITH_TIMES
    is_measured = wanted["sort"].removeprefix("-") in _MEASURES
    return wanted.keys() == {"node", "sort"} or (is_measured and any(asked and asked <= names for names in _TIMES))


def _entries_of(wanted: Mapping[str, Any], places: Mapping[str, Any]) -> dict[str, Sequence[Any]]:
    """Return the entries under which jobs of these places are held, and of the ranges that hold the wanted values."""
    held = {name.removesuffix("__in"): value if name.endswith("__in") else [value] for name, value in places.items()}
    for name, starts in entries.RANGES.items():
        first, last = ends(wanted, name)
        if first is not None or last is not None:
            held[name] = entries.ranges(starts, first, last)
    return held


def held_under(found: JobQuerySet, held: Mapping[str, Sequence[Any]]) -> JobQuerySet:
    """Return the jobs that are held under one of these entries of each name (jobs.models.entries.OF)."""
    found = found.alias(**{f"entry_{name}": entries.OF[name] for name in held})
    return found.filter(**{f"entry_{name}__overlap": values for name, values in held.items()})


def ends(wanted: Mapping[str, Any], name: str) -> tuple[int | None, int | None]:
    """Return the least and the greatest duration or price that a filter asks for, as whole numbers; None without."""
    first, last = wanted.get(f"{name}_min"), wanted.get(f"{name}_max")
    if name == "price":
        return (
            None if first is None else _whole(first, ROUND_CEILING),
            None if last is None else _whole(last, ROUND_FLOOR),
        )
    return (0 if first is None and last is not None else first), last


def _ranges(wanted: Mapping[str, Any], *, in_place: bool) -> Iterator[Q | Expression]:
    yield from _times("order_at", wanted.get("listed_from"), wanted.get("listed_to"))
    yield from _times("started_key", wanted.get("started_from"), wanted.get("started_to"))
    yield from _times("ended_key", wanted.get("ended_from"), wanted.get("ended_to"))
    for name, column in (("duration", "duration_key"), ("price", "price")):
        first, last = ends(wanted, name)
        # In place, it is asked of what is found by entries, such that no other index can be taken for it: PostgreSQL
        # would read a hundred thousand places of that to leave out some of the few hundred jobs that there are.
        value = F(column) + 0 if in_place else F(column)
        if first is not None:
            yield GreaterThanOrEqual(value, first)
        if last is not None:
            yield LessThanOrEqual(value, last)


def _times(name: str, first: datetime | None, beyond: datetime | None) -> Iterator[Q]:
    if beyond:
        yield Q(**{f"{name}__lt": beyond})
        first = first or (None if name == "order_at" else NEVER)
    if first:
        yield Q(**{f"{name}__gt" if first == NEVER else f"{name}__gte": first})


def _whole(price: Decimal, rounding: str) -> int:
    return int(price.to_integral_value(rounding))
