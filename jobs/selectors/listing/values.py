"""How many jobs each value of a filter would show, among those that the other filters leave.

Beside a list in a moment, cut off where that is not enough; and of all jobs, where somebody asks for it.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from django.core.cache import cache

from explorer.locks import advisory_lock
from explorer.paging import Count
from explorer.text import shortened, visible
from jobs.choices import OUTCOMES, STATES, WITHDRAWN, JobState
from jobs.rollups.reading import Totals
from jobs.selectors.listing import counts, tallies
from jobs.selectors.listing.tallies import EXPRESSIONS, TOP, Tallies, Tally
from markets.models import Image, Market

#: Beside a list, facets are counted among so many jobs: that has to come at once, however many there are.
BESIDE: Final = 1_000
#: What all facets of a filter together may take, beside a list and of all jobs; milliseconds.
FACETS_MS: Final = 55
ALL_MS: Final = 3_000
#: For how long a process remembers the counts of all jobs of a filter; seconds.
REMEMBERED: Final = 60
_ALONE: Final = "facets of all jobs"
LABELS: Final[Mapping[str, str]] = {
    "state": "State",
    "outcome": "Outcome",
    "market": "Market",
    "image": "Image",
    "op_type": "Op type",
    "trigger": "Trigger",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a filter, with how many jobs it would show; None where that is not known."""

    value: str
    label: str
    is_chosen: bool
    count: Count | None = None


@dataclass(frozen=True, slots=True)
class Facet:
    """A filter's values; `is_cut` where counting took too long."""

    name: str
    label: str
    choices: list[Choice] = field(default_factory=list)
    is_cut: bool = False
    #: Whether not all jobs were counted: a value may have more, and others have some.
    is_capped: bool = False

    @property
    def key_length(self) -> str:
        """How much of a value names it in a page's ids, as a slice: an address is known by its beginning."""
        return ":8" if self.name == "market" else ":"


def offered(wanted: Mapping[str, Any], sums: Totals | None, markets: Mapping[str, Market]) -> dict[str, Any]:
    """Return the states, outcomes and markets that can be chosen, with the numbers that the sums have; a query at most.

    Markets that the network no longer lists are left out, if they are not chosen. `is_counted` where the sums have the
    numbers of all three.
    """
    others = {name: value for name, value in wanted.items() if name not in {"sort", "market"}}
    in_markets = tallies.summed("market", others) if sums is not None else None
    numbers = in_markets or {}
    known = [market for market in markets.values() if market.is_listed or market.pk in wanted.get("market", ())]
    outcomes = (
        {value: _number(sums, figure) for value, figure in counts.OUTCOMES.items()} if "state" not in wanted else {}
    )
    states = {value: _number(sums, value) for value, _ in STATES} if "outcome" not in wanted else {}
    return {
        "is_counted": in_markets is not None and not wanted.keys() & {"state", "outcome"},
        "states": [
            Choice(value, label, value in wanted.get("state", ()), states.get(value)) for value, label in STATES
        ],
        "outcomes": [
            Choice(value, label, value == wanted.get("outcome"), outcomes.get(value)) for value, label in OUTCOMES
        ],
        "markets": [
            Choice(market.pk, visible(market), market.pk in wanted.get("market", ()), numbers.get(market.pk))
            for market in known
        ],
    }


