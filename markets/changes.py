"""The changes of what a market requires, as people read them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import QuerySet

from markets.choices import Change, Decision
from markets.curation import Outcome, RevertPlan
from markets.models import Market, Revision

#: An entry or a decision as a revision keeps it, and what tells several apart.
Item = Mapping[str, Any]
Keys = set[tuple[str, str]]
#: How many revisions a market's page shows, and how many lines of each; a revision's own page shows up to WHOLE.
SHOWN: Final = 6
LINES: Final = 8
WHOLE: Final = 1000

_SYMBOLS: Final = {
    Change.ENDPOINT: "radio-tower",
    Change.LISTING: "radio-tower",
    Change.CURATION: "user-round-pen",
    Change.IMPORT: "upload",
    Change.REVERT: "undo-2",
}
_SIGNS: Final = {"add": "added:", "del": "removed:", "mark": "decided:"}
_WORDS: Final[Mapping[str, str]] = {
    Decision.ADD: "added",
    Decision.PIN: "pinned",
    Decision.HIDE: "hidden",
    Decision.NOTE: "annotated",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One entry that a revision changed: `css` is add, del or mark; `detail` is a resource as JSON."""

    css: str
    name: str
    word: str = ""
    note: str = ""
    detail: str = ""

    @property
    def sign(self) -> str:
        """The line's meaning for those who do not see its colour."""
        return _SIGNS[self.css]


@dataclass(frozen=True, slots=True)
class Entry:
    """A revision, with the first of its lines and how many more there are."""

    row: Revision
    lines: list[Line]
    more: int

    @property
    def symbol(self) -> str:
        """The icon of what made it."""
        return _SYMBOLS.get(Change(self.row.change), "history")

    @property
    def author(self) -> str:
        """Who made it, as they were called then; empty for a refresh."""
        return self.row.author_name

    @property
    def sentence(self) -> str:
        """What happened, in a few words that may follow the author's name."""
        return _sentence(self.row)


@dataclass(frozen=True, slots=True)
class Timeline:
    """The newest changes of a market, and how many there are in all."""

    shown: list[Entry]
    count: int

    @property
    def newest(self) -> int:
        """The number of the newest revision; 0 where there is none."""
        return self.shown[0].row.number if self.shown else 0


def revisions(market: Market) -> QuerySet[Revision]:
    """Return a market's revisions, without the states that only a revert needs."""
    return market.revisions.defer("state")


def timeline(market: Market) -> Timeline:
    """Return a market's newest changes; one query, for they are counted from 1 without gaps."""
    found = list(revisions(market).order_by("-number")[:SHOWN])
    return Timeline(entries(found), found[0].number if found else 0)


def entries(found: Iterable[Revision], limit: int = LINES) -> list[Entry]:
    """Return revisions ready to be shown."""
    return [_entry(revision, limit) for revision in found]


def _entry(revision: Revision, limit: int) -> Entry:
    lines = lines_of(revision, with_detail=limit == WHOLE)
    return Entry(revision, lines[:limit], max(len(lines) - limit, 0))


def lines_of(revision: Revision, *, with_detail: bool = False) -> list[Line]:
    """Return what a revision changed: decisions, then what came and went, then what only the network changed."""
    came, went = _names(revision.added), _names(revision.removed)
    decided = [_decision_line(item, came, went, with_detail) for item in revision.decisions]
    told = _names(revision.decisions)
    plain = [("del", item) for item in revision.removed] + [("add", item) for item in revision.added]
    quiet = [("the network no longer lists:", item) for item in revision.network_removed]
    quiet += [("the network lists:", item) for item in revision.network_added]
    return [
        *decided,
        *(_line(css, item, with_detail) for css, item in plain if _name(item) not in told),
        *(_line("mark", item, with_detail, word=word) for word, item in quiet if _name(item) not in came | went | told),
        *_not_reverted(revision.not_reverted),
    ]


def outcome_lines(outcome: Outcome) -> list[Line]:
    """Return what wishes would change in a market."""
    came = {entry.key for entry in outcome.added}
    went = {entry.key for entry in outcome.removed}
    return [_decision_line(item, came, went) for item in outcome.changes]


def plan_lines(plan: RevertPlan) -> list[Line]:
    """Return what going back to a revision would change, and what of it stays as it is."""
    kept = {"missing": [e.as_json() for e in plan.missing], "surplus": [e.as_json() for e in plan.surplus]}
    return outcome_lines(plan.outcome) + (_not_reverted(kept) if plan.is_change else [])


def _not_reverted(kept: dict[str, Any]) -> list[Line]:
    """Return what a revert cannot bring back: the network's own part of the list."""
    words = {
        "missing": "stays away, the network no longer lists it:",
        "surplus": "stays served, the network lists it:",
    }
    return [_line("mark", item, word=word) for name, word in words.items() for item in kept.get(name, [])]


def _decision_line(item: Item, came: Keys, went: Keys, with_detail: bool = False) -> Line:
    name = _name(item)
    css = "add" if name in came else "del" if name in went else "mark"
    return _line(css, item, with_detail, word=_word(item), note=str(item.get("note") or ""))


def _word(item: Item) -> str:
    before, after = item.get("before"), item.get("after")
    if not after:
        return f"no longer {_WORDS.get(str(before), 'decided')}:"
    if before == after:
        return "annotated:"
    return f"{_WORDS.get(str(after), after)}:"


def _line(css: str, item: Item, with_detail: bool = False, *, word: str = "", note: str = "") -> Line:
    spec = item.get("spec")
    detail = json.dumps(spec, indent=2, ensure_ascii=False) if with_detail and spec else ""
    return Line(css, str(item.get("name", "")), word, note, detail)


def _name(item: Item) -> tuple[str, str]:
    """Return what tells entries apart: a resource's name alone does not."""
    return str(item.get("kind", "")), str(item.get("identity", ""))


def _names(items: Sequence[dict[str, Any]]) -> Keys:
    return {_name(item) for item in items}


def _sentence(revision: Revision) -> str:
    if revision.change == Change.ENDPOINT:
        return "The network changed this market's list"
    if revision.change == Change.LISTING:
        return "The network changed this market's list, in its list of markets"
    if revision.change == Change.REVERT:
        to = f"change {revision.reverted_to}" if revision.reverted_to else "no decisions"
        return f"went back to {to}"
    done = "imported" if revision.change == Change.IMPORT else "decided about"
    count = len(revision.decisions)
    return f"{done} {count} {'entry' if count == 1 else 'entries'}"
