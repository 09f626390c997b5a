from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from explorer.models import Source, SyncRecord
from tests.jobs.factories import NOON
from tests.markets.pages import HTMX, get, plain, queries, rows

#: An address where nothing listens.
NOWHERE = "127.0.0.1:9"


@pytest.fixture(autouse=True)
def _at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold the clock, so that "12s ago" stays so however slow the machine is."""
    monkeypatch.setattr(timezone, "now", lambda: NOON)


def make_record(source: Source, **facts: Any) -> SyncRecord:
    row = {"succeeded_at": timezone.now() - timedelta(seconds=12), **facts}
    return SyncRecord.objects.create(source=source, **row)


def make_fine() -> list[SyncRecord]:
    return [make_record(source) for source in (Source.MARKETS, Source.JOBS)]


def notice(page: str) -> str:
    return plain(page.partition('id="network"')[2].partition('<div class="shown"')[0].partition(">")[2])


def bar(page: str) -> str:
    return plain(page.partition('id="sync"')[2].partition("</a>")[0].partition(">")[2])


@pytest.mark.django_db
def test_frame_says_how_fresh_the_data_is(client: Client) -> None:
    make_fine()

    page = get(client, "/status/")

    assert (bar(page), notice(page)) == ("sample synced 12s ago", "")


@pytest.mark.django_db
def test_frame_says_that_nothing_came_yet(client: Client) -> None:
    page = get(client, "/status/")

    assert bar(page) == "sample connecting"
    assert notice(page) == (
        "Connecting to the sample network. Nothing has been synced yet; markets and jobs appear within a minute."
    )


@pytest.mark.django_db
def test_frame_says_that_the_network_cannot_be_reached(client: Client) -> None:
    make_fine()
    error = {"failures": 1, "error_kind": "unreachable", "error": "The <b>list</b> at x.test did not answer."}
    SyncRecord.objects.filter(source=Source.JOBS).update(**error)

    page = get(client, "/status/")

    assert bar(page) == "sample unreachable"
    assert notice(page) == (
        "The network cannot be reached. The <b>list</b> at x.test did not answer. "
        "What you see was last synced 12s ago . Nothing is lost; the next try is within a minute. Status"
    )
    assert "<b>list</b>" not in page


@pytest.mark.django_db
def test_frame_says_that_the_network_was_never_reached(client: Client) -> None:
    make_record(Source.JOBS, succeeded_at=None, failures=3, error_kind="unreachable", error="No answer.")

    assert notice(get(client, "/status/")) == (
        "The network cannot be reached. No answer. Nothing has been synced yet. "
        "Nothing is lost; the next try is within a minute. Status"
    )


@pytest.mark.django_db
def test_frame_says_that_the_data_is_old(client: Client) -> None:
    make_fine()
    SyncRecord.objects.update(succeeded_at=timezone.now() - timedelta(minutes=7))

    page = get(client, "/status/")

    assert bar(page) == "sample synced 7m ago"
    assert notice(page) == ("What you see may be out of date. It was last synced 7m ago . Nothing is lost. Status")


@pytest.mark.django_db
def test_frame_links_to_no_page_that_is_not_there(client: Client) -> None:
    page = get(client, "/status/")
    links = set(re.findall(r'<a [^>]*href="(/[^"]*)"', page))

    assert links == {
        "/",
        "/jobs/",
        "/markets/",
        "/nodes/",
        "/deployers/",
        "/build/",
        "/images/",
        "/status/",
        "/docs/findings/",
        "/sign-in/?next=%2Fstatus%2F",
    }
    assert {client.get(link).status_code for link in links} == {200}


@pytest.mark.django_db
def test_frame_of_somebody_signed_in_has_a_way_out(admin_client: Client) -> None:
    page = get(admin_client, "/status/")

    assert [text in page for text in (">Admin</a>", ">Sign out</button>", ">Sign in</a>")] == [True, True, False]
    assert re.findall(r'action="(/sign-out/)"', page) == ["/sign-out/"]


@pytest.mark.django_db
def test_poll_gets_the_bar_alone_while_nothing_changes(client: Client) -> None:
    make_fine()

    fragment = get(client, "/sync/?shown=fine", **HTMX)

    assert bar(fragment) == "sample synced 12s ago"
    assert 'hx-get="/sync/?shown=fine"' in fragment
    assert "hx-swap-oob" not in fragment


@pytest.mark.django_db
def test_poll_gets_the_callout_when_the_state_changes(client: Client) -> None:
    make_fine()
    SyncRecord.objects.update(failures=1, error_kind="refused", error="It answered 502.")

    fragment = get(client, "/sync/?shown=fine", **HTMX)

    assert 'hx-get="/sync/?shown=failing"' in fragment
    assert plain(fragment.partition('<div id="network" hx-swap-oob="innerHTML">')[2]) == (
        "The network answers with errors. It answered 502. What you see was last synced 12s ago . "
        "Nothing is lost; the next try is within a minute. Status"
    )


@pytest.mark.django_db
def test_poll_takes_the_callout_away_again(client: Client) -> None:
    make_fine()

    fragment = get(client, "/sync/?shown=unreachable", **HTMX)

    assert '<div id="network" hx-swap-oob="innerHTML"></div>' in re.sub(r"\s+(?=</div>)", "", fragment)


def test_poll_without_htmx_goes_to_the_status_page(client: Client) -> None:
    response = client.get("/sync/")

    assert (response.status_code, response["Location"]) == (302, "/status/")


@pytest.mark.django_db
def test_status_shows_every_source(client: Client) -> None:
    at = timezone.now() - timedelta(minutes=2)
    make_record(Source.MARKETS, rows_seen=14, rows_changed=3, rows_skipped=1, skipped_total=1234)
    make_record(Source.JOBS, failures=2, failed_at=at, error_kind="malformed", error="Not <i>JSON</i>.")
    make_record(Source.PRICE, failures=1, failed_at=at, error_kind="over_budget", error="Wait 40 s.")

    assert rows(get(client, "/status/")) == [
        ["Markets", "Fine", "12s ago", "14", "3", "1", "1,234", ""],
        ["Required resources", "Not run yet", "–", "–", "–", "–", "–", ""],
        ["Queues, on chain", "Not run yet", "–", "–", "–", "–", "–", ""],
        ["Nodes", "Not run yet", "–", "–", "–", "–", "–", ""],
        ["Newest jobs", "Failing", "12s ago", "0", "0", "0", "0", "Not <i>JSON</i>. 2 times, last 2m ago"],
        ["Unfinished jobs", "Not run yet", "–", "–", "–", "–", "–", ""],
        ["Older jobs", "Not run yet", "–", "–", "–", "–", "–", ""],
        ["Definitions, IPFS", "Not run yet", "–", "–", "–", "–", "–", ""],
        ["Results, IPFS", "Not run yet", "–", "–", "–", "–", "–", ""],
        ["NOS price", "Paused", "12s ago", "0", "0", "0", "0", "Wait 40 s. 1 time, last 2m ago"],
    ]


@pytest.mark.django_db
def test_status_shows_what_was_left_out_and_how_far_the_backfill_is(client: Client) -> None:
    at = timezone.now() - timedelta(hours=3)
    skipped = [{"identifier": "<script>\u202e", "reason": "address: not base58", "at": at.isoformat()}]
    make_record(Source.NODES, skipped=skipped)
    make_record(Source.BACKFILL, position={"offset": 12350, "total": 49400, "is_done": False})

    page = get(client, "/status/")

    assert rows(page.partition('id="h-skipped"')[2]) == [
        ["Nodes", "<script>[U+202E]", "address: not base58", "3h 00m ago"]
    ]
    assert "Older jobs 12,350 of 49,400 , 25.0 %" in plain(page)
    assert "<script>\u202e" not in page


@pytest.mark.django_db
def test_status_takes_the_same_queries_however_much_there_is(client: Client) -> None:
    make_fine()
    few = queries(client, "/status/")
    for source in set(Source) - {Source.MARKETS, Source.JOBS}:
        rejected = [{"identifier": str(n), "reason": "bad", "at": timezone.now().isoformat()} for n in range(20)]
        make_record(source, skipped=rejected)

    assert (few, queries(client, "/status/")) == (2, 2)


@pytest.mark.django_db
def test_status_polls_for_its_state_alone(client: Client) -> None:
    fragment = get(client, "/status/", **HTMX)

    assert fragment.strip().startswith('<div class="stack" id="state"')
    assert "<main" not in fragment


@pytest.mark.django_db
def test_status_says_that_redis_is_down(client: Client, settings: Settings) -> None:
    settings.REDIS = f"redis://{NOWHERE}/0"

    page = plain(get(client, "/status/"))

    assert "Tasks Redis does not answer" in page
    assert "Not known Redis, which counts the requests, does not answer." in page


def test_healthz_touches_nothing(client: Client) -> None:
    response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_readyz_when_all_is_there(client: Client) -> None:
    response = client.get("/readyz")

    assert (response.status_code, response.json()) == (200, {"ready": True, "missing": {}})


@pytest.mark.django_db
def test_readyz_says_what_is_missing(client: Client, settings: Settings) -> None:
    settings.REDIS = f"redis://:secret@{NOWHERE}/0"
    MigrationRecorder.Migration.objects.filter(app="explorer").order_by("-pk")[0].delete()

    response = client.get("/readyz")

    assert (response.status_code, response.json()) == (
        503,
        {"ready": False, "missing": {"database": "migrations to apply: 1", "redis": "does not answer"}},
    )