def _number(sums: Totals | None, figure: str) -> Count | None:
    return None if sums is None else Count(getattr(sums, figure), is_capped=False)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many jobs a filter shows, None where that takes too long; and how many each value of each filter would."""

    total: Count | None
    facets: list[Facet]
    #: Where neither sums nor kinds are kept, values were counted among at most so many jobs; None for all.
    most: int | None
    #: Whether all jobs could not be counted because those of another filter are.
    is_busy: bool = False

    @property
    def is_capped(self) -> bool:
        """Whether not all jobs were looked at for some facet."""
        return any(facet.is_capped for facet in self.facets)

    @property
    def is_whole(self) -> bool:
        """Whether all jobs were counted."""
        is_total = self.total is not None and not self.total.is_capped
        return is_total and not self.is_capped and not any(facet.is_cut for facet in self.facets)


def facets(wanted: Mapping[str, Any], markets: Mapping[str, Market]) -> Counts:
    """Return all counts of a filter, in a moment or cut off; at most a few queries for each filter that is on."""
    return _counts(wanted, markets, BESIDE, FACETS_MS)


def facets_of_all(wanted: Mapping[str, Any], markets: Mapping[str, Market]) -> Counts:
    """Return all counts of a filter, of all its jobs where that takes no longer than ALL_MS; else of COUNT_CAP jobs.

    One at a time, whoever asks: others get the counts that are quick meanwhile.
    """
    key = _key(wanted)
    found: Counts | None = cache.get(key)
    if found:
        return found
    with advisory_lock(_ALONE) as is_ours:
        found = _counts(wanted, markets, None, ALL_MS) if is_ours else None
    if not found or not found.is_whole:
        found = replace(_counts(wanted, markets, counts.COUNT_CAP, FACETS_MS), is_busy=not found)
    if not found.is_busy:
        cache.set(key, found, REMEMBERED)
    return found


def _key(wanted: Mapping[str, Any]) -> str:
    """Return what the counts of a filter are remembered by; ends of a range, which follow the clock, by the minute."""
    texts = [
        f"{name}={value:%Y-%m-%dT%H:%M}" if isinstance(value, datetime) else f"{name}={value}"
        for name, value in sorted(_filters(wanted).items())
    ]
    return f"job-facets-of-all:{hashlib.sha256(repr(texts).encode()).hexdigest()}"


def _counts(wanted: Mapping[str, Any], markets: Mapping[str, Market], most: int | None, milliseconds: int) -> Counts:
    """Return all counts of a filter, facets of no more than so many jobs, None for all; cut off after a time."""
    end = time.monotonic() + milliseconds / 1000
    filters = _filters(wanted)
    total = counts.total(filters, milliseconds=milliseconds // 2, is_capped=most is not None)
    if total is None and most is None:  # then no facet will be done in time either
        return Counts(None, [], most)
    found: Tallies = {}
    for name in EXPRESSIONS:
        others = {other: value for other, value in filters.items() if other != name}
        if (sums := tallies.summed(name, others)) is not None:
            found[name] = Tally(sums)
    left = [name for name in EXPRESSIONS if name not in found]
    apart = [name for name in left if name in filters]
    for names in ([name for name in left if name not in filters], *([name] for name in apart)):
        if names:
            others = {name: value for name, value in filters.items() if name not in names}
            found |= tallies.tallied(names, others, most, _left(end))
    found["state"] = _with_withdrawn(found["state"], filters, end)
    return Counts(total, [_facet(name, found[name], wanted, markets) for name in EXPRESSIONS], most)


def _with_withdrawn(tally: Tally | None, filters: Mapping[str, Any], end: float) -> Tally | None:
    """Return the jobs by state with those withdrawn, which are counted apart where not even kinds know them."""
    if tally is None or WITHDRAWN in tally.counts:
        return tally
    others = {name: value for name, value in filters.items() if name != "state"}
    number = tallies.withdrawn(others, _left(end))
    return tally if number is None else replace(tally, counts={**tally.counts, WITHDRAWN: number})


def left_out(wanted: Mapping[str, Any], states: Iterable[Choice]) -> Count | None:
    """Return how many withdrawn jobs a list lacks that asks for no state; None without any, or where nobody knows."""
    if "state" in wanted:
        return None
    return next((one.count for one in states if one.value == WITHDRAWN and one.count and one.count.number), None)


def _filters(wanted: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in wanted.items() if name != "sort"}


def _left(end: float) -> int:
    """Return the milliseconds that are left until a moment of the monotonic clock."""
    return int((end - time.monotonic()) * 1000)


def _facet(name: str, tally: Tally | None, wanted: Mapping[str, Any], markets: Mapping[str, Market]) -> Facet:
    given = wanted.get(name, [])
    chosen = [given] if isinstance(given, str) else list(given)
    choices = list(_choices(name, tally, chosen, markets))
    return Facet(name, LABELS[name], choices, is_cut=tally is None, is_capped=tally is not None and tally.is_capped)


def _choices(name: str, tally: Tally | None, chosen: Sequence[str], markets: Mapping[str, Market]) -> Iterator[Choice]:
    numbers = tally.counts if tally else {}
    none = Count(0, is_capped=False) if tally and not tally.is_capped else None
    if name in {"state", "outcome"}:
        if name == "state":
            numbers = {(_state(value)): count for value, count in numbers.items()}
        for value, label in STATES if name == "state" else OUTCOMES:
            # Those withdrawn are counted apart, or not: counting goes through jobs in the books.
            yield Choice(value, label, value in chosen, numbers.get(value, None if value == WITHDRAWN else none))
        return
    if name == "image":
        names = dict(Image.objects.filter(pk__in=list(numbers)).values_list("pk", "reference"))
        numbers = {names[int(key)]: count for key, count in numbers.items() if int(key) in names}
    ranked = sorted(numbers, key=lambda value: (-numbers[value].number, value))
    if name != "market":
        ranked = [value for value in ranked if value not in chosen][:TOP]
        ranked = [*chosen, *ranked]
    for value in ranked:
        label = str(markets[value]) if name == "market" and value in markets else value
        yield Choice(value, shortened(visible(label), 200), value in chosen, numbers.get(value))


def _state(value: str) -> str:
    return JobState(int(value)).name.lower() if value.isdigit() and int(value) in JobState.values else value
