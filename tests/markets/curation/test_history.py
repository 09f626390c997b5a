"""The history of a market: pages of it, the difference of two revisions, and the way back to one."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from markets import sync
from markets.choices import Change, Decision
from markets.curation import (
    Conflict,
    InvalidWish,
    Wish,
    compare,
    decide,
    history,
    image_entry,
    plan_revert,
    revert,
    states_of,
)
from markets.curation.history import compare_revisions
from markets.curation.states import State, from_revision
from markets.effective import served
from markets.models import Curated, Market, Revision
from tests.markets.factories import make_image, make_market
from tests.payloads import required

NGINX, REDIS, ODD = image_entry("nginx:1"), image_entry("redis:7"), image_entry("odd:1")


@pytest.fixture
def market() -> Market:
    """A market of which the network says nginx:1."""
    market = make_market()
    make_image(market, "nginx:1")
    return market


@pytest.fixture
def admin() -> User:
    return User.objects.create(username="ada", is_superuser=True)


def change(market: Market, admin: User, *wishes: Wish) -> Any:
    return decide(market=market, wishes=wishes, author=admin, reason="because", seen=None)


def back(market: Market, admin: User, to: int, **how: Any) -> Any:
    return revert(**{"market": market, "to": to, "author": admin, "reason": "it was better", "seen": None, **how})


def decisions() -> set[tuple[str, str, str]]:
    return set(Curated.objects.values_list("name", "decision", "note"))


@pytest.mark.django_db
def test_revert_makes_the_decisions_of_then_hold_again(market, admin):
    change(market, admin, Wish(REDIS, Decision.ADD, "first"), Wish(NGINX, Decision.NOTE, "slow"))
    then = decisions()
    change(market, admin, Wish(REDIS, Decision.HIDE), Wish(NGINX, Decision.PIN, "slow"), Wish(ODD, Decision.ADD))

    revision = back(market, admin, 1)

    assert decisions() == then
    assert (revision.number, revision.change, revision.reverted_to, revision.not_reverted) == (3, Change.REVERT, 1, {})
    assert (revision.author_name, revision.reason) == ("ada", "it was better")
    assert ([row["name"] for row in revision.added], [row["name"] for row in revision.removed]) == (
        ["redis:7"],
        ["odd:1"],
    )
    assert {(row["name"], row["before"], row["after"]) for row in revision.decisions} == {
        ("redis:7", "hide", "add"),
        ("nginx:1", "pin", "note"),
        ("odd:1", "add", None),
    }
    assert back(market, admin, 1) is None
    assert back(market, admin, 2).number == 4
    assert compare_revisions(market, 2, 4) == compare(State(), State())


@pytest.mark.django_db
def test_revert_to_the_time_before_the_first_revision_leaves_the_network_alone(market, admin):
    change(market, admin, Wish(REDIS, Decision.ADD))

    back(market, admin, 0)

    assert (decisions(), [row.entry.name for row in served(market)]) == (set(), ["nginx:1"])


@pytest.mark.django_db
def test_revert_says_what_the_network_keeps_it_from_bringing_back(market, admin):
    change(market, admin, Wish(REDIS, Decision.ADD))
    sync.store_required(market=market.pk, required=required("nginx:2"))
    change(market, admin, Wish(REDIS, None))

    plan = plan_revert(market, 1)
    revision = back(market, admin, 1)

    assert ([e.name for e in plan.missing], [e.name for e in plan.surplus]) == (["nginx:1"], ["nginx:2"])
    assert (plan.is_change, plan.is_whole) == (True, False)
    assert {how: [row["name"] for row in rows] for how, rows in revision.not_reverted.items()} == {
        "missing": ["nginx:1"],
        "surplus": ["nginx:2"],
    }
    assert [row.entry.name for row in served(market)] == ["nginx:2", "redis:7"]


@pytest.mark.django_db
def test_revert_is_refused_as_any_decision_is(market, admin):
    change(market, admin, Wish(REDIS, Decision.ADD))
    seen = change(market, admin, Wish(REDIS, None)).number

    with pytest.raises(PermissionDenied):
        back(market, User.objects.create(username="staff", is_staff=True), 1)
    with pytest.raises(InvalidWish, match="has no revision 7"):
        back(market, admin, 7)
    with pytest.raises(InvalidWish, match="Say why"):
        back(market, admin, 1, reason=" ")
    with pytest.raises(Conflict):
        back(market, admin, 1, seen=seen - 1)

    assert (Revision.objects.count(), decisions()) == (2, set())
    assert back(market, admin, 1, seen=seen).number == 3


@pytest.mark.django_db
def test_history_is_read_page_by_page_while_it_grows(market, admin):
    for turn in range(7):
        change(market, admin, Wish(image_entry(f"x:{turn}"), Decision.ADD))

    first = history(market, QueryDict(""), size=3)
    change(market, admin, Wish(image_entry("late:1"), Decision.ADD))
    second = history(market, QueryDict(str(first.older)[1:]), size=3)
    with CaptureQueriesContext(connection) as captured:
        last = history(market, QueryDict(str(second.older)[1:]), size=3)

    numbers = [[row.number for row in page.rows] for page in (first, second, last)]
    assert numbers == [[7, 6, 5], [4, 3, 2], [1]]
    assert (last.older, len(captured)) == (None, 1)
    assert {row.author for row in last.rows} == {admin}


@pytest.mark.django_db
def test_history_outlives_its_authors(market, admin):
    change(market, admin, Wish(REDIS, Decision.ADD))
    admin.delete()

    revision = Revision.objects.get()
    assert (revision.author, revision.author_name) == (None, "ada")
    assert [(row.entry.name, row.decision) for row in served(market) if row.decision is None] == [("nginx:1", None)]


@pytest.mark.django_db
def test_compare_revisions_tells_lists_and_decisions_apart(market, admin):
    change(market, admin, Wish(REDIS, Decision.ADD))
    sync.store_required(market=market.pk, required=required("nginx:1", "redis:7", "new:1"))
    change(market, admin, Wish(REDIS, Decision.HIDE))

    found = compare_revisions(market, 1, 3)

    assert found is not None
    assert [e.name for e in found.network_added] == ["redis:7", "new:1"]
    assert ([e.name for e in found.added], [e.name for e in found.removed]) == (["new:1"], ["redis:7"])
    assert [(old.decision, new.decision) for old, new in found.decisions if old and new] == [("add", "hide")]
    assert compare_revisions(market, 1, 9) is None
    assert compare_revisions(market, 0, 1) is not None


NAMES = st.sampled_from(["a:1", "b:1", "c:1"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("network"), st.lists(NAMES, min_size=1, unique=True)),
        st.tuples(st.just("decide"), st.tuples(NAMES, st.sampled_from([*Decision, None]))),
    ),
    min_size=1,
    max_size=8,
)


class AnyStory(TestCase):
    """Whatever happens, the revisions tell it, and each of them can be gone back to."""

    @settings(deadline=None, max_examples=30)
    @given(STEPS, st.integers(0, 20))
    def test_revisions_tell_what_is_served_and_reverts_restore_decisions(self, steps: list[Any], chosen: int) -> None:
        market = make_market()
        market.required_images.all().delete()
        admin = User.objects.create(username="ada", is_superuser=True)
        for what, how in steps:
            if what == "network":
                sync.store_required(market=market.pk, required=required(*how))
            else:
                name, decision = how
                change(market, admin, Wish(image_entry(name), decision, "a note" if decision else ""))
        told = list(Revision.objects.order_by("number"))
        shown: set[str] = set()
        for revision in told:
            shown = (shown - {row["name"] for row in revision.removed}) | {row["name"] for row in revision.added}
            state = from_revision(revision.state)
            assert {entry.name for entry in state.served().values()} == shown
        assert {row.entry.name for row in served(market) if not row.is_hidden} == shown
        assert [revision.number for revision in told] == list(range(1, len(told) + 1))
        if told:
            target = told[chosen % len(told)]
            back(market, admin, target.number)
            now, then = states_of([market.pk])[market.pk], from_revision(target.state)
            assert compare(then, now).decisions == []
