"""A few markets side by side, fact by fact: what differs, and which is best."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from explorer.formats import DASH, duration, nos, percent, thousands, usd
from markets import effective
from markets.curation.entries import Entry
from markets.effective import Served
from markets.models import Market, MarketRecord
from markets.selectors.board import nodes_known, running_now, success_now
from markets.selectors.history import Lately, lately
from markets.selectors.sums import Success

#: So many entries of required lists are shown; those that only some require come first.
ENTRIES_SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class Side:
    """A market with everything that is compared; `letter` is A, B, …"""

    letter: str
    market: Market
    running: int
    nodes: int
    record: MarketRecord | None
    success: Success
    lately: Lately
    served: Sequence[Served]

    @property
    def images(self) -> int:
        """How many images its nodes must keep."""
        return sum(one.entry.spec is None for one in self.served)

    @property
    def resources(self) -> int:
        """How many resources its nodes must keep."""
        return len(self.served) - self.images


@dataclass(frozen=True, slots=True)
class Cell:
    """What a market says to a fact, and the value behind it."""

    text: str
    value: Any
    is_best: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A fact with a cell for each market; `best` is the word for what is best, "" where nothing is."""

    name: str
    cells: Sequence[Cell]
    differs: bool
    best: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Facts about one subject."""

    title: str
    lines: Sequence[Line]

    @property
    def differing(self) -> list[Line]:
        """Those that differ."""
        return [line for line in self.lines if line.differs]


@dataclass(frozen=True, slots=True)
class MarketComparison:
    """Markets side by side."""

    sides: Sequence[Side]
    sections: Sequence[Section]
    more_entries: int

    @property
    def lines(self) -> int:
        """How many facts there are."""
        return sum(len(section.lines) for section in self.sections)

    @property
    def differing(self) -> int:
        """How many of them differ."""
        return sum(len(section.differing) for section in self.sections)


def compare(markets: Sequence[Market]) -> MarketComparison:
    """Return markets side by side in the order given; eight queries, three of them kept, none without a market."""
    found = _sides(markets) if markets else []
    sections = [Section(title, [_line(found, *fact) for fact in facts]) for title, facts in _FACTS]
    entries = sorted(_entries(found), key=lambda line: not line.differs)
    sections.append(Section("What its nodes must keep", [*_counts(found), *entries[:ENTRIES_SHOWN]]))
    return MarketComparison(found, sections, max(len(entries) - ENTRIES_SHOWN, 0))


def _sides(markets: Sequence[Market]) -> list[Side]:
    keys = [market.pk for market in markets]
    running, nodes, success = running_now(), nodes_known(), success_now()
    records, seen, served = MarketRecord.objects.in_bulk(keys), lately(keys), effective.served_in(keys)
    return [
        Side(
            letter=chr(ord("A") + number),
            market=market,
            running=running.get(market.pk, 0),
            nodes=nodes.get(market.pk, 0),
            record=records.get(market.pk),
            success=success.get(market.pk, Success()),
            lately=seen.get(market.pk, Lately()),
            served=[one for one in served[market.pk] if not one.is_hidden],
        )
        for number, market in enumerate(markets)
    ]


def _line(
    sides: Sequence[Side], name: str, value: Callable[[Side], Any], show: Callable[[Any], str], best: Any = None
) -> Line:
    values = [value(side) for side in sides]
    known = [found for found in values if found is not None]
    differs = len({str(found) for found in values}) > 1
    top = best(known) if best and differs and len(known) > 1 else None
    cells = [Cell(DASH if found is None else show(found), found, top is not None and found == top) for found in values]
    return Line(name, cells, differs, {min: "the least", max: "the most"}.get(best, "") if best else "")


def _counts(sides: Sequence[Side]) -> list[Line]:
    return [
        _line(sides, "Images", lambda side: side.images, thousands),
        _line(sides, "Remote resources", lambda side: side.resources, thousands),
    ]


def _entries(sides: Sequence[Side]) -> list[Line]:
    """Return a line for each entry that any of the markets requires, in their order."""
    named: dict[tuple[str, str], Entry] = {}
    held: list[set[tuple[str, str]]] = []
    for side in sides:
        keys = {one.entry.key: one.entry for one in side.served}
        named |= {key: entry for key, entry in keys.items() if key not in named}
        held.append(set(keys))
    lines = []
    for key, entry in named.items():
        has = [key in keys for keys in held]
        cells = [Cell("required" if one else DASH, one) for one in has]
        lines.append(Line(entry.name, cells, len(set(has)) > 1, key=entry.type if entry.spec else "image"))
    return lines


def _text(value: str) -> str:
    return value or DASH


def _gpus(side: Side) -> str | None:
    return ", ".join(side.market.gpu_types) or None


def _of_record(name: str) -> Callable[[Side], float | None]:
    return lambda side: getattr(side.record, name) if side.record else None


def _gb(value: int) -> str:
    return f"{thousands(value)} GB"


def _fee(value: Decimal) -> str:
    return f"{value.normalize():f} %"


def _xnos(value: Decimal) -> str:
    return f"{thousands(value / 1_000_000)} xNOS"


#: By subject: name, value, how it is shown, which value is best.
_FACTS: Final[tuple[tuple[str, tuple[tuple[Any, ...], ...]], ...]] = (
    (
        "The market",
        (
            ("GPU", _gpus, _text),
            ("Lowest VRAM", lambda side: side.market.lowest_vram_gb, _gb, max),
            ("Type", lambda side: side.market.type.lower() or None, str),
            ("Price, USD per hour", lambda side: side.market.usd_per_hour, usd, min),
            ("Price, NOS per hour", lambda side: side.market.nos_per_hour, nos, min),
            ("Network fee", lambda side: side.market.network_fee_percentage, _fee),
            ("Timeout of a job", lambda side: side.market.job_timeout, duration, max),
            ("Stake of a node", lambda side: side.market.node_xnos_minimum, _xnos),
        ),
    ),
    (
        "Now",
        (
            ("Jobs waiting", lambda side: side.market.jobs_waiting, thousands, min),
            ("Nodes free", lambda side: side.market.nodes_free, thousands, max),
            ("Jobs running", lambda side: side.running, thousands),
            ("Nodes known", lambda side: side.nodes, thousands, max),
        ),
    ),
    (
        "The last 7 days",
        (
            ("Median wait", _of_record("median_wait_s"), duration, min),
            ("95 % started within", _of_record("slow_wait_s"), duration, min),
            ("Success", lambda side: side.success.share, percent, max),
            ("Jobs ended", lambda side: side.lately.ended, thousands),
            ("GPU hours", lambda side: round(side.lately.gpu_hours), thousands),
            ("Nodes at work, of those there", lambda side: side.lately.busy_share, percent),
        ),
    ),
)
