from __future__ import annotations

import pytest

from explorer.models import Source, SyncRecord
from explorer.nosana.errors import Refused
from jobs.models import Job
from jobs.sync import listing
from markets.models import Market
from tests.jobs.indexer import row, started, stored
from tests.payloads import address

pytestmark = pytest.mark.django_db


def test_sync_newest_reads_only_the_newest_pages_the_first_time(indexer):
    indexer.add(*started(700))
    with indexer.client() as client:
        listing.sync_newest(client=client)

    assert len(indexer.requests) == listing.HEAD_PAGES
    assert stored() == {address(f"job {i}") for i in range(201, 701)}
    assert listing.read_position(Source.JOBS) == {}


def test_sync_newest_stops_where_all_is_known(indexer):
    indexer.add(*started(300))
    with indexer.client() as client:
        listing.sync_newest(client=client)
        indexer.add(*started(5, first=301))
        indexer.requests.clear()
        listing.sync_newest(client=client)

    assert indexer.requests == ["/api/jobs?limit=50&offset=0", "/api/jobs?limit=50&offset=50"]
    assert stored() == {address(f"job {i}") for i in range(1, 306)}


def test_sync_newest_goes_on_where_a_long_absence_left_a_gap(indexer):
    indexer.add(*started(300))
    with indexer.client() as client:
        listing.sync_newest(client=client)
        indexer.add(*started(1200, first=301))
        listing.sync_newest(client=client)
        assert listing.read_position(Source.JOBS)["offset"] == 500
        indexer.add(*started(30, first=1501))
        for _ in range(3):
            listing.sync_newest(client=client)

    assert stored() == {address(f"job {i}") for i in range(1, 1531)}
    assert listing.read_position(Source.JOBS) == {}


def test_sync_newest_keeps_the_older_gap_while_a_new_one_opens(indexer):
    indexer.add(*started(100))
    with indexer.client() as client:
        listing.sync_newest(client=client)
        indexer.add(*started(900, first=101))
        listing.sync_newest(client=client)
        indexer.add(*started(900, first=1001))
        for _ in range(6):
            listing.sync_newest(client=client)

    assert stored() == {address(f"job {i}") for i in range(1, 1901)}


def test_sync_newest_keeps_the_pages_it_stored_before_a_failure(indexer):
    indexer.add(*started(200))
    indexer.server.expect_oneshot_request("/api/jobs").respond_with_handler(indexer._list)
    indexer.server.expect_oneshot_request("/api/jobs").respond_with_data("no", status=400)
    with indexer.client() as client, pytest.raises(Refused):
        listing.sync_newest(client=client)

    assert len(stored()) == 50
    assert SyncRecord.objects.get(source=Source.JOBS).failures == 1


def test_refresh_unfinished_of_none_asks_nobody(indexer):
    with indexer.client() as client:
        listing.refresh_unfinished(client=client)

    assert indexer.requests == []


def test_refresh_unfinished_learns_of_ends_and_of_jobs_that_wait_in_queues(indexer):
    indexer.add(row("runs", start=10), row("unknown"))
    with indexer.client() as client:
        listing.sync_newest(client=client)
        Job.objects.filter(pk=address("unknown")).delete()
        Market.objects.update(queue_type=0, queue=[address("unknown")])
        indexer.add(row("runs", start=10, state=2, timeEnd=row("runs", 99)["timeStart"]))
        listing.refresh_unfinished(client=client)

    assert dict(Job.objects.values_list("pk", "state")) == {address("runs"): 2, address("unknown"): 0}


def test_refresh_unfinished_marks_withdrawn_only_what_the_network_denies(indexer):
    indexer.add(row("withdrawn"), row("left out"))
    with indexer.client() as client:
        listing.sync_newest(client=client)
        del indexer.jobs[address("withdrawn")]
        indexer.server.expect_oneshot_request("/api/jobs/batch").respond_with_json([])
        listing.refresh_unfinished(client=client)

    withdrawn = dict(Job.objects.values_list("pk", "delisted_at"))
    assert withdrawn[address("withdrawn")] is not None
    assert withdrawn[address("left out")] is None


def test_refresh_unfinished_asks_about_those_longest_unheard_of(indexer):
    indexer.add(*(row(f"queued {i}") for i in range(3)))
    with indexer.client() as client:
        listing.sync_newest(client=client)
        Job.objects.filter(pk=address("queued 2")).update(checked_at="2020-01-01T00:00Z")
        listing.refresh_unfinished(client=client, limit=1)

    assert not Job.objects.filter(checked_at__year=2020).exists()
    assert SyncRecord.objects.get(source=Source.UNFINISHED).rows_seen == 1
