"""Decisions as files: written for spreadsheets and programs, read back with the place of whatever is wrong.

Two formats. CSV has one row an entry, `COLUMNS` first; a row without a decision is only there to be read. JSON is
`{"markets": [{"address", "decisions": [{"decision", "image" or "resource", "note"}]}]}`; or the network's own
contract for one market, of which whatever is not served yet is added.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.contrib.auth.models import User
from django.db.models import Q

from markets.choices import Change
from markets.curation import permissions, revisions
from markets.curation.decisions import Outcome, Wish, decide_many, outcomes_of
from markets.curation.errors import InvalidWish
from markets.curation.reading import Flaw, Line, Reading, read
from markets.curation.states import State, states_of
from markets.models import Market, Revision

__all__ = ["Flaw", "Line", "Preview", "Reading", "bring_in", "preview", "read"]

#: How many entries one file may decide about.
MAX_LINES: Final = 5000


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file would change, market by market, before anything is written.

    `wishes` and `seen` are what `bring_in` takes: whoever confirms a preview confirms it as it was shown.
    """

    outcomes: dict[Market, Outcome]  # only markets that would change, by name
    wishes: dict[str, list[Wish]]
    seen: dict[str, int]
    flaws: list[Flaw]
    dropped: list[Flaw]  # credentials that are left out
    refused: list[Market] = field(default_factory=list)  # that this person may not curate
    unchanged: int = 0  # rows that are so already

    @property
    def is_fine(self) -> bool:
        """Whether the file can be brought in as it is, and would change something."""
        return bool(self.outcomes) and not self.flaws and not self.refused


def preview(reading: Reading, *, author: User, market: Market | None = None) -> Preview:
    """Return what a file would change; `market` is the one that rows without one mean. Eight queries, no write."""
    flaws = list(reading.flaws)
    if len(reading.lines) > MAX_LINES:
        flaws.append(Flaw(reading.lines[MAX_LINES].line, 1, "", f"A file decides about {MAX_LINES:,} entries at most."))
    markets = _markets(reading.lines[:MAX_LINES], market)
    states = states_of(found.pk for found in set(markets.values()))
    wishes = _wishes(reading.lines[:MAX_LINES], markets, states, flaws)
    outcomes = _outcomes(wishes, author, flaws)
    by_address = {found.pk: found for found in markets.values()}
    changing = [by_address[pk] for pk, outcome in outcomes.items() if outcome.changes]
    allowed = set(permissions.curated_by(author).filter(pk__in=by_address).values_list("pk", flat=True))
    changes = sum(len(outcome.changes) for outcome in outcomes.values())
    return Preview(
        outcomes={found: outcomes[found.pk] for found in sorted(changing, key=lambda m: (m.name, m.pk))},
        wishes=wishes,
        seen=revisions.numbers(wishes),
        flaws=sorted(flaws, key=lambda flaw: (flaw.line, flaw.column)),
        dropped=reading.dropped,
        refused=[found for found in by_address.values() if found.pk in wishes and found.pk not in allowed],
        unchanged=len(reading.lines) - changes,
    )


def bring_in(
    found: Preview, *, author: User, reason: str, seen: Mapping[str, int] | None = None
) -> dict[str, Revision | None]:
    """Take the decisions of a previewed file in one transaction: all of them or none; returns revisions by address.

    `seen` are the revision numbers of the preview that the person confirmed. Raises InvalidWish for a file with flaws,
    PermissionDenied or Conflict as `decide` does.
    """
    if found.flaws:
        raise InvalidWish(f"Line {found.flaws[0].line}: {found.flaws[0].message}")
    looked = found.seen if seen is None else seen
    return decide_many(wishes=found.wishes, author=author, reason=reason, seen=looked, change=Change.IMPORT)


def _markets(lines: Sequence[Line], market: Market | None) -> dict[str, Market]:
    """Return the markets that rows name, by what they name them: an address or a slug; one query."""
    names = {line.market for line in lines if line.market}
    known = Market.objects.filter(Q(pk__in=names) | Q(slug__in=names)).order_by("is_listed", "-pk")
    found = {"": market} if market else {}
    for row in known:
        found |= {name: row for name in (row.slug, row.pk) if name in names}
    return found


def _wishes(
    lines: Sequence[Line], markets: Mapping[str, Market], states: Mapping[str, State], flaws: list[Flaw]
) -> dict[str, list[Wish]]:
    """Return the wishes of each market by address; whatever cannot be wished becomes a flaw."""
    wishes: dict[str, list[Wish]] = {}
    first: dict[tuple[str, tuple[str, str]], int] = {}
    for line in lines:
        market = markets.get(line.market)
        if market is None:
            named = f"No market is known by “{line.market[:44]}”." if line.market else "The market is missing."
            flaws.append(Flaw(line.line, 1, "market", named))
            continue
        key = (market.pk, line.wish.entry.key)
        if key in first:
            flaws.append(Flaw(line.line, 1, "", f"The same entry of this market stands in line {first[key]}."))
            continue
        first[key] = line.line
        if not (line.is_listed and line.wish.entry.key in states[market.pk].served()):
            wishes.setdefault(market.pk, []).append(line.wish)
    return wishes


def _outcomes(wishes: Mapping[str, Sequence[Wish]], author: User, flaws: list[Flaw]) -> dict[str, Outcome]:
    try:
        return outcomes_of(wishes, author=author.get_username(), reason="")
    except InvalidWish as refused:
        flaws.append(Flaw(1, 1, "", str(refused)))
        return {}
