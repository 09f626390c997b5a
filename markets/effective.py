"""What a market serves: the network's list, with what curators added or pinned, without what they hid."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from explorer import images
from explorer.kept import kept
from markets.choices import Decision, EntryKind
from markets.curation.entries import Entry, Key, image_found, resource_found
from markets.curation.states import KEEPING, decided_in, entries_in, entry_of, listed_in
from markets.models import Curated, Market

Origin = Literal["network", "curated", "both"]
#: What two entries that a node keeps once have in common.
Name = tuple[str, ...]
#: What curators decided, by market.
Decided = Mapping[str, list[Curated]]


@dataclass(slots=True)
class Served:
    """An entry of a market's list: from whom, since when, and the decision about it. Hidden ones are not served."""

    entry: Entry
    origin: Origin
    since: datetime
    decision: Curated | None
    is_hidden: bool


def served(market: Market, decided: Decided | None = None) -> list[Served]:
    """Return a market's list, the network's entries first, in its order; also the hidden ones, flagged.

    One query, and one for what curators decided where the caller does not give it.
    """
    decided = decided_in([market.pk]) if decided is None else decided
    return _rows(listed_in([market.pk]).get(market.pk, []), decided.get(market.pk, []))


def served_in(markets: Iterable[str]) -> dict[str, list[Served]]:
    """Return the lists of many markets by address, as `served` does; two queries, whatever the number."""
    wanted = list(dict.fromkeys(markets))
    listed, decided = listed_in(wanted), decided_in(wanted)
    return {market: _rows(listed.get(market, []), decided.get(market, [])) for market in wanted}


def name_of(entry: Entry) -> Name:
    """Return what makes two entries one wherever they stand: the image under any name, or a resource's cache key."""
    return images.identity(entry.name) if entry.kind == EntryKind.IMAGE else (entry.type, entry.name)


@kept
def _named_in(markets: tuple[str, ...]) -> list[tuple[Key, Name, list[str]]]:
    return [(entry.key, name_of(entry), where) for entry, where in entries_in(markets)]


def names_served_in(markets: Sequence[str], decided: Decided) -> dict[str, set[Name]]:
    """Return the names of what each market serves; as `served_in`, but it reads no more than that.

    `decided` has what curators decided in each of them. Two queries for what the network lists, kept for a moment.
    """
    hidden = {
        (market, row.kind, row.identity)
        for market in markets
        for row in decided.get(market, ())
        if row.decision == Decision.HIDE
    }
    found: dict[str, set[Name]] = {market: set() for market in markets}
    for key, name, where in _named_in(tuple(markets)):
        for market in where:
            if (market, *key) not in hidden:
                found[market].add(name)
    for market, names in found.items():
        names.update(name_of(entry_of(row)) for row in decided.get(market, ()) if row.decision in KEEPING)
    return found


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the two lists of the network disagree: a market's own, and the one that the list of markets carries."""

    only_own: list[Entry]
    only_carried: list[Entry]

    def __len__(self) -> int:
        return len(self.only_own) + len(self.only_carried)


def difference(market: Market) -> Difference:
    """Return where the network's two lists of a market disagree; nothing where one is not known. One query at most.

    The market's own list is what counts: docs/decisions/0004-two-lists-of-one-market.md.
    """
    carried = market.listing_required
    if carried is None or market.required_at is None:
        return Difference([], [])
    own = {entry.key: entry for entry, _ in listed_in([market.pk]).get(market.pk, [])}
    entries = [*map(image_found, carried["images"]), *map(resource_found, carried["resources"])]
    other = {entry.key: entry for entry in entries}
    return Difference(
        [entry for key, entry in own.items() if key not in other],
        [entry for key, entry in other.items() if key not in own],
    )


def _rows(listed: list[tuple[Entry, datetime]], decided: list[Curated]) -> list[Served]:
    decisions: dict[Key, Curated] = {(row.kind, row.identity): row for row in decided}
    rows = [_listed(entry, since, decisions.pop(entry.key, None)) for entry, since in listed]
    # a mere note about what the network no longer lists puts nothing into the list
    return rows + [_curated(row) for row in decisions.values() if row.decision != Decision.NOTE]


def _listed(entry: Entry, since: datetime, decision: Curated | None) -> Served:
    if decision is None or decision.decision not in KEEPING:
        return Served(entry, "network", since, decision, decision is not None and decision.decision == Decision.HIDE)
    return Served(entry, "both", min(since, decision.since), decision, is_hidden=False)


def _curated(row: Curated) -> Served:
    return Served(entry_of(row), "curated", row.since, row, row.decision == Decision.HIDE)
