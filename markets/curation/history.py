"""What a market's list was: its revisions, page by page, the difference of two, and the way back to one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.contrib.auth.models import User
from django.db import transaction
from django.http import QueryDict

from explorer.nosana.payloads import JsonObject
from explorer.paging import Page, keyset_page
from markets.choices import Change, Decision
from markets.curation import decisions, permissions, revisions
from markets.curation.decisions import Outcome, Wish, outcomes_of
from markets.curation.entries import Entry, Key
from markets.curation.errors import InvalidWish
from markets.curation.states import Standing, State, from_revision
from markets.models import Market, Revision

PAGE: Final = 20


def history(market: Market, params: QueryDict, *, size: int = PAGE) -> Page[Revision]:
    """Return a page of a market's revisions, newest first, as `params` ask for it; raises BadCursor. One query."""
    found = Revision.objects.filter(market=market).select_related("author")
    return keyset_page(found, ["-number"], params, size=size)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is different between two states: in the list that is served, in the network's own, among the decisions."""

    added: list[Entry]
    removed: list[Entry]
    network_added: list[Entry]
    network_removed: list[Entry]
    decisions: list[tuple[Standing | None, Standing | None]]  # before and after; None where there was none

    @property
    def is_same(self) -> bool:
        """Whether there is no difference at all."""
        return not (self.network_added or self.network_removed or self.decisions)


def compare(before: State, after: State) -> Comparison:
    """Return the difference between two states; the state of a revision is `states.from_revision(revision.state)`."""
    keys = {**before.decisions, **after.decisions}
    pairs = [(before.decisions.get(key), after.decisions.get(key)) for key in keys]
    return Comparison(
        _gained(before.served(), after.served()),
        _gained(after.served(), before.served()),
        _gained(before.network, after.network),
        _gained(after.network, before.network),
        [(old, new) for old, new in pairs if _says(old) != _says(new)],
    )


def compare_revisions(market: Market, older: int, newer: int) -> Comparison | None:
    """Return what changed from one revision of a market to another; None where one is not there. One query.

    Number 0 is before the first revision: nothing.
    """
    rows = Revision.objects.filter(market=market, number__in=[older, newer]).values_list("number", "state")
    found = {0: State(), **{number: from_revision(state) for number, state in rows}}
    return compare(found[older], found[newer]) if older in found and newer in found else None


@dataclass(frozen=True, slots=True)
class RevertPlan:
    """What going back to a revision would do, and what it cannot do: the network's own part is not ours to change."""

    outcome: Outcome
    missing: list[Entry]  # served then, not served after the revert
    surplus: list[Entry]  # served after the revert, not served then

    @property
    def is_change(self) -> bool:
        """Whether any decision would change."""
        return bool(self.outcome.changes)

    @property
    def is_whole(self) -> bool:
        """Whether the list that is served would be the same as then."""
        return not self.missing and not self.surplus


def plan_revert(market: Market, to: int) -> RevertPlan:
    """Return what a revert would do, without doing it; raises InvalidWish without that revision. Five queries."""
    return _plan(market.pk, _target(market, to), author="", reason="")


@transaction.atomic
def revert(*, market: Market, to: int, author: User, reason: str, seen: int | None) -> Revision | None:
    """Make the decisions of a revision hold again, as one new revision; None when they hold already.

    0 goes back to before the first revision: no decision. The network's part stays what it says now; where that keeps
    the served list from being the same as then, the new revision says so in `not_reverted`. Raises as `decide` does.
    """
    permissions.require(author, [market.pk])
    why = decisions.checked_reason(reason)
    current = revisions.numbers(revisions.locked([market.pk]))
    revisions.check_seen(current, {} if seen is None else {market.pk: seen})
    plan = _plan(market.pk, _target(market, to), author=author.get_username(), reason=why)
    decisions.write_decisions({market.pk: plan.outcome}, author)
    draft = revisions.Draft(
        market.pk,
        plan.outcome.before,
        plan.outcome.after,
        changes=plan.outcome.changes,
        reverted_to=to,
        not_reverted=_not_reverted(plan),
    )
    written = revisions.write([draft], numbers=current, change=Change.REVERT, author=author, reason=why)
    return written.get(market.pk)


def _target(market: Market, number: int) -> State:
    if number == 0:
        return State()
    state = Revision.objects.filter(market=market, number=number).values_list("state", flat=True).first()
    if state is None:
        raise InvalidWish(f"{market} has no revision {number}.")
    return from_revision(state)


def _plan(market: str, target: State, *, author: str, reason: str) -> RevertPlan:
    current = decisions.current_decisions(market)
    back = [Wish(s.entry, Decision(s.decision), s.note) for s in target.decisions.values()]
    gone = [Wish(s.entry, None) for key, s in current.items() if key not in target.decisions]
    outcome = outcomes_of({market: back + gone}, author=author, reason=reason, is_exact=True)[market]
    then, now = target.served(), outcome.after.served()
    return RevertPlan(outcome, missing=_gained(now, then), surplus=_gained(then, now))


def _not_reverted(plan: RevertPlan) -> JsonObject:
    if plan.is_whole:
        return {}
    return {
        "missing": [entry.as_json() for entry in plan.missing],
        "surplus": [entry.as_json() for entry in plan.surplus],
    }


def _gained(before: Mapping[Key, Entry], after: Mapping[Key, Entry]) -> list[Entry]:
    return [entry for key, entry in after.items() if key not in before]


def _says(standing: Standing | None) -> tuple[str, str] | None:
    return (str(standing.decision), standing.note) if standing else None
