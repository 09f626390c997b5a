"""What a market's list is made of at one moment: what the network says, and what curators decided.

The list that is served is: network ∪ added and pinned − hidden.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import connection

from explorer.nosana.payloads import JsonObject
from markets.choices import Decision
from markets.curation.entries import Entry, Key, from_json, image_found
from markets.models import Curated, RequiredImage, RequiredResource

#: Decisions by which an entry is served whatever the network says.
KEEPING: Final = (Decision.ADD, Decision.PIN)


@dataclass(frozen=True, slots=True)
class Standing:
    """One decision that holds: about what, with which note, why, by whom, and since when."""

    entry: Entry
    decision: str
    note: str
    reason: str
    author: str
    decided_at: datetime
    since: datetime

    def as_json(self) -> JsonObject:
        """Return it as a revision keeps it."""
        return {
            **self.entry.as_json(),
            "decision": str(self.decision),
            "note": self.note,
            "reason": self.reason,
            "author": self.author,
            "decided_at": self.decided_at.isoformat(),
            "since": self.since.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class State:
    """The network's entries in the network's order, each with the time it listed them, and the decisions that hold."""

    network: Mapping[Key, Entry] = field(default_factory=dict)
    decisions: Mapping[Key, Standing] = field(default_factory=dict)
    since: Mapping[Key, datetime] = field(default_factory=dict)

    def served(self) -> dict[Key, Entry]:
        """Return the list that is served: the network's entries first, then those only curators keep."""
        kept = {key: s.entry for key, s in self.decisions.items() if s.decision in KEEPING}
        hidden = {key for key, s in self.decisions.items() if s.decision == Decision.HIDE}
        return {key: entry for key, entry in {**kept, **self.network}.items() if key not in hidden}

    def as_json(self) -> JsonObject:
        """Return it as a revision keeps it."""
        return {
            "network": [entry.as_json() for entry in self.network.values()],
            "decisions": [standing.as_json() for standing in self.decisions.values()],
        }


def from_revision(state: JsonObject) -> State:
    """Return the state that a revision kept."""
    network, decisions = state.get("network"), state.get("decisions")
    entries = [from_json(row) for row in network if isinstance(row, dict)] if isinstance(network, list) else []
    rows = [_standing(row) for row in decisions if isinstance(row, dict)] if isinstance(decisions, list) else []
    return State({entry.key: entry for entry in entries}, {row.entry.key: row for row in rows})


def _standing(row: JsonObject) -> Standing:
    return Standing(
        from_json(row),
        str(row["decision"]),
        str(row["note"]),
        str(row["reason"]),
        str(row["author"]),
        datetime.fromisoformat(str(row["decided_at"])),
        datetime.fromisoformat(str(row["since"])),
    )


def states_of(markets: Iterable[str]) -> dict[str, State]:
    """Return the state of each market, known or not; two queries."""
    wanted = list(markets)
    listed, curated = _listed(wanted), decided_in(wanted)
    return {market: _state(listed.get(market, []), curated.get(market, [])) for market in wanted}


def _state(listed: list[tuple[Entry, datetime]], curated: list[Curated]) -> State:
    return State(
        {entry.key: entry for entry, _ in listed},
        {(row.kind, row.identity): standing_of(row) for row in curated},
        {entry.key: since for entry, since in listed},
    )


def listed_in(markets: Iterable[str]) -> dict[str, list[tuple[Entry, datetime]]]:
    """Return what the network lists in each market and since when, in its order, images first; one query."""
    return _listed(list(markets))


#: Written out: Django takes several times as long to put such a query together as PostgreSQL to answer it.
_LISTED: Final = """
    SELECT market_id, kind, name, identity, spec, since FROM (
        SELECT market_id, 'image' AS kind, position, '' AS type, reference AS name, reference AS identity,
            NULL::jsonb AS spec, since, id
        FROM markets_requiredimage WHERE market_id = ANY(%(markets)s) AND removed_at IS NULL
        UNION ALL
        SELECT market_id, 'resource', position, type, name, digest, spec, since, id
        FROM markets_requiredresource WHERE market_id = ANY(%(markets)s) AND removed_at IS NULL) AS listed
    ORDER BY kind, position, type, name, id
"""


def _listed(markets: list[str]) -> dict[str, list[tuple[Entry, datetime]]]:
    found: dict[str, list[tuple[Entry, datetime]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_LISTED, {"markets": markets})
        for market, kind, name, identity, spec, since in cursor:
            found[market].append((Entry(kind, name, identity, None if spec is None else json.loads(spec)), since))
    return found


def entries_in(markets: Sequence[str]) -> Iterator[tuple[Entry, list[str]]]:
    """Yield each entry that the network lists in any of these markets, with those, in no order; two queries."""
    current = {"market__in": markets, "removed_at": None}
    images = RequiredImage.objects.filter(**current).order_by().values_list("reference")
    for reference, where in images.annotate(where=ArrayAgg("market_id")):
        yield image_found(reference), where
    resources = RequiredResource.objects.filter(**current).order_by().values_list("name", "digest", "spec")
    for name, digest, spec, where in resources.annotate(where=ArrayAgg("market_id")):
        yield Entry("resource", name, digest, spec), where


def decided_in(markets: Iterable[str]) -> dict[str, list[Curated]]:
    """Return the decisions that hold in each market, with their authors, oldest first; one query."""
    found: dict[str, list[Curated]] = defaultdict(list)
    rows = Curated.objects.filter(market__in=list(markets)).select_related("author")
    for row in rows.order_by("since", "id"):
        found[row.market_id].append(row)
    return found


def entry_of(row: Curated) -> Entry:
    """Return the entry that a decision is about."""
    return Entry(row.kind, row.name, row.identity, row.spec)


def standing_of(row: Curated) -> Standing:
    """Return a decision as a state holds it; `row` came with its author."""
    author = row.author.get_username() if row.author else ""
    return Standing(entry_of(row), row.decision, row.note, row.reason, author, row.decided_at, row.since)
