"""How many jobs each value of a filter would show, among those that the other filters leave.

From the sums or the kinds of jobs where they say it; else counted among the first COUNT_CAP jobs that match, so that
"120+" means at least 120; and not at all where even that takes too long.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.core.exceptions import EmptyResultSet
from django.db import connection

from explorer.kept import kept
from explorer.paging import Count
from explorer.text import shortened, visible
from jobs.choices import OUTCOMES, STATES, WITHDRAWN, JobState
from jobs.models import JobRollup
from jobs.models.rollup import EVER, FIGURES, IMAGE, MARKET, OP_TYPE, TRIGGER
from jobs.rollups.reading import Totals
from jobs.selectors.listing import counts, kinds
from jobs.selectors.listing.boxes import TooSlow, time_box
from jobs.selectors.listing.filtering import markets_with, matching
from jobs.selectors.listing.reading import are_gathered
from markets.models import Image, Market

#: All facets of a filter together; milliseconds.
FACETS_MS: Final = 55
#: Values of one facet.
TOP: Final = 12
#: The facets that are counted, each by the expression whose values it counts; these are ours, no text of a request.
EXPRESSIONS: Final[Mapping[str, str]] = {
    "state": "state::text",  # of jobs in the books: those withdrawn are not among what no state is asked of
    "outcome": "CASE WHEN phase = 2 AND outcome = '' THEN 'unknown' ELSE outcome END",
    "market": "market_id",
    "image": "unnest(image_ids)::text",
    "op_type": "unnest(op_types)",
    "trigger": "trigger",
}
#: The columns that these are made of.
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "state": ("state",),
    "outcome": ("outcome", "phase"),
    "market": ("market_id",),
    "image": ("image_ids",),
    "op_type": ("op_types",),
    "trigger": ("trigger",),
}
#: Jobs that are alike for all facets, with their number: a few hundred rows for ten thousand jobs, so that each facet
#: has little to go through.
_ALIKE: Final = "SELECT {columns}, count(*) AS jobs FROM ({found}) AS found GROUP BY {columns}"
#: The facets that sums are kept of, by their dimension.
DIMENSIONS: Final[Mapping[str, str]] = {"market": MARKET, "image": IMAGE, "op_type": OP_TYPE, "trigger": TRIGGER}
_LARGEST: Final = (
    "(SELECT '{name}', value, sum(jobs)::bigint FROM (SELECT {expression} AS value, jobs FROM alike) AS each "
    "GROUP BY 2 ORDER BY 3 DESC, 2 LIMIT 60)"
)
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

    @property
    def key_length(self) -> str:
        """How much of a value names it in a page's ids, as a slice: an address is known by its beginning."""
        return ":8" if self.name == "market" else ":"


