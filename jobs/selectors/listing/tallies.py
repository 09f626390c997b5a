"""How many jobs each value of a filter has, among those that the other filters leave.

From the sums or the kinds of jobs where they say it; else counted among the first jobs that match, so that "120+" means
at least 120, or among all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.core.exceptions import EmptyResultSet
from django.db import connection

from explorer.kept import kept
from explorer.paging import Count
from jobs.choices import STATES, WITHDRAWN
from jobs.models import JobRollup
from jobs.models.rollup import EVER, FIGURES, IMAGE, MARKET, OP_TYPE, TRIGGER
from jobs.rollups.reading import Totals
from jobs.selectors.listing import counts, kinds
from jobs.selectors.listing.boxes import TooSlow, time_box
from jobs.selectors.listing.filtering import matching
from jobs.selectors.listing.named import markets_with
from jobs.selectors.listing.reading import are_gathered

#: Values of one facet.
TOP: Final = 12


@dataclass(frozen=True, slots=True)
class Tally:
    """How many jobs have each value of a facet; `is_capped` where others have some too, for not all were looked at."""

    counts: Mapping[str, Count] = field(default_factory=dict)
    is_capped: bool = False


#: By facet; None where counting took too long.
Tallies = dict[str, Tally | None]
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


def summed(name: str, others: Mapping[str, Any]) -> dict[str, Count] | None:
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


def tallied(names: Sequence[str], others: Mapping[str, Any], most: int | None, milliseconds: int) -> Tallies:
    """Return the jobs of each value of some facets, by kinds of jobs where these can say it; one query or two.

    Else counted among at most so many jobs that match, None for all; None for each facet where that takes too long.
    """
    return _of_kinds(names, others, milliseconds) or _counted(names, others, most, milliseconds)


def withdrawn(others: Mapping[str, Any], milliseconds: int) -> Count | None:
    """Return how many withdrawn jobs match, all of them; None where that takes longer.

    A few small queries: an index has the withdrawn jobs alone, which are few.
    """
    if milliseconds < 5:
        return None
    try:
        with time_box(milliseconds):
            found = matching({**others, "state": [WITHDRAWN]}, in_order=False)
            return Count(found.count(), is_capped=False)
    except TooSlow:
        return None


def _of_kinds(names: Sequence[str], others: Mapping[str, Any], milliseconds: int) -> Tallies:
    """Return the jobs of each value of some facets by kinds of jobs; nothing where these cannot say it. One query."""
    found = kinds.counts(names, others, milliseconds) or {}
    return {
        name: Tally({value: Count(number, is_capped=False) for value, number in numbers.items()})
        for name, numbers in found.items()
    }


def _counted(names: Sequence[str], others: Mapping[str, Any], most: int | None, milliseconds: int) -> Tallies:
    """Return the jobs of each value of some facets, counted among those that match; None for all if it takes longer.

    How many were withdrawn is not said, unless nothing matches at all: see withdrawn().
    """
    if milliseconds < 5:
        return dict.fromkeys(names)
    columns = [column for name in names for column in COLUMNS[name]]
    jobs = matching(others, by_entries=are_gathered(others), in_order=False)
    found = jobs.order_by().values(*columns)
    found = found if most is None else found[: most + 1]
    try:
        sql, values = found.query.sql_with_params()
    except EmptyResultSet:  # a word that no definition has, a GPU that no market has: no query finds anything
        none = {WITHDRAWN: Count(0, is_capped=False)}
        return {name: Tally(none if name == "state" else {}) for name in names}
    # Names and expressions are those above, the rest is Django's, its values apart.
    parts = ["SELECT 'all', '', COALESCE(sum(jobs), 0)::bigint FROM alike"]
    parts += [_LARGEST.format(name=name, expression=EXPRESSIONS[name]) for name in names]
    alike = _ALIKE.format(found=sql, columns=", ".join(columns))
    whole = f"WITH alike AS MATERIALIZED ({alike}) {' UNION ALL '.join(parts)}"
    try:
        with time_box(milliseconds) as box, connection.cursor() as cursor:
            # Else the table is read from its oldest job on, until enough match: an index takes a third of that time.
            if most is not None:
                box.settings["enable_seqscan"] = "off"
            cursor.execute(whole, values)
            rows = cursor.fetchall()
    except TooSlow:
        return dict.fromkeys(names)
    is_capped = most is not None and rows[0][2] > most
    found_of: dict[str, dict[str, Count]] = {name: {} for name in names}
    for name, value, number in rows[1:]:
        if value:
            found_of[name][value] = Count(min(number, most) if most else number, is_capped)
    return {name: Tally(values, is_capped) for name, values in found_of.items()}
