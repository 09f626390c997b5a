"""Curators' wishes become decisions: checked, compared with what holds, written with a revision, all or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from explorer.nosana.payloads import JsonObject
from explorer.nosana.strict_json import clean_text
from markets.choices import Change, Decision
from markets.curation import permissions, revisions
from markets.curation.entries import Entry, Key, is_bare
from markets.curation.errors import InvalidWish
from markets.curation.states import KEEPING, Standing, State, decided_in, standing_of, states_of
from markets.models import Curated, Market, Revision

#: Longest note and longest reason, in characters.
MAX_WORDS: Final = 2000


@dataclass(slots=True)
class Wish:
    """What a curator wants of one entry; without a decision, the one that holds is taken back.

    NOTE on an entry that is added, pinned or hidden changes its note and leaves that decision as it is.
    """

    entry: Entry
    decision: Decision | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What wishes would make of a market, without anything written."""

    before: State
    after: State
    changes: tuple[JsonObject, ...]  # as Revision.decisions keeps them

    @property
    def added(self) -> list[Entry]:
        """The entries that the served list would gain."""
        before = self.before.served()
        return [entry for key, entry in self.after.served().items() if key not in before]

    @property
    def removed(self) -> list[Entry]:
        """The entries that it would lose."""
        after = self.after.served()
        return [entry for key, entry in self.before.served().items() if key not in after]


def decide(
    *,
    market: Market,
    wishes: Sequence[Wish],
    author: User,
    reason: str,
    seen: int | None,
    change: Change = Change.CURATION,
) -> Revision | None:
    """Take a curator's decisions about one market, as one revision; None when nothing would change.

    `seen` is the number of the newest revision the curator saw, 0 for none; None leaves that unchecked. Raises
    PermissionDenied, InvalidWish, or Conflict with the revisions not seen; then nothing is written. Ten queries.
    """
    looked = None if seen is None else {market.pk: seen}
    return decide_many(wishes={market.pk: wishes}, author=author, reason=reason, seen=looked, change=change)[market.pk]


@transaction.atomic
def decide_many(
    *,
    wishes: Mapping[str, Sequence[Wish]],
    author: User,
    reason: str,
    seen: Mapping[str, int] | None = None,
    change: Change = Change.CURATION,
) -> dict[str, Revision | None]:
    """Take decisions about many markets, by address, in one transaction: all of them or none.

    Each market that changes gets one revision. Raises as `decide` does; markets absent from `seen` are not checked
    for conflicts. A constant number of queries.
    """
    permissions.require(author, wishes)
    why = checked_reason(reason)
    markets = revisions.locked(wishes)
    numbers = revisions.numbers(markets)
    revisions.check_seen(numbers, seen or {})
    outcomes = outcomes_of({pk: wishes[pk] for pk in markets}, author=author.get_username(), reason=why)
    write_decisions(outcomes, author)
    drafts = [
        revisions.Draft(pk, outcome.before, outcome.after, changes=outcome.changes) for pk, outcome in outcomes.items()
    ]
    written = revisions.write(drafts, numbers=numbers, change=change, author=author, reason=why)
    return {pk: written.get(pk) for pk in wishes}


def outcomes_of(
    wishes: Mapping[str, Sequence[Wish]], *, author: str, reason: str, is_exact: bool = False
) -> dict[str, Outcome]:
    """Return what wishes would make of each market, by address; raises InvalidWish. Three queries, nothing written.

    With `is_exact` a NOTE replaces the decision that holds.
    """
    now = timezone.now()
    states = states_of(wishes)
    return {pk: _outcome(states[pk], wishes[pk], author, reason, now, is_exact) for pk in wishes}


def _outcome(before: State, wishes: Sequence[Wish], author: str, reason: str, now: datetime, is_exact: bool) -> Outcome:
    decisions = dict(before.decisions)
    changes: list[JsonObject] = []
    for key, wish in _by_key(wishes).items():
        old = before.decisions.get(key)
        new = _wanted(wish, old, is_exact)
        if new == (old.decision if old else None) and (old is None or _note(wish.note) == old.note):
            continue
        changes.append(_change(wish, old, new))
        if new is None:
            del decisions[key]
        else:
            decisions[key] = _standing(wish, old, new, before.since.get(key), author, reason, now)
    return Outcome(before, replace(before, decisions=decisions), tuple(changes))


