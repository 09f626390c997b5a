"""Readiness as pages show it: markets in a table, those that start a job sooner than its own, and their order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from explorer.nosana.payloads import JsonValue
from jobs import ops
from jobs.definition.document import read
from jobs.models import Job
from jobs.readiness import TOO_SMALL, ItemReadiness, MarketReadiness, Status, readiness
from jobs.selectors.job import definition_of
from markets.models import Market

#: So many items are told about in a row of the table, and so many faster markets on a job's page.
ITEMS_SHOWN: Final = 20
FASTER_SHOWN: Final = 3
#: How soon a job would start, by the word of the row's icon: the first is the soonest.
AT_ONCE, FETCHES, IDLE, WAITS, UNKNOWN, NO_FIT = "at_once", "fetches", "idle", "waits", "unknown", "no_fit"
_TURNS: Final = (AT_ONCE, FETCHES, IDLE, WAITS, UNKNOWN, NO_FIT)


@dataclass(frozen=True, slots=True)
class Subject:
    """The definition of a job; `value` is None where there is none to tell about, and `problem` says why."""

    job: Job
    value: JsonValue = None
    problem: str = ""  # missing, confidential, unreadable


def subject(job: Job) -> Subject:
    """Return what a job runs, as far as it is public; one query."""
    definition = definition_of(job)
    if definition is None or not definition.text:
        return Subject(job, problem="missing")
    value = read(definition.text).value
    if not isinstance(value, dict):
        return Subject(job, problem="unreadable")
    if ops.is_confidential(value):
        return Subject(job, problem="confidential")
    return Subject(job, value)


@dataclass(frozen=True, slots=True)
class Row:
    """A market in the table, with what readiness says of it."""

    market: Market
    ready: MarketReadiness
    is_compared: bool = False

    @property
    def start(self) -> str:
        """How soon a job would start, in a word for the icon."""
        ready = self.ready
        if ready.vram == TOO_SMALL:
            return NO_FIT
        if ready.nodes_free is None:
            return UNKNOWN
        if ready.nodes_free:
            return AT_ONCE if ready.nodes_warm else FETCHES
        return WAITS if ready.jobs_waiting else IDLE

    @property
    def turn(self) -> tuple[int, int, int]:
        """What makes one market start a job sooner than another; the price is no part of it."""
        missing = 0 if self.start == AT_ONCE else sum(item.status is not Status.CACHED for item in self.ready.items)
        return _TURNS.index(self.start), missing, self.ready.jobs_waiting or 0

    @property
    def counts(self) -> list[tuple[str, int]]:
        """How many items have each status; those without any are left out."""
        counted = Counter(item.status.value for item in self.ready.items)
        return [(status.value, counted[status.value]) for status in Status if counted[status.value]]

    @property
    def items(self) -> Sequence[ItemReadiness]:
        """The items told about, those to fetch first."""
        urgent = sorted(self.ready.items, key=lambda item: item.status is Status.CACHED)
        return urgent[:ITEMS_SHOWN]

    @property
    def more_items(self) -> int:
        """How many items are not told about."""
        return max(len(self.ready.items) - ITEMS_SHOWN, 0)


def rows(value: JsonValue, *, seconds: int, only: str = "", compared: Sequence[str] = ()) -> list[Row]:
    """Return all listed markets, or the one named, best first, for a timeout; eleven queries at most."""
    found = readiness(value, timeout=seconds, markets=[only] if only else None).markets
    markets = Market.objects.in_bulk([one.address for one in found])
    return [Row(markets[one.address], one, one.address in compared) for one in found if one.address in markets]


def gpus(found: Iterable[Row]) -> list[str]:
    """Return the GPUs that markets have, by name; one with odd characters, which no page may carry, is left out."""
    return sorted({gpu for row in found for gpu in row.market.gpu_types if gpu.isprintable()})


def with_gpu(found: Iterable[Row], gpu: str) -> list[Row]:
    """Return the markets with a GPU of that name; all of them where it is empty."""
    return [row for row in found if not gpu or gpu in row.market.gpu_types]


@dataclass(frozen=True, slots=True)
class Faster:
    """Where a job would start sooner than in its own market: the best few, how many there are, and its own."""

    own: Row | None
    best: Sequence[Row]
    number: int
    of: int


def faster(job: Job, found: Sequence[Row]) -> Faster:
    """Return the markets that start a job sooner; where its own is not listed any more, the soonest there are."""
    own = next((row for row in found if row.market.pk == job.market_id), None)
    fit = [row for row in found if row.start not in (NO_FIT, UNKNOWN)]
    sooner = [row for row in fit if own is None or (row.ready.rank < own.ready.rank and row.turn < own.turn)]
    return Faster(own, sooner[:FASTER_SHOWN], len(sooner), len(found))
