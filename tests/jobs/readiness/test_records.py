"""How jobs fared lately, and what nodes used, worked out from the jobs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from jobs.models import Job
from jobs.readiness.records import rebuild_caches, refresh_records
from markets import catalog
from markets.models import CachedImage, CachedResource, ImageRecord, Market, MarketRecord
from tests.jobs.factories import make_result
from tests.markets.factories import address, make_job, make_market, make_node

pytestmark = pytest.mark.django_db


def listed(market: Market, name: str, wait: float, *images: str, **facts: Any) -> Job:
    """Create a job that started `wait` seconds after it was listed, an hour ago, and ended ten minutes later."""
    at = timezone.now() - timedelta(hours=1)
    times = {"listed_at": at, "started_at": at + timedelta(seconds=wait), "ended_at": at + timedelta(minutes=10)}
    numbers = [*catalog.image_ids(images).values()]
    facts = {**times, "image_ids": numbers, **facts}
    return make_job(market, name, node=make_node(name), **{"state": 2, "outcome": "success", **facts})


def op(started: Any) -> dict[str, Any]:
    """Return a stored op that started then."""
    return {"op_id": "op", "started_at": started.isoformat() if started else None}


def test_markets_remember_the_median_wait() -> None:
    one, two = make_market("one"), make_market("two")
    for wait in (10, 20, 300):
        listed(one, f"one {wait}", wait)
    listed(two, "before it was listed", -5)
    listed(two, "too long ago", 70, listed_at=timezone.now() - timedelta(days=8))
    make_job(two, "queued")
    refresh_records()
    refresh_records()
    assert set(MarketRecord.objects.values_list("market", "waits", "median_wait_s")) == {
        (one.pk, 3, 20.0),
        (two.pk, 1, 0.0),
    }


def test_markets_remember_how_waits_are_spread() -> None:
    market = make_market()
    for wait in (0, 4, 5, 59, 60, 900, 100_000):
        listed(market, f"waited {wait}", wait)
    listed(market, "nobody knows when it was listed", 0, listed_at=None)
    refresh_records()
    record = MarketRecord.objects.get()
    assert (record.waits, record.wait_bins) == (8, [2, 1, 1, 1, 0, 1, 0, 1])
    assert (record.median_wait_s, record.slow_wait_s) == (59.0, 100_000.0)


def test_images_remember_how_their_jobs_fared_in_each_market() -> None:
    one, two = make_market("one"), make_market("two")
    slow = listed(one, "a", 10, "o/x:1", "o/y:1")
    assert slow.listed_at is not None
    later = slow.listed_at + timedelta(seconds=70)
    make_result(slow, {"ops": [op(None), op(later), op(later + timedelta(seconds=60))]})
    listed(one, "b", 20, "o/x:1", outcome="failed")
    listed(one, "c", 40, "o/x:1", outcome="", state=1, ended_at=None)
    make_result(listed(two, "d", 5, "o/x:1"), {"ops": []})
    refresh_records()
    found = ImageRecord.objects.values_list(
        "image__reference", "market", "runs", "succeeded", "failed", "median_start_s"
    )
    assert set(found) == {
        ("o/x:1", one.pk, 3, 1, 1, 40.0),
        ("o/y:1", one.pk, 1, 1, 0, 70.0),
        ("o/x:1", two.pk, 1, 1, 0, 5.0),
    }
    Job.objects.update(started_at=None)
    refresh_records()
    assert not ImageRecord.objects.exists()
    assert not MarketRecord.objects.exists()


def test_caches_are_rebuilt_from_the_jobs_of_the_last_day() -> None:
    market = make_market()
    resources = [*catalog.resource_ids([("HF", "o/m")]).values()]
    now = timezone.now()
    ended = listed(market, "ended", 5, "o/ended:1", resource_ids=resources)
    listed(market, "old", 5, "o/old:1", ended_at=now - timedelta(hours=25))
    running = {"state": 1, "outcome": "", "ended_at": None, "started_at": now - timedelta(hours=40)}
    listed(market, "running", 5, "o/running:1", **running)
    listed(market, "never started", 5, "o/none:1", started_at=None, ended_at=None)
    rebuild_caches()
    rebuild_caches()
    images = {entry.image.reference: entry for entry in CachedImage.objects.select_related("image")}
    assert {name: entry.node for name, entry in images.items()} == {
        "o/ended:1": address("node ended"),
        "o/running:1": address("node running"),
    }
    assert images["o/ended:1"].used_at == ended.ended_at
    assert (images["o/running:1"].until or now) >= now + timedelta(hours=24)
    assert [entry.resource.key for entry in CachedResource.objects.select_related("resource")] == ["o/m"]
