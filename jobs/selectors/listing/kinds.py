"""What the kinds of jobs say of a filter: how many jobs it shows, of what, and between which times these were listed.

Reads no job: a million jobs are ten thousand kinds. Where kinds cannot say it, are not kept by all who write jobs just
now, or are too many to be read in a moment, every function returns None, and jobs are read instead.
"""

# ruff: noqa: S608 - only names of ours are put into SQL, values are parameters
from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from explorer.kept import kept
from jobs.choices import OUTCOMES, STATES, UNKNOWN, WITHDRAWN
from jobs.models.job import NEVER
from jobs.rollups import agreement
from jobs.selectors.listing.boxes import TooSlow, time_box
from jobs.selectors.listing.filtering import ends
from jobs.selectors.listing.named import image_ids, markets_of, resource_ids

#: The filters of what the jobs of a kind have in common.
OF_KINDS: Final = frozenset({"market", "gpu", "deployer", "payer", "trigger", "image", "resource", "op_type"})
_STANDING: Final = frozenset({"state", "outcome"})
#: What reading kinds may take for a count or a facet, and for a list, which is read after it; milliseconds.
KINDS_MS: Final = 30
LIST_MS: Final = 10
#: For a list in another order: without them, it may have to pass hundreds of thousands of other jobs.
SORTED_MS: Final = 100
#: For how long it is remembered that they took longer; seconds.
REMEMBERED: Final = 60
_STATES: Final = [state for state, _ in STATES]
_OUTCOMES: Final = [outcome for outcome, _ in OUTCOMES]
#: The facets that kinds tell apart by a column: that, the expression of its values, and what these are read from. No
#: text of a request. Lists of op types are few, so they are put together before each is told apart.
_VALUES: Final[Mapping[str, tuple[str, str, str]]] = {
    "market": ("market", "market", "found"),
    "image": ("image_ids", "unnest(image_ids)", "found"),
    "op_type": ("op_types", "unnest(op_types)", "(SELECT op_types, SUM(jobs) AS jobs FROM found GROUP BY 1) AS same"),
    "trigger": ("trigger", "trigger", "found"),
}
_LARGEST: Final = (
    "(SELECT '{name}', value::text, SUM(jobs)::bigint FROM (SELECT {value} AS value, jobs FROM {source}) AS each "
    "GROUP BY value HAVING SUM(jobs) > 0 ORDER BY 3 DESC, value LIMIT 60)"
)
Rows = list[tuple[Any, ...]]

agree = kept(agreement.agree)


def total(wanted: Mapping[str, Any], *, milliseconds: int | None = None) -> int | None:
    """Return how many jobs a filter shows; one small query, in KINDS_MS or so many milliseconds if these are less."""
    if not _knows(wanted):
        return None
    condition, values = _condition(wanted)
    sql = f"SELECT COALESCE(SUM({_sum(_asked(wanted))}), 0)::bigint FROM jobs_jobkind WHERE {condition}"
    rows = _read(sql, values, KINDS_MS if milliseconds is None else min(milliseconds, KINDS_MS))
    return None if rows is None else rows[0][0]


def counts(names: Sequence[str], others: Mapping[str, Any], milliseconds: int) -> dict[str, dict[str, int]] | None:
    """Return how many jobs of each value of some facets a filter shows, the most frequent values of each; one query.

    The filter asks for no state where states are among the facets, as for outcomes. It takes no longer than KINDS_MS.
    """
    # All kinds together are one row, which has no values.
    if not _knows(others) or not (others.keys() & OF_KINDS or set(names) <= _STANDING):
        return None
    rows = _read(*_facets(names, others), min(milliseconds, KINDS_MS))
    if rows is None:
        return None
    found: dict[str, dict[str, int]] = {name: {} for name in names}
    for name, value, number in rows:
        if value:
            found[name][value] = number
    return found


def _knows(wanted: Mapping[str, Any]) -> bool:
    """Say whether kinds have all that a filter asks for, so that they can count its jobs."""
    return bool(wanted) and wanted.keys() <= OF_KINDS | _STANDING


