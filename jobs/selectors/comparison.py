"""A few markets side by side, fact by fact: what differs, and which is best."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from explorer.formats import DASH, duration, nos, percent, thousands, usd
from jobs.readiness import MarketReadiness
from jobs.selectors.readiness import Row

#: Items side by side; beyond, only those that differ are of interest.
ITEMS_COMPARED: Final = 60
_VRAM: Final = {"fits": "fits", "too_small": "too small", "unknown": "not known"}


@dataclass(frozen=True, slots=True)
class Cell:
    """What a market says to a fact. `status` is that of an item, "" for any other fact."""

    market: str
    text: str
    note: str = ""
    status: str = ""
    is_best: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """One line: its name, what kind of item it is about if any, and a cell for each market."""

    name: str
    cells: Sequence[Cell]
    differs: bool
    kind: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The markets, facts about each as a whole, and the items."""

    rows: Sequence[Row]
    facts: Sequence[Fact]
    items: Sequence[Fact]
    more_items: int

    @property
    def differing(self) -> int:
        """How many lines differ."""
        return sum(fact.differs for fact in (*self.facts, *self.items))


def compare(rows: Sequence[Row]) -> Comparison:
    """Return markets side by side in the order given; no query."""
    ready = [row.ready for row in rows]
    items = _items(ready)
    items.sort(key=lambda fact: not fact.differs)
    facts = [_fact(name, ready, *how) for name, *how in _FACTS]
    return Comparison(rows, facts, items[:ITEMS_COMPARED], max(len(items) - ITEMS_COMPARED, 0))


def _fact(
    name: str, ready: Sequence[MarketReadiness], value: Callable[[MarketReadiness], Any], cell: Any, best: Any
) -> Fact:
    values = [value(one) for one in ready]
    known = [found for found in values if found is not None]
    differs = len({_key(found) for found in values}) > 1
    top = best(known) if best and differs and known else None
    cells = [cell(one, found, top is not None and found == top) for one, found in zip(ready, values, strict=True)]
    return Fact(name, cells, differs)


def _key(value: Any) -> Hashable:
    return value if isinstance(value, Hashable) else str(value)


def _shown(words: Callable[[Any], str], note: Callable[[MarketReadiness], str] = lambda one: "") -> Any:
    """Return what makes a cell of a market and its value."""

    def cell(one: MarketReadiness, value: Any, is_best: bool) -> Cell:
        return Cell(one.name or one.address, DASH if value is None else words(value), note(one), is_best=is_best)

    return cell


def _items(ready: Sequence[MarketReadiness]) -> list[Fact]:
    """Return a line for each item; every market has the same items in the same order."""
    found = []
    for here in zip(*(one.items for one in ready), strict=True):
        differs = len({(item.status, bool(item.nodes_holding)) for item in here}) > 1
        cells = [
            Cell(one.name or one.address, item.status.value, item.reason, item.status.value)
            for one, item in zip(ready, here, strict=True)
        ]
        found.append(Fact(here[0].name, cells, differs, here[0].kind, here[0].op))
    return found


def _fee(one: MarketReadiness) -> str:
    fee = one.price.fee_usd
    return "" if fee is None else f"{usd(fee)} of it is the network's fee"


def _total_nos(one: MarketReadiness) -> Decimal | None:
    price = one.price
    return None if price.nos is None or price.fee_nos is None else price.nos + price.fee_nos


def _runs(one: MarketReadiness) -> str:
    return f"{thousands(one.runs)} job{'' if one.runs == 1 else 's'} lately" if one.runs else ""


#: name, value, cell, which of the values is best
_FACTS: Final[tuple[tuple[str, Any, Any, Any], ...]] = (
    ("Place", lambda one: one.rank, _shown(str), min),
    ("Start", lambda one: one.summary, _shown(str), None),
    ("Free nodes", lambda one: one.nodes_free, _shown(thousands), max),
    ("of them hold everything", lambda one: one.nodes_warm, _shown(thousands), max),
    ("Jobs waiting", lambda one: one.jobs_waiting, _shown(thousands), min),
    ("Median wait", lambda one: one.median_wait_s, _shown(duration), min),
    ("GPU memory", lambda one: one.vram, _shown(_VRAM.__getitem__, lambda one: one.vram_reason), None),
    ("Success", lambda one: one.success_share, _shown(percent, _runs), max),
    ("Started after", lambda one: one.start_delay_s, _shown(duration), min),
    ("Price, USD", lambda one: one.price.total_usd, _shown(usd, _fee), min),
    ("Price, NOS", _total_nos, _shown(nos), min),
)