def offered(wanted: Mapping[str, Any], sums: Totals | None, markets: Mapping[str, Market]) -> dict[str, list[Choice]]:
    """Return the states, outcomes and markets that can be chosen, with the numbers that the sums have; a query at most.

    Markets that the network no longer lists are left out, if they are not chosen.
    """
    others = {name: value for name, value in wanted.items() if name not in {"sort", "market"}}
    numbers = (_summed("market", others) if sums is not None else None) or {}
    known = [market for market in markets.values() if market.is_listed or market.pk in wanted.get("market", ())]
    outcomes = (
        {value: _number(sums, figure) for value, figure in counts.OUTCOMES.items()} if "state" not in wanted else {}
    )
    states = {value: _number(sums, value) for value, _ in STATES} if "outcome" not in wanted else {}
    return {
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


def facets(wanted: Mapping[str, Any], markets: Mapping[str, Market]) -> Counts:
    """Return all counts of a filter, in FACETS_MS or cut off; at most a few queries for each filter that is on."""
    end = time.monotonic() + FACETS_MS / 1000
    filters = {name: value for name, value in wanted.items() if name != "sort"}
    total = counts.total(filters, milliseconds=FACETS_MS // 2)
    numbers: dict[str, dict[str, Count] | None] = {}
    for name in EXPRESSIONS:
        others = {other: value for other, value in filters.items() if other != name}
        found = _summed(name, others)
        if found is not None:
            numbers[name] = found
    left = [name for name in EXPRESSIONS if name not in numbers]
    apart = [name for name in left if name in filters]
    for names in ([name for name in left if name not in filters], *([name] for name in apart)):
        if names:
            others = {name: value for name, value in filters.items() if name not in names}
            numbers |= _of_kinds(names, others, _left(end)) or _counted(names, others, _left(end))
    return Counts(total, [_facet(name, numbers[name], wanted, markets) for name in EXPRESSIONS])


def _summed(name: str, others: Mapping[str, Any]) -> dict[str, Count] | None:
    """Return the jobs of each value of a facet by the sums; None where they cannot say it. One query."""
    if name in {"state", "outcome"}:
        if "state" in others or "outcome" in others or (sums := counts.known(others)) is None:
            return None
        if name == "outcome":
            return {value: Count(getattr(sums, figure), is_capped=False) for value, figure in counts.OUTCOMES.items()}
        return {value: Count(getattr(sums, value), is_capped=False) for value, _ in STATES}
    is_of_markets = name == "market" and "gpu" in others
    if name not in DIMENSIONS or set(others) - {"state", "outcome", "gpu" if is_of_markets else ""} or len(others) > 1:
        return None
    found = counts.sums("market") if name == "market" else _largest(DIMENSIONS[name])
    if is_of_markets:
        with_it = set(markets_with(others["gpu"]))
        found = {key: totals for key, totals in found.items() if key in with_it}
    return {key: count for key, totals in found.items() if (count := counts.exact(others, totals)) and count.number}


@kept
def _largest(dimension: str) -> dict[str, Totals]:
    """Return the sums of those keys of a dimension that most jobs have; one query, kept."""
    rows = JobRollup.objects.filter(dimension=dimension, unit=EVER).order_by("-listed", "key")[:TOP]
    return {key: Totals(None, *figures) for key, *figures in rows.values_list("key", *FIGURES)}


def _left(end: float) -> int:
    """Return the milliseconds that are left until a moment of the monotonic clock."""
    return int((end - time.monotonic()) * 1000)


def _of_kinds(names: Sequence[str], others: Mapping[str, Any], milliseconds: int) -> dict[str, dict[str, Count] | None]:
    """Return the jobs of each value of some facets by kinds of jobs; nothing where these cannot say it. One query."""
    found = kinds.counts(names, others, milliseconds) or {}
    return {
        name: {value: Count(number, is_capped=False) for value, number in numbers.items()}
        for name, numbers in found.items()
    }


def _counted(names: Sequence[str], others: Mapping[str, Any], milliseconds: int) -> dict[str, dict[str, Count] | None]:
    """Return the jobs of each value of some facets, counted among those that match; None for all if it takes longer.

    How many were withdrawn is not said, unless nothing matches at all.
    """
    if milliseconds < 5:
        return dict.fromkeys(names)
    columns = [column for name in names for column in COLUMNS[name]]
    jobs = matching(others, by_entries=are_gathered(others), in_order=False)
    found = jobs.order_by().values(*columns)[: counts.COUNT_CAP + 1]
    try:
        sql, values = found.query.sql_with_params()
    except EmptyResultSet:  # a word that no definition has, a GPU that no market has: no query finds anything
        return {name: {WITHDRAWN: Count(0, is_capped=False)} if name == "state" else {} for name in names}
    # Names and expressions are those above, the rest is Django's, its values apart.
    parts = ["SELECT 'all', '', COALESCE(sum(jobs), 0)::bigint FROM alike"]
    parts += [_LARGEST.format(name=name, expression=EXPRESSIONS[name]) for name in names]
    alike = _ALIKE.format(found=sql, columns=", ".join(columns))
    whole = f"WITH alike AS MATERIALIZED ({alike}) {' UNION ALL '.join(parts)}"
    try:
        with time_box(milliseconds) as box, connection.cursor() as cursor:
            # Else the table is read from its oldest job on, until enough match: an index takes a third of that time.
            box.settings["enable_seqscan"] = "off"
            cursor.execute(whole, values)
            rows = cursor.fetchall()
    except TooSlow:
        return dict.fromkeys(names)
    is_capped = rows[0][2] > counts.COUNT_CAP
    by_name: dict[str, dict[str, Count] | None] = {
        name: {value: Count(number, is_capped) for kind, value, number in rows if kind == name and value}
        for name in names
    }
    return by_name


def _facet(
    name: str, numbers: dict[str, Count] | None, wanted: Mapping[str, Any], markets: Mapping[str, Market]
) -> Facet:
    given = wanted.get(name, [])
    chosen = [given] if isinstance(given, str) else list(given)
    choices = list(_choices(name, numbers, chosen, markets))
    return Facet(name, LABELS[name], choices, is_cut=numbers is None)


def _choices(
    name: str, counted: Mapping[str, Count] | None, chosen: Sequence[str], markets: Mapping[str, Market]
) -> Iterator[Choice]:
    none = None if counted is None else Count(0, is_capped=False)
    numbers = counted or {}
    if name in {"state", "outcome"}:
        if name == "state":
            numbers = {(_state(value)): count for value, count in numbers.items()}
        for value, label in STATES if name == "state" else OUTCOMES:
            # Only the sums know how many were withdrawn: counting goes through jobs in the books.
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
