"""Revisions: numbered in each market, written with the change itself, in its transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.contrib.auth.models import User
from django.db.models import Max

from explorer.nosana.payloads import JsonObject
from markets.choices import Change
from markets.curation.entries import Entry, Key
from markets.curation.errors import Conflict, InvalidWish
from markets.curation.states import State
from markets.models import Market, Revision


@dataclass(frozen=True, slots=True)
class Draft:
    """A change of one market that may be worth a revision."""

    market: str
    before: State
    after: State
    changes: tuple[JsonObject, ...] = ()
    reverted_to: int | None = None
    not_reverted: JsonObject = field(default_factory=dict)

    @property
    def is_change(self) -> bool:
        """Whether the network's list, a decision or a note is another than before."""
        return bool(self.changes) or self.before.network.keys() != self.after.network.keys()


def locked(addresses: Iterable[str]) -> dict[str, Market]:
    """Lock the markets until the transaction ends, in the order of their addresses.

    Raises InvalidWish if one is unknown. Whoever writes what a market requires holds this lock. One query, may wait.
    """
    wanted = sorted(set(addresses))
    rows = Market.objects.filter(pk__in=wanted).order_by("pk").select_for_update(no_key=True)
    found = {market.pk: market for market in rows}
    if missing := [pk for pk in wanted if pk not in found]:
        raise InvalidWish(f"No market is known by the address “{missing[0][:44]}”.")
    return found


def numbers(markets: Iterable[str]) -> dict[str, int]:
    """Return the number of each market's newest revision, 0 where it has none; one query."""
    wanted = list(markets)
    newest = Revision.objects.filter(market__in=wanted).order_by().values_list("market_id").annotate(Max("number"))
    return {**dict.fromkeys(wanted, 0), **dict(newest)}


def latest(market: Market) -> int:
    """Return the number of a market's newest revision, 0 without one: what a form carries as `seen`; one query."""
    return numbers([market.pk])[market.pk]


def check_seen(current: Mapping[str, int], seen: Mapping[str, int]) -> None:
    """Raise Conflict if a market has revisions newer than those seen; no query where none has."""
    newer: list[Revision] = []
    for market, number in seen.items():
        if current.get(market, 0) > number:
            newer += Revision.objects.filter(market=market, number__gt=number).select_related("market", "author")
    if newer:
        raise Conflict(sorted(newer, key=lambda revision: (revision.at, revision.pk), reverse=True))


def write(
    drafts: Sequence[Draft],
    *,
    numbers: Mapping[str, int],
    change: Change,
    author: User | None = None,
    reason: str = "",
) -> dict[str, Revision]:
    """Write the revision of each draft that changes something, and return them by market; one statement.

    The markets are locked and `numbers` are those of their newest revisions.
    """
    rows = [
        Revision(
            market_id=draft.market,
            number=numbers[draft.market] + 1,
            change=change,
            author=author,
            author_name=author.get_username()[:150] if author else "",
            reason=reason,
            **_lists(draft),
        )
        for draft in drafts
        if draft.is_change
    ]
    return {row.market_id: row for row in Revision.objects.bulk_create(rows)}


def _lists(draft: Draft) -> dict[str, object]:
    before, after = draft.before, draft.after
    return {
        "added": _gained(before.served(), after.served()),
        "removed": _gained(after.served(), before.served()),
        "network_added": _gained(before.network, after.network),
        "network_removed": _gained(after.network, before.network),
        "decisions": list(draft.changes),
        "state": after.as_json(),
        "reverted_to": draft.reverted_to,
        "not_reverted": draft.not_reverted,
    }


def _gained(before: Mapping[Key, Entry], after: Mapping[Key, Entry]) -> list[JsonObject]:
    return [entry.as_json() for key, entry in after.items() if key not in before]
