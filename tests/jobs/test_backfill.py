"""The older jobs: one step of a worker, and all of them by the command."""

from __future__ import annotations

import re
import signal
import threading
import zlib
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from werkzeug import Request

from explorer.models import Source, SyncRecord
from explorer.nosana import networks
from explorer.nosana.errors import Malformed, Refused
from jobs.sync.backfill import backfill_all, backfill_step, restart_backfill
from jobs.sync.listing import read_position
from tests.jobs.indexer import Indexer, row, started, stored
from tests.payloads import address

pytestmark = pytest.mark.django_db(transaction=True)


def test_backfill_reads_everything_once_and_then_rests(indexer):
    indexer.add(*started(120), *(row(f"queued {i}") for i in range(7)))
    with indexer.client() as client:
        steps = [backfill_step(client=client) for _ in range(4)]

    assert [(s["offset"], s["total"], s["is_done"]) for s in steps] == [
        (50, 127, False),
        (100, 127, False),
        (150, 127, True),
        (150, 127, True),
    ]
    assert len(indexer.requests) == 3
    assert len(stored()) == 127


def test_backfill_passes_over_no_job_while_new_ones_arrive(indexer):
    indexer.add(*started(400))
    fresh = iter(range(401, 10_000))
    indexer.before = lambda request: indexer.add(*(row(f"job {i}", start=10 * i) for i in (next(fresh), next(fresh))))
    with indexer.client() as client:
        while not backfill_step(client=client, pages=3)["is_done"]:
            pass

    assert stored() >= {address(f"job {i}") for i in range(1, 401)}


def test_backfill_skips_an_unreadable_page_and_says_so(indexer):
    indexer.add(*started(150))
    indexer.server.expect_ordered_request("/api/jobs").respond_with_handler(indexer._list)
    indexer.server.expect_ordered_request("/api/jobs").respond_with_data('{"jobs": [', content_type="application/json")
    indexer.server.expect_ordered_request("/api/jobs").respond_with_handler(indexer._list)
    with indexer.client() as client:
        assert backfill_step(client=client, pages=3)["is_done"] is True

    assert stored() == {address(f"job {i}") for i in [*range(101, 151), *range(1, 51)]}
    assert [s["identifier"] for s in SyncRecord.objects.get(source=Source.BACKFILL).skipped] == ["jobs 50 to 99"]


def test_backfill_stores_what_it_read_before_a_page_failed(indexer):
    indexer.add(*started(150))
    indexer.server.expect_ordered_request("/api/jobs").respond_with_handler(indexer._list)
    indexer.server.expect_ordered_request("/api/jobs").respond_with_data("no", status=403)
    with indexer.client() as client, pytest.raises(Refused):
        backfill_step(client=client, pages=3)

    assert stored() == {address(f"job {i}") for i in range(101, 151)}
    assert read_position(Source.BACKFILL) == {"offset": 50, "total": 150, "is_done": False}


def test_backfill_does_not_believe_an_empty_list(indexer):
    indexer.add(*started(120))
    with indexer.client() as client:
        backfill_step(client=client)
        indexer.jobs.clear()
        restart_backfill()
        with pytest.raises(Malformed):
            backfill_step(client=client)

    assert len(stored()) == 50
    assert read_position(Source.BACKFILL) == {}


def test_backfill_all_reads_on_while_it_stores(indexer):
    indexer.add(*started(400))
    seen = []
    with indexer.client() as client:
        for position in backfill_all(client=client, pages=2):
            seen.append((position["offset"], position["is_done"], len(indexer.requests) * 50 > position["offset"]))
            assert stored() >= {address(f"job {i}") for i in range(401 - position["offset"], 401)}
            assert read_position(Source.BACKFILL) == position

    assert seen == [(100, False, True), (200, False, True), (300, False, True), (400, True, False)]
    assert len(indexer.requests) == 8


def test_backfill_all_stores_what_it_read_before_a_page_failed_and_goes_on_there(indexer):
    indexer.add(*started(400))
    indexer.fail_at(offset=250)
    with indexer.client() as client:
        with pytest.raises(Refused):
            list(backfill_all(client=client, pages=2))
        assert stored() == {address(f"job {i}") for i in range(151, 401)}
        assert read_position(Source.BACKFILL) == {"offset": 250, "total": 400, "is_done": False}
        assert SyncRecord.objects.get(source=Source.BACKFILL).failures == 1
        with pytest.raises(Refused):
            list(backfill_all(client=client, pages=2))
        assert SyncRecord.objects.get(source=Source.BACKFILL).failures == 2

        indexer.before = lambda request: None
        offsets = [position["offset"] for position in backfill_all(client=client, pages=2)]

    assert offsets == [350, 400]
    assert stored() == {address(f"job {i}") for i in range(1, 401)}


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Have Ctrl-C raise KeyboardInterrupt: a shell starts what runs in its background deaf to it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_backfill_all_that_is_interrupted_keeps_what_it_read(indexer, interruptible):
    indexer.add(*started(400))

    def interrupt(request: Request) -> None:
        if request.args["offset"] == "250":
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    indexer.before = interrupt
    with indexer.client() as client, pytest.raises(KeyboardInterrupt):
        list(backfill_all(client=client, pages=2))

    assert stored() == {address(f"job {i}") for i in range(151, 401)}
    assert read_position(Source.BACKFILL) == {"offset": 250, "total": 400, "is_done": False}
    assert SyncRecord.objects.get(source=Source.BACKFILL).failures == 0


def run(settings: Any, indexer: Indexer, *arguments: str) -> list[str]:
    """Run the command and return what it last said."""
    settings.NETWORK = networks.sample(indexer.server.url_for("").rstrip("/"))
    out = StringIO()
    call_command("backfill", *arguments, stdout=out)
    return out.getvalue().strip().replace("\n", "\r").rsplit("\r", 2)[-2:]


def test_command_reads_everything_and_rests(indexer, settings):
    indexer.add(*started(130))

    said = run(settings, indexer)

    assert said == [f"{'█' * 40} 100%  130 of 130 jobs ", "Every job of the network was read."]
    assert len(stored()) == 130
    assert (run(settings, indexer), len(indexer.requests)) == (["Every job of the network was read."], 3)
    run(settings, indexer, "--restart")
    assert len(indexer.requests) == 6


def test_command_waits_while_the_budget_is_used_up(indexer, settings):
    indexer.add(*started(130))
    indexer.server.expect_oneshot_request("/api/jobs").respond_with_data("", 429, headers={"Retry-After": "1"})

    assert run(settings, indexer)[-1] == "Every job of the network was read."
    assert len(stored()) == 130


def test_command_says_what_failed(indexer, settings):
    indexer.add(*started(130))
    indexer.server.expect_oneshot_request("/api/jobs").respond_with_data("no", status=403)

    with pytest.raises(CommandError, match=re.escape("error status 403. What was read is stored; run the command")):
        run(settings, indexer)


def test_command_leaves_the_list_to_whoever_reads_it_already(indexer, settings):
    other = connections["default"].copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [zlib.crc32(b"backfill")])
        with pytest.raises(CommandError, match="read already"):
            run(settings, indexer)
    finally:
        other.close()

    assert indexer.requests == []
