"""Decisions: what they make of the list that is served, who may take them, and what the history says."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, Permission, User
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from markets.choices import Change, Decision
from markets.curation import (
    Conflict,
    InvalidWish,
    Wish,
    curated_by,
    decide,
    decide_many,
    image_entry,
    latest,
    may_curate,
    resource_entry,
)
from markets.curation.entries import Entry
from markets.effective import served, served_in
from markets.models import Curated, Market, MarketCurator, Revision
from tests.markets.factories import make_image, make_market, make_resource

pytestmark = pytest.mark.django_db

NGINX, REDIS = image_entry("nginx:1"), image_entry("redis:7")
MODEL = resource_entry({"type": "Ollama", "model": "llama3.2:3b"})


@pytest.fixture
def market() -> Market:
    """A market of which the network says nginx:1."""
    market = make_market()
    make_image(market, "nginx:1")
    return market


@pytest.fixture
def admin() -> User:
    return User.objects.create(username="ada", is_superuser=True)


def change(market: Market, admin: User, *wishes: Wish, **how: Any) -> Any:
    return decide(**{"market": market, "wishes": wishes, "author": admin, "reason": "because", "seen": None, **how})


def shown(market: Market) -> list[tuple[str, str, str, bool]]:
    """Return name, origin, decision and whether hidden, of each entry."""
    return [
        (row.entry.name, row.origin, row.decision.decision if row.decision else "", row.is_hidden)
        for row in served(market)
    ]


@pytest.mark.parametrize(
    ("entry", "decision", "rows"),
    [
        (REDIS, Decision.ADD, [("nginx:1", "network", "", False), ("redis:7", "curated", "add", False)]),
        (MODEL, Decision.ADD, [("nginx:1", "network", "", False), ("llama3.2:3b", "curated", "add", False)]),
        (NGINX, Decision.ADD, [("nginx:1", "both", "add", False)]),
        (NGINX, Decision.PIN, [("nginx:1", "both", "pin", False)]),
        (NGINX, Decision.HIDE, [("nginx:1", "network", "hide", True)]),
        (REDIS, Decision.HIDE, [("nginx:1", "network", "", False), ("redis:7", "curated", "hide", True)]),
        (NGINX, Decision.NOTE, [("nginx:1", "network", "note", False)]),
        (REDIS, Decision.NOTE, [("nginx:1", "network", "", False)]),
    ],
)
def test_decide_changes_what_is_served(market, admin, entry, decision, rows):
    assert change(market, admin, Wish(entry, decision, "a note")) is not None

    assert shown(market) == rows


def test_decide_keeps_author_reason_time_and_state_in_one_revision(market, admin):
    revision = change(market, admin, Wish(REDIS, Decision.ADD, "for queues"), Wish(NGINX, Decision.HIDE))

    assert revision == Revision.objects.get()
    assert (revision.number, revision.change, revision.author, revision.author_name, revision.reason) == (
        1,
        Change.CURATION,
        admin,
        "ada",
        "because",
    )
    assert (revision.added, revision.removed) == ([REDIS.as_json()], [NGINX.as_json()])
    assert (revision.network_added, revision.network_removed) == ([], [])
    assert revision.decisions == [
        {**REDIS.as_json(), "before": None, "after": "add", "note_before": "", "note": "for queues"},
        {**NGINX.as_json(), "before": None, "after": "hide", "note_before": "", "note": ""},
    ]
    assert revision.state["network"] == [NGINX.as_json()]
    assert [(row["name"], row["decision"], row["author"]) for row in revision.state["decisions"]] == [
        ("redis:7", "add", "ada"),
        ("nginx:1", "hide", "ada"),
    ]


def test_decide_the_same_again_writes_nothing(market, admin):
    change(market, admin, Wish(REDIS, Decision.ADD, "a note"))
    before = list(Curated.objects.values())

    assert change(market, admin, Wish(REDIS, Decision.ADD, " a note\n"), reason="another") is None

    assert (Revision.objects.count(), list(Curated.objects.values())) == (1, before)


def test_decide_takes_a_decision_back(market, admin):
    change(market, admin, Wish(REDIS, Decision.ADD))

    revision = change(market, admin, Wish(REDIS, None))

    assert (revision.number, revision.removed, Curated.objects.count()) == (2, [REDIS.as_json()], 0)
    assert change(market, admin, Wish(REDIS, None)) is None


def test_decide_to_annotate_what_is_pinned_leaves_it_pinned(market, admin):
    change(market, admin, Wish(NGINX, Decision.PIN))
    since = Curated.objects.get().since

    revision = change(market, admin, Wish(NGINX, Decision.NOTE, "slow to pull"))

    row = Curated.objects.get()
    assert (row.decision, row.note, row.since) == ("pin", "slow to pull", since)
    assert (revision.added, revision.removed, len(revision.decisions)) == ([], [], 1)


def test_since_is_when_the_entry_came_into_the_list(market, admin):
    listed = market.required_images.get().since
    change(market, admin, Wish(NGINX, Decision.PIN), Wish(REDIS, Decision.ADD))
    added = Curated.objects.get(identity="redis:7").since

    change(market, admin, Wish(REDIS, Decision.PIN, "a note"))

    assert [(row.entry.name, row.since) for row in served(market)] == [("nginx:1", listed), ("redis:7", added)]


def test_since_stays_when_the_network_comes_to_list_what_a_curator_added(market, admin):
    change(market, admin, Wish(REDIS, Decision.ADD))
    make_image(market, "redis:7", since=timezone.now() + timedelta(hours=1), position=1)

    assert served(market)[1].since == Curated.objects.get().since


def test_decide_shows_what_the_curator_has_not_seen_and_writes_nothing(market, admin):
    second = User.objects.create(username="ben", is_superuser=True)
    assert latest(market) == 0
    first = change(market, admin, Wish(REDIS, Decision.ADD), seen=0)

    with pytest.raises(Conflict) as conflict:
        change(market, second, Wish(NGINX, Decision.HIDE), seen=0)

    assert conflict.value.newer == [first]
    assert shown(market) == [("nginx:1", "network", "", False), ("redis:7", "curated", "add", False)]
    assert change(market, second, Wish(NGINX, Decision.HIDE), seen=1).number == 2


@pytest.mark.parametrize(
    ("wishes", "reason", "message"),
    [
        ([Wish(REDIS, Decision.ADD)], " \n", "Say why: the reason stands in the history."),
        ([Wish(REDIS, Decision.ADD)], "a" * 2001, "A reason has at most 2,000 characters."),
        ([Wish(REDIS, Decision.ADD, "a" * 2001)], "why", "A note has at most 2,000 characters."),
        ([Wish(REDIS, Decision.ADD), Wish(REDIS, Decision.HIDE)], "why", "“redis:7” comes twice."),
        ([Wish(NGINX, Decision.NOTE, " ")], "why", "The note about “nginx:1” is empty."),
        (
            [Wish(Entry("resource", "x", "d", {"type": "S3", "IAM": {"secret": "s"}}), Decision.ADD)],
            "why",
            "“x” carries a credential; the list is public.",
        ),
    ],
)
def test_decide_refuses_what_makes_no_sense(market, admin, wishes, reason, message):
    with pytest.raises(InvalidWish) as refused:
        change(market, admin, *wishes, reason=reason)

    assert (str(refused.value), Revision.objects.count(), Curated.objects.count()) == (message, 0, 0)


def people(market: Market) -> dict[str, Any]:
    """Return one person of each kind."""
    every = User.objects.create(username="every")
    every.user_permissions.add(Permission.objects.get(codename="curate_all_markets"))
    here, there = User.objects.create(username="here"), User.objects.create(username="there")
    gone = User.objects.create(username="gone", is_active=False)
    other = make_market("other")
    for user, granted in ((here, market), (gone, market), (there, other)):
        MarketCurator.objects.create(user=user, market=granted)
    root = User.objects.create(username="root", is_superuser=True)
    return {
        "root": root,
        "every": every,
        "here": here,
        "there": there,
        "gone": gone,
        "staff": User.objects.create(username="staff", is_staff=True),
        "nobody": AnonymousUser(),
    }


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        ("root", True),
        ("every", True),
        ("here", True),
        ("there", False),
        ("gone", False),
        ("staff", False),
        ("nobody", False),
    ],
)
def test_only_who_may_curate_a_market_decides(market, who, allowed):
    user = people(market)[who]

    assert may_curate(user, market) is allowed
    assert curated_by(user).filter(pk=market.pk).exists() is allowed
    if not allowed:
        with pytest.raises(PermissionDenied):
            change(market, user, Wish(REDIS, Decision.ADD))
    else:
        change(market, user, Wish(REDIS, Decision.ADD))
    assert Revision.objects.filter(market=market).count() == int(allowed)


def test_decide_many_is_all_or_nothing(market, admin):
    there = make_market("there")
    curator = User.objects.create(username="cleo")
    MarketCurator.objects.create(user=curator, market=market)
    wishes = {pk: [Wish(REDIS, Decision.ADD)] for pk in (market.pk, there.pk)}

    with pytest.raises(PermissionDenied, match="You may not curate there. Nothing was changed."):
        decide_many(wishes=wishes, author=curator, reason="why")
    assert Revision.objects.count() == 0

    written = decide_many(wishes=wishes, author=admin, reason="why")

    assert [(r.market_id, r.number) for r in written.values() if r] == [(market.pk, 1), (there.pk, 1)]


def test_many_markets_take_as_many_queries_as_one(market, admin):
    def cost(count: int) -> tuple[int, int]:
        places = [make_market(f"market {count} {n}").pk for n in range(count)]
        with CaptureQueriesContext(connection) as writing:
            decide_many(wishes={pk: [Wish(REDIS, Decision.ADD)] for pk in places}, author=admin, reason="why")
        with CaptureQueriesContext(connection) as reading:
            assert sum(map(len, served_in(places).values())) == count
        return len(writing), len(reading)

    cost(1)
    assert cost(2) == cost(20) == (9, 2)


def test_served_in_keeps_the_networks_order_and_leaves_out_what_is_gone(market, admin):
    make_image(market, "b:1", position=1)
    make_image(market, "a:1", position=2)
    make_image(market, "old:1", removed_at=market.required_at)
    make_resource(market, {"type": "New", "x": 1}, position=0)

    assert [row.entry.name for row in served(market)] == ["nginx:1", "b:1", "a:1", ""]


@pytest.mark.django_db(transaction=True)
def test_of_curators_who_save_at_once_one_writes_and_the_others_see_it():
    market, admin = make_market(), User.objects.create(username="ada", is_superuser=True)

    def save(turn: int) -> list[int]:
        """Return the numbers of the revisions that were not seen; none where it was saved."""
        try:
            change(market, admin, Wish(image_entry(f"x:{turn}"), Decision.ADD), seen=0)
        except Conflict as conflict:
            return [revision.number for revision in conflict.newer]
        finally:
            connection.close()
        return []

    with ThreadPoolExecutor(4) as pool:
        saved = list(pool.map(save, range(8)))

    assert sorted(saved) == [[], *[[1]] * 7]
    assert (Revision.objects.count(), Curated.objects.count()) == (1, 1)


def test_served_in_of_no_market_and_of_an_unknown_one():
    assert (served_in([]), served_in(["unknown"])) == ({}, {"unknown": []})