def _asked(wanted: Mapping[str, Any]) -> list[str]:
    return _columns(wanted.get("state", ()), wanted.get("outcome", ""))


def _columns(states: Sequence[str], outcome: str) -> list[str]:
    """Return the counts of the jobs that a filter for states and an outcome shows; without a state, of all present."""
    wanted = states or [state for state in _STATES if state != WITHDRAWN]
    outcomes = [outcome] if outcome else _OUTCOMES
    # Of an unfinished job, that nothing is known of its ops is no outcome (JobQuerySet.that_went).
    unfinished = {"queued", "running"} if outcome == UNKNOWN else set()
    return [f"{state}_{one}" for state in wanted if state not in unfinished for one in outcomes]


def _sum(columns: Iterable[str]) -> str:
    return " + ".join(columns) or "0"


def _condition(wanted: Mapping[str, Any]) -> tuple[str, list[Any]]:
    """Return the condition on kinds that OF_KINDS among a filter are, in the words of the index, and its values.

    Without any of these it is the row that sums up all kinds. A small query each for a GPU, an image and a resource.
    """
    asked: dict[str, tuple[str, list[Any]]] = {}
    markets = markets_of(wanted)
    if markets is not None:
        asked["ARRAY[market]"] = ("varchar[]", markets)
    for name in ("deployer", "payer", "trigger"):
        if name in wanted:
            asked[f"ARRAY[{name}]"] = ("varchar[]", [wanted[name]])
    if "image" in wanted:
        asked["image_ids"] = ("bigint[]", image_ids(wanted["image"]))
    if "resource" in wanted:
        asked["resource_ids"] = ("bigint[]", resource_ids(wanted["resource"]))
    if "op_type" in wanted:
        asked["op_types"] = ("varchar[]", [wanted["op_type"]])
    conditions = [f"{column} && %s::{kind}" for column, (kind, _) in asked.items()]
    return " AND ".join(conditions) or "digest = ''", [values for _, values in asked.values()]


def _facets(names: Sequence[str], others: Mapping[str, Any]) -> tuple[str, list[Any]]:
    """Return the query that counts facets, and its values."""
    standing = {
        "state": {state: _columns([state], others.get("outcome", "")) for state in _STATES},
        "outcome": {outcome: _columns(others.get("state", ()), outcome) for outcome in _OUTCOMES},
    }
    apart = [_VALUES[name] for name in names if name in _VALUES]
    numbers = {column for name in names for columns in standing.get(name, {}).values() for column in columns}
    columns = [*(column for column, _, _ in apart), *sorted(numbers), f"{_sum(_asked(others))} AS jobs"]
    condition, values = _condition(others)
    found = f"SELECT {', '.join(columns)} FROM jobs_jobkind WHERE {condition}"
    parts = [_standing(name, standing[name]) for name in names if name in standing]
    parts += [
        _LARGEST.format(name=name, value=_VALUES[name][1], source=_VALUES[name][2]) for name in names if name in _VALUES
    ]
    return f"WITH found AS MATERIALIZED ({found}) {' UNION ALL '.join(parts)}", values


def _standing(name: str, columns: Mapping[str, Sequence[str]]) -> str:
    """Return the SELECT of the jobs by state or outcome, which are columns of a kind."""
    values = ", ".join(f"'{value}'" for value in columns)
    sums = ", ".join(f"COALESCE(SUM({_sum(found)}), 0)::bigint" for found in columns.values())
    return f"SELECT '{name}', unnest(ARRAY[{values}]), unnest(ARRAY[{sums}]) FROM found"