def _by_key(wishes: Sequence[Wish]) -> dict[Key, Wish]:
    found: dict[Key, Wish] = {}
    for wish in wishes:
        if wish.entry.key in found:
            raise InvalidWish(f"“{wish.entry.name}” comes twice.")
        if not is_bare(wish.entry.spec):
            raise InvalidWish(f"“{wish.entry.name}” carries a credential; the list is public.")
        found[wish.entry.key] = wish
    return found


def _wanted(wish: Wish, old: Standing | None, is_exact: bool) -> str | None:
    if wish.decision is None:
        return None
    decision = Decision(wish.decision)
    if decision is Decision.NOTE and old and not is_exact:
        return old.decision
    if decision is Decision.NOTE and not wish.note.strip():
        raise InvalidWish(f"The note about “{wish.entry.name}” is empty.")
    return decision.value


def _change(wish: Wish, old: Standing | None, new: str | None) -> JsonObject:
    return {
        **wish.entry.as_json(),
        "before": old.decision if old else None,
        "after": new,
        "note_before": old.note if old else "",
        "note": _note(wish.note) if new else "",
    }


def _standing(
    wish: Wish, old: Standing | None, new: str, listed: datetime | None, author: str, reason: str, now: datetime
) -> Standing:
    """Return the new decision; it holds since the entry came into the list, or was hidden, whichever it does."""
    is_kept = bool(old and (old.decision == new or (old.decision in KEEPING and new in KEEPING)))
    since = old.since if old and is_kept else (listed or now) if new in KEEPING else now
    return Standing(wish.entry, new, _note(wish.note), reason, author, now, since)


def current_decisions(market: str) -> Mapping[Key, Standing]:
    """Return the decisions that hold in a market; one query."""
    return {(row.kind, row.identity): standing_of(row) for row in decided_in([market]).get(market, [])}


def write_decisions(outcomes: Mapping[str, Outcome], author: User) -> None:
    """Write what changed among the decisions of all markets; two statements."""
    gone: list[int] = []
    rows: list[Curated] = []
    current = {
        (market, kind, identity): pk
        for pk, market, kind, identity in Curated.objects.filter(market__in=outcomes).values_list(
            "pk", "market_id", "kind", "identity"
        )
    }
    for market, outcome in outcomes.items():
        for change in outcome.changes:
            key = (str(change["kind"]), str(change["identity"]))
            if standing := outcome.after.decisions.get(key):
                rows.append(_row(market, standing, author))
            else:
                gone.append(current[(market, *key)])
    if gone:
        Curated.objects.filter(pk__in=gone).delete()
    Curated.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["market", "kind", "identity"],
        update_fields=["decision", "name", "spec", "note", "reason", "author", "decided_at", "since"],
    )


def _row(market: str, standing: Standing, author: User) -> Curated:
    entry = standing.entry
    return Curated(
        market_id=market,
        kind=entry.kind,
        decision=standing.decision,
        identity=entry.identity,
        name=entry.name,
        spec=entry.spec,
        note=standing.note,
        reason=standing.reason,
        author=author,
        decided_at=standing.decided_at,
        since=standing.since,
    )


def checked_reason(text: str) -> str:
    """Return why, fit to be stored; raises InvalidWish without one."""
    reason = clean_text(text).strip()
    if not reason:
        raise InvalidWish("Say why: the reason stands in the history.")
    if len(reason) > MAX_WORDS:
        raise InvalidWish(f"A reason has at most {MAX_WORDS:,} characters.")
    return reason


def _note(text: str) -> str:
    note = clean_text(text).strip()
    if len(note) > MAX_WORDS:
        raise InvalidWish(f"A note has at most {MAX_WORDS:,} characters.")
    return note
