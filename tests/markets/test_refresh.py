"""The refresh of required resources: against a real server, on good days and bad ones."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.template.loader import render_to_string
from django.utils import timezone

from explorer.models import Source, SyncRecord
from explorer.nosana.budget import RedisBudget, Unlimited
from explorer.nosana.client import Client
from explorer.nosana.errors import NosanaError
from explorer.nosana.fetch import Bounds
from explorer.nosana.networks import Window, sample
from explorer.sample.faults import HTML
from markets import sync
from markets.choices import Change, Decision
from markets.curation import Wish, decide, image_entry
from markets.curation.states import from_revision, states_of
from markets.effective import Difference, difference, served
from markets.models import Curated, Market, RequiredImage, RequiredResource, Revision
from tests.markets.network import MODEL, Network, network
from tests.markets.pages import plain
from tests.payloads import address, market_payload, required

#: Retries at once, but leaves a busy machine the time to answer.
QUICK = Bounds(read=10, total=30, backoff=0.01, patience=0.5)
#: At most twenty requests in any second: far below forty markets at once.
RATE = Window(20, 1)


@pytest.fixture
def forty(tmp_path: Path) -> Iterator[Network]:
    with network(tmp_path / "sample", markets=40) as found:
        yield found


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Network]:
    with network(tmp_path / "sample", markets=1) as found:
        yield found


def client_of(found: Network, **how: Any) -> Client:
    return Client(sample(found.server.url), **{"budget": Unlimited(), "bounds": QUICK, **how})


def refresh(client: Client, market: str) -> str:
    """Refresh one market; return what went wrong."""
    try:
        sync.refresh_required(client=client, market=market)
    except NosanaError as error:
        return str(error)
    return ""


def rows() -> list[Any]:
    """Return everything that is stored about what markets require, but when it was asked for."""
    return [
        list(RequiredImage.objects.order_by("id").values()),
        list(RequiredResource.objects.order_by("id").values()),
        list(Revision.objects.order_by("id").values()),
        list(Curated.objects.order_by("id").values()),
    ]


def one_pass(found: Network, *, prefix: str) -> None:
    """Refresh all that are due with four workers and one budget in Redis, until none is due."""

    def work(markets: list[str]) -> None:
        limited = replace(sample(found.server.url), other_limits=(RATE,))
        budget = RedisBudget(settings.REDIS, max_wait=0.2, slack=0.3, prefix=prefix)
        try:
            with Client(limited, budget=budget, bounds=QUICK) as client:
                for market in markets:
                    refresh(client, market)
        finally:
            connection.close()

    deadline = time.monotonic() + 120
    while Market.objects.filter(required_due_at__lte=timezone.now() + timedelta(seconds=30)).exists():
        assert time.monotonic() < deadline, "some markets were never refreshed"
        due = sync.claim_due()
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(work, [due[n::4] for n in range(4)]))
        time.sleep(0.05)


@pytest.mark.django_db(transaction=True)
def test_forty_markets_refresh_in_one_pass_within_the_request_rate(forty):
    prefix = f"test-{secrets.token_hex(4)}"
    with client_of(forty) as client:
        sync.sync_markets(client=client)
    forty.change(["nosana/frpc:2"])

    one_pass(forty, prefix=prefix)

    asked = sorted(forty.asked)
    assert len(asked) == 40
    most = max(sum(start <= at < start + RATE.seconds for at in asked) for start in asked)
    assert most <= RATE.requests
    assert Market.objects.filter(is_listed=True, required_error="", required_due_at__gt=timezone.now()).count() == 40
    assert SyncRecord.objects.get(source=Source.REQUIRED).rows_seen == 40
    wanted = {market: {("image", name) for name in images} for market, (images, _) in forty.lists.items()}
    current = {
        market: {key for key in state.network if key[0] == "image"} for market, state in states_of(wanted).items()
    }
    assert current == wanted
    assert sorted(Revision.objects.values_list("change", flat=True)) == ["endpoint"] * 40 + ["listing"] * 40


@pytest.mark.django_db(transaction=True)
def test_an_unchanged_pass_writes_no_revision_and_no_row(forty):
    prefix = f"test-{secrets.token_hex(4)}"
    with client_of(forty) as client:
        sync.sync_markets(client=client)
        one_pass(forty, prefix=prefix)
        before = rows()
        Market.objects.update(required_due_at=timezone.now())

        sync.sync_markets(client=client)
        one_pass(forty, prefix=prefix)

    assert (len(forty.asked), rows()) == (80, before)


@pytest.mark.django_db
def test_what_changes_is_one_revision_with_what_was_added_and_removed(one):
    (market,) = one.markets
    with client_of(one) as client:
        sync.sync_markets(client=client)
        refresh(client, market)
        one.change(["nosana/frpc:2"])
        refresh(client, market)

    first, second = Revision.objects.order_by("number")
    assert (first.number, first.change, second.number, second.change) == (1, Change.LISTING, 2, Change.ENDPOINT)
    assert [row["name"] for row in first.added] == ["nosana/stats:0", "nosana/frpc:1"]
    assert [row["name"] for row in second.added] == ["nosana/frpc:2", "llama3.2:3b"]
    assert [row["name"] for row in second.removed] == ["nosana/frpc:1"]
    assert (second.network_added, second.network_removed) == (second.added, second.removed)
    assert (second.author, second.reason, second.decisions) == (None, "", [])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"body": b"[]"}, "it is a list, not an object"),
        ({"body": b"{}"}, "it lacks required_images or required_remote_resources"),
        ({"body": b'{"required_images":[],"required_remote_resources":[]}'}, "two empty lists"),
        ({"body": b'{"required_images":[],"required_remote_resources":[{"type":"S3"}]}'}, "without any image"),
        ({"body": b'{"required_images":["a",null],"required_remote_resources":[]}'}, "is null, not the name of an"),
        ({"body": b'{"required_images":["a"],"required_remote_resources":["s3://x"]}'}, "is text that describes no"),
        ({"body": b'{"required_images":["a"]}'}, "it lacks"),
        ({"body": b""}, "it is not JSON"),
        ({"body": HTML, "content_type": "text/html"}, "cannot be used"),
        ({"body": HTML, "status": 500, "content_type": "text/html"}, "error status 500"),
        ({"truncate": True}, "broke off"),
        ({"body": b'{"required_images":["a'}, "it is not JSON"),
        ({"status": 404}, "does not know"),
        ({"status": 403}, "error status 403"),
        ({"drop": True}, "broke off"),
        ({"bomb": True}, "cannot be used"),
    ],
)
def test_a_bad_answer_changes_nothing_and_is_shown(one, fault, said):
    (market,) = one.markets
    with client_of(one) as client:
        sync.sync_markets(client=client)
        assert refresh(client, market) == ""
        before, good = rows(), Market.objects.get()
        one.server.fault(f"/api/markets/{market}/required-resources", **{"status": 200, **fault})

        assert said in refresh(client, market)

        now = Market.objects.get()
        assert rows() == before
        assert (said in now.required_error, now.required_at, now.required_failures) == (True, good.required_at, 1)
        assert now.required_failed_at is not None
        assert now.required_due_at > timezone.now()
        assert "1 of 1 markets could not be refreshed" in SyncRecord.objects.get(source=Source.REQUIRED).error
        one.server.heal()
        one.server.fault(f"/api/markets/{market}/required-resources", status=200, edit=one._answer_of(market))
        assert refresh(client, market) == ""
        assert rows() == before
    healed = Market.objects.get()
    assert (healed.required_error, healed.required_error_kind, healed.required_failures) == ("", "", 0)


@pytest.mark.django_db
def test_a_host_that_asks_to_wait_is_left_alone_for_as_long(one):
    (market,) = one.markets
    one.server.fault(f"/api/markets/{market}/", status=429, headers={"Retry-After": "77"})
    with client_of(one) as client:
        sync.sync_markets(client=client)
        refresh(client, market)

    found: Any = Market.objects.get()
    wait = (found.required_due_at - found.required_failed_at).total_seconds()
    assert (found.required_error_kind, 77 <= wait <= 77 * 1.2) == ("over_budget", True)
    assert SyncRecord.objects.get(source=Source.REQUIRED).error_kind == "over_budget"
    assert sync.claim_due() == []


@pytest.mark.django_db
def test_a_good_answer_is_asked_for_again_ten_minutes_later():
    sync.store_markets(markets=[market_payload()])

    sync.store_required(market=address("market"), required=required("a:1"))

    found: Any = Market.objects.get()
    wait = (found.required_due_at - found.required_at).total_seconds() / settings.NETWORK.pace
    assert 540 <= wait <= 660


@pytest.mark.django_db
def test_each_failure_makes_the_wait_longer_up_to_an_hour(one):
    (market,) = one.markets
    one.server.fault(f"/api/markets/{market}/", status=403)
    waits = []
    with client_of(one) as client:
        sync.sync_markets(client=client)
        for _ in range(12):
            refresh(client, market)
            found: Any = Market.objects.get()
            waits.append((found.required_due_at - found.required_failed_at).total_seconds() / settings.NETWORK.pace)

    expected = [min(30 * 2**n, 3600) for n in range(12)]
    assert all(least <= wait <= least * 1.11 for least, wait in zip(expected, waits, strict=True))


@pytest.mark.django_db
def test_due_markets_are_handed_out_once_and_again_if_nothing_comes_of_it():
    sync.store_markets(markets=[market_payload(name) for name in ("a", "b")])
    Market.objects.filter(slug="b").update(required_due_at=timezone.now() + timedelta(minutes=1))
    Market.objects.create(address=address("unlisted"))

    assert (sync.claim_due(), sync.claim_due()) == ([address("a")], [])

    Market.objects.filter(slug="a").update(required_due_at=timezone.now())  # as after HOLD
    assert sync.claim_due() == [address("a")]


@pytest.mark.django_db
def test_a_vanished_market_keeps_its_lists_marked():
    sync.store_markets(markets=[market_payload(name, required=required(f"{name}:1")) for name in ("a", "b")])
    before = rows()

    sync.store_markets(markets=[market_payload("a", required=required("a:1"))])

    gone = Market.objects.get(slug="b")
    assert (gone.is_listed, [row.entry.name for row in served(gone)]) == (False, ["b:1"])
    assert rows() == before
    assert sync.claim_due() == [address("a")]


@pytest.mark.django_db
def test_news_in_the_list_of_markets_makes_the_market_due_and_changes_nothing_itself():
    sync.store_markets(markets=[market_payload(required=required("a:1"))])
    sync.store_required(market=address("market"), required=required("a:1"))
    before = rows()
    assert sync.claim_due() == []

    sync.store_markets(markets=[market_payload(required=required("a:2"))])

    assert rows() == before
    assert sync.claim_due() == [address("market")]
    sync.store_required(market=address("market"), required=required("a:1"))
    sync.store_markets(markets=[market_payload(required=required("a:2"))])
    assert sync.claim_due() == []


@pytest.mark.django_db
def test_the_networks_two_lists_of_a_market_are_compared():
    sync.store_markets(markets=[market_payload(required=required("a:1", "b:1"))])
    assert not difference(Market.objects.get())
    sync.store_required(market=address("market"), required=required("b:1", "c:1", resources=(MODEL,)))

    found = difference(Market.objects.get())

    assert [entry.name for entry in found.only_own] == ["c:1", "llama3.2:3b"]
    assert [entry.name for entry in found.only_carried] == ["a:1"]


@pytest.mark.django_db
def test_the_list_of_markets_stands_in_for_an_endpoint_that_was_silent_for_a_day():
    sync.store_markets(markets=[market_payload(required=required("a:1"))])
    sync.store_required(market=address("market"), required=required("a:1"))
    long_ago = timezone.now() - timedelta(hours=25)
    Market.objects.update(required_at=long_ago)

    sync.store_markets(markets=[market_payload(required=required("a:2"))])
    assert [row.entry.name for row in served(Market.objects.get())] == ["a:1"]
    Market.objects.update(required_error="It answered with the error status 500.")
    sync.store_markets(markets=[market_payload(required=required("a:2"))])

    assert [row.entry.name for row in served(Market.objects.get())] == ["a:2"]
    assert Revision.objects.get(number=2).change == Change.LISTING


@pytest.mark.django_db
def test_lists_in_the_list_of_markets_that_are_empty_or_unusable_change_nothing():
    sync.store_markets(markets=[market_payload(required=required("a:1"))])
    before = rows()

    sync.store_markets(markets=[market_payload(required=required())])
    sync.store_markets(markets=[market_payload(required=None)])
    sync.store_markets(markets=[market_payload(required=required(resources=({"type": "New"},)))])

    assert rows() == before


@pytest.mark.django_db
def test_a_market_that_requires_nothing_yet_may_say_so():
    sync.store_markets(markets=[market_payload()])

    assert sync.store_required(market=address("market"), required=required()) is None

    assert Market.objects.get().required_at is not None


@pytest.mark.django_db
def test_another_order_is_kept_and_is_no_revision():
    sync.store_markets(markets=[market_payload()])
    sync.store_required(market=address("market"), required=required("b:1", "a:1"))

    assert sync.store_required(market=address("market"), required=required("a:1", "b:1")) is None

    assert [row.entry.name for row in served(Market.objects.get())] == ["a:1", "b:1"]
    assert Revision.objects.count() == 1


@pytest.mark.django_db
def test_a_refresh_never_undoes_a_decision():
    sync.store_markets(markets=[market_payload()])
    sync.store_required(market=address("market"), required=required("pinned:1", "hidden:1", "plain:1"))
    market, root = Market.objects.get(), User.objects.create(username="root", is_superuser=True)
    wishes = [
        Wish(image_entry("pinned:1"), Decision.PIN),
        Wish(image_entry("hidden:1"), Decision.HIDE),
        Wish(image_entry("added:1"), Decision.ADD),
    ]
    decide(market=market, wishes=wishes, author=root, reason="why", seen=None)
    decisions = list(Curated.objects.order_by("id").values())

    dropped: Any = sync.store_required(market=market.pk, required=required("plain:1"))
    back: Any = sync.store_required(market=market.pk, required=required("plain:1", "hidden:1", "added:1"))

    assert list(Curated.objects.order_by("id").values()) == decisions
    assert [(row["name"]) for row in dropped.network_removed] == ["pinned:1", "hidden:1"]
    assert (dropped.added, dropped.removed) == ([], [])
    assert [(row["name"]) for row in back.network_added] == ["hidden:1", "added:1"]
    assert (back.added, back.removed) == ([], [])
    assert [(row.entry.name, row.origin, row.is_hidden) for row in served(market)] == [
        ("plain:1", "network", False),
        ("hidden:1", "network", True),
        ("added:1", "both", False),
        ("pinned:1", "curated", False),
    ]


@pytest.mark.django_db
def test_resources_are_kept_as_found_and_credentials_nowhere(one):
    (market,) = one.markets
    key = {"access_key_id": "AKIASECRET", "secret_access_key": "s3cr3t"}
    resources: list[dict[str, Any]] = [
        {"type": "S3", "url": "s3://b/a", "files": ["x"], "IAM": key},
        {"type": "S3", "buckets": [{"url": "https://u:s3cr3t@h/p?X-Amz-Signature=s3cr3t", "IAM": key}]},
        {"type": "HF", "repo": "a/b", "accessToken": "s3cr3t"},
        {"type": "Ollama", "model": "m", "odd": {"deep": [{"hf_token": "s3cr3t", "kept": 1.5}]}},
        {"type": "Wholly new", "anything": [None, {"a": "b"}]},
        {"no type": True},
    ]
    one.lists[market] = (["nosana/stats:1"], resources)

    with client_of(one) as client:
        sync.sync_markets(client=client)
        assert refresh(client, market) == ""

    specs = [row.entry.spec for row in served(Market.objects.get()) if row.entry.spec]
    assert specs == [
        {"type": "S3", "url": "s3://b/a", "files": ["x"]},
        {"type": "S3", "buckets": [{"url": "https://h/p"}]},
        {"type": "HF", "repo": "a/b"},
        {"type": "Ollama", "model": "m", "odd": {"deep": [{"kept": 1.5}]}},
        {"type": "Wholly new", "anything": [None, {"a": "b"}]},
        {"no type": True},
    ]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text ~ %s', ["s3cr3t|AKIASECRET"])  # noqa: S608
            assert cursor.fetchone() == (0,), table


@pytest.mark.django_db(transaction=True)
def test_two_writers_of_one_market_write_its_change_once():
    sync.store_markets(markets=[market_payload()])

    def write(_: int) -> bool:
        try:
            return sync.store_required(market=address("market"), required=required("a:1", "b:1")) is not None
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        written = list(pool.map(write, range(12)))

    assert (written.count(True), Revision.objects.count(), RequiredImage.objects.count()) == (1, 1, 2)
    assert from_revision(Revision.objects.get().state).network.keys() == {("image", "a:1"), ("image", "b:1")}


@pytest.mark.django_db(transaction=True)
def test_a_curator_and_a_refresh_at_once_leave_one_story():
    sync.store_markets(markets=[market_payload()])
    sync.store_required(market=address("market"), required=required("a:0"))
    market, root = Market.objects.get(), User.objects.create(username="root", is_superuser=True)

    def write(turn: int) -> None:
        try:
            if turn % 2:
                sync.store_required(market=market.pk, required=required(f"a:{turn}"))
            else:
                wish = Wish(image_entry(f"c:{turn}"), Decision.ADD)
                decide(market=market, wishes=[wish], author=root, reason="why", seen=None)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(12)))

    told = list(Revision.objects.order_by("number"))
    assert [revision.number for revision in told] == list(range(1, 14))
    shown: set[str] = set()
    for revision in told:
        shown = (shown - {row["name"] for row in revision.removed}) | {row["name"] for row in revision.added}
    assert shown == {row.entry.name for row in served(market)}


@pytest.mark.django_db
def test_the_difference_of_the_two_lists_is_told_in_words():
    hostile = "<script>alert(1)</script>"
    sync.store_markets(markets=[market_payload(required=required("a:1", hostile))])
    sync.store_required(market=address("market"), required=required("b:1", resources=({"type": "New"},)))

    page = render_to_string("markets/_two_lists.html", {"two_lists": difference(Market.objects.get())})

    assert "4 differences" in page
    assert [plain(item) for item in re.findall("<li>(.*?)</li>", page)] == [
        "only in the market's own list: b:1",
        "only in the market's own list: New",
        "only in the list of markets: a:1",
        f"only in the list of markets: {hostile}",
    ]
    assert hostile not in page
    assert render_to_string("markets/_two_lists.html", {"two_lists": Difference([], [])}).strip() == ""