#: With no more jobs than this, all are gathered at once.
FEW: Final = 300
#: What was listed so lately is found in the first part of a list that any filter is gathered from.
LATELY: Final = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Listed:
    """What kinds say of the list of a filter: of a superset of its jobs, where it asks for more than kinds have."""

    #: At most so many.
    jobs: int
    first_at: datetime
    last_at: datetime
    #: In micro-NOS per second.
    least_price: int
    greatest_price: int
    #: The images of all of them, where these are the same.
    image_ids: Sequence[int]

    @property
    def helps(self) -> bool:
        """Whether the list is read more quickly for knowing this."""
        return self.jobs <= FEW or self.last_at < timezone.now() - LATELY

    def narrows(self, whole: Listed | None) -> bool:
        """Whether a list in another order begins or ends elsewhere than that of all jobs, as far as that is known."""
        return whole is None or (
            self.least_price > whole.least_price
            or self.greatest_price < whole.greatest_price
            or self.first_at > whole.first_at + LATELY
            or self.last_at < whole.last_at - LATELY
        )

    @property
    def are_few(self) -> bool:
        """Whether all jobs are found at once, because they are few and have an image that few others have, perhaps."""
        return self.jobs <= FEW and bool(self.image_ids)

    def within(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """Return a filter with the ends between which all of its jobs were listed, and what they cost."""
        first, last = wanted.get("listed_from", self.first_at), wanted.get("listed_to", self.last_at)
        least, most = Decimal(self.least_price), Decimal(self.greatest_price)
        return {
            **wanted,
            "listed_from": max(first, self.first_at),
            "listed_to": min(last, self.last_at),
            "price_min": max(wanted.get("price_min", least), least),
            "price_max": min(wanted.get("price_max", most), most),
        }


def listed(wanted: Mapping[str, Any], milliseconds: int = LIST_MS) -> Listed | None:
    """Return what kinds say of a filter's list, where it asks for a thing that kinds have and for more. One query.

    Of a list in another order that asks for no such thing, what they say of all jobs.

    Such that a list that is read after it has all jobs that it had before: what comes meanwhile may be missing.
    """
    if not wanted.keys() & {*OF_KINDS, "sort"} or len(wanted) < 2:
        return None
    condition, values = _condition(wanted)
    at_most, prices = _at_that_price(wanted)
    jobs = _sum(_asked(wanted))
    rows = _read(
        f"SELECT COALESCE(SUM({jobs}), 0)::bigint, MIN(first_at), MAX(last_at), "
        f"COALESCE(MIN(least_price), 0), COALESCE(MAX(greatest_price), 0), MIN(image_ids), MAX(image_ids) "
        f"FROM jobs_jobkind WHERE {condition}{at_most} AND {jobs} > 0",
        [*values, *prices],
        milliseconds,
    )
    if rows is None:
        return None
    ((number, first_at, last_at, cheapest, dearest, least, most),) = rows
    same = least if least == most and least else ()
    found = Listed(number, first_at or NEVER, last_at or NEVER, cheapest, dearest, same)
    first, last = wanted.get("listed_from"), wanted.get("listed_to")
    is_outside = (first and found.last_at < first) or (last and found.first_at >= last)
    return replace(found, jobs=0) if is_outside else found


@kept
def whole() -> Listed | None:
    """Return what kinds say of all jobs; one query of a row, kept."""
    return listed({"sort": "", "state": [state for state in _STATES if state != WITHDRAWN]})


def _at_that_price(wanted: Mapping[str, Any]) -> tuple[str, list[int]]:
    """Return the condition that jobs of a kind can cost what a filter asks for, to be put after another one."""
    least, most = ends(wanted, "price")
    asked = {"greatest_price >=": least, "least_price <=": most}
    conditions = "".join(f" AND {condition} %s" for condition, price in asked.items() if price is not None)
    return conditions, [price for price in asked.values() if price is not None]


def _read(sql: str, values: Sequence[Any], milliseconds: int) -> Rows | None:
    """Return what is read of kinds, in its time; None, also for a while to come, where that is not enough."""
    if milliseconds < 1:
        return None
    name = f"job-kinds-slow:{hashlib.sha256(repr((sql, values)).encode()).hexdigest()}"
    if not agree() or cache.get(name):
        return None
    try:
        with time_box(milliseconds), connection.cursor() as cursor:
            cursor.execute(sql, values)
            return list(cursor.fetchall())
    except TooSlow:
        cache.set(name, True, REMEMBERED)
        return None
