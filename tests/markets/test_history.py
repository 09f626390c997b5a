from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from jobs.sync.nodes import count_nodes
from markets import sync
from markets.choices import QueueType
from markets.models import MarketHistory, Node, NodeDay, WatchDay
from markets.models.slots import NONE, slot_of, slots_at
from tests.markets.factories import address, make_finished, make_job, make_market, make_node

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 8, 21, 12, 7, tzinfo=UTC)


def sums(unit: str) -> list[tuple[object, ...]]:
    columns = "at", "reads", "waiting", "most_waiting", "free", "most_free", "running"
    return list(MarketHistory.objects.filter(unit=unit).order_by("at").values_list(*columns))


def test_reads_of_a_queue_are_summed_by_hour_and_day() -> None:
    market = make_market(queue_type=QueueType.JOBS, queue=[address(n) for n in range(3)])
    make_job(market, "runs", node=make_node())
    sync.note_history(read=[market.pk], free=[], at=NOON)
    market.queue = [address(0)]
    market.save()
    sync.note_history(read=[market.pk], free=[], at=NOON + timedelta(minutes=30))
    market.queue_type, market.queue = QueueType.NODES, [address("a"), address("b")]
    market.save()
    sync.note_history(read=[market.pk], free=[], at=NOON + timedelta(hours=1))

    hour = NOON.replace(minute=0)
    assert sums("hour") == [(hour, 2, 4, 3, 0, 0, 2), (hour + timedelta(hours=1), 1, 0, 0, 2, 2, 1)]
    assert sums("day") == [(hour.replace(hour=0), 3, 4, 3, 2, 2, 3)]


def test_the_last_price_of_an_hour_is_kept_and_none_forgets_no_price() -> None:
    market = make_market()
    sync.note_history(read=[market.pk], free=[], at=NOON)
    market.job_price, market.usd_reward_per_hour, market.network_fee_percentage = 200, Decimal("0.3"), None
    market.save()
    sync.note_history(read=[market.pk], free=[], at=NOON)

    row = MarketHistory.objects.get(unit="hour")
    assert (row.job_price, row.usd_per_hour, row.fee_percentage) == (200, Decimal("0.3"), Decimal(10))


def test_only_markets_that_were_read_are_noted() -> None:
    read, _ = make_market("Read"), make_market("Not read")

    sync.note_history(read=[read.pk], free=[], at=NOON)

    assert set(MarketHistory.objects.values_list("market", flat=True)) == {read.pk}


def test_nodes_are_noted_in_the_quarter_of_an_hour_they_were_seen_in() -> None:
    market = make_market()
    busy = make_node("busy")
    make_job(market, "runs", node=busy)
    make_job(market, "left the books", node=make_node("gone"), delisted_at=NOON)
    free = address("free")

    for minutes in (0, 1, 30):
        sync.note_history(read=[market.pk], free=[free], at=NOON + timedelta(minutes=minutes))

    assert slot_of(NOON) == 48
    both = slots_at(NOON, NOON + timedelta(minutes=30))
    assert set(NodeDay.objects.values_list("node", "day", "free", "busy")) == {
        (free, NOON.date(), both, NONE),
        (busy.pk, NOON.date(), NONE, both),
    }
    assert list(WatchDay.objects.values_list("day", "slots")) == [(NOON.date(), both)]
    assert both.count("1") == 2
    assert both.index("1") == 48


def test_what_is_old_is_forgotten() -> None:
    market = make_market()
    for days in (0, 89, 91, 1094, 1096):
        sync.note_history(read=[market.pk], free=[address("free")], at=NOON - timedelta(days=days))

    sync.forget_old_history(NOON)

    left = {unit: MarketHistory.objects.filter(unit=unit).count() for unit in ("hour", "day")}
    assert left == {"hour": 2, "day": 4}
    assert NodeDay.objects.count() == WatchDay.objects.count() == 2


def test_nodes_are_counted_with_their_jobs_work_and_presence() -> None:
    now = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)
    market = make_market()
    node = make_node("works", first_seen_at=now - timedelta(days=30))
    make_finished(market, "ok", node=node, started_at=now - timedelta(hours=24), ended_at=now - timedelta(hours=3))
    make_finished(
        market, "bad", node=node, outcome="failed", started_at=now - timedelta(days=8), ended_at=now - timedelta(days=6)
    )
    make_job(market, "runs", node=node, started_at=now - timedelta(hours=3))
    idle = make_node("idle", first_seen_at=now - timedelta(minutes=30))
    for hours in (50, 2, 1, 0):
        sync.note_history(read=[market.pk], free=[idle.pk], at=now - timedelta(hours=hours))
    WatchDay.objects.filter(day=(now - timedelta(hours=50)).date()).update(
        slots=slots_at(now, now - timedelta(hours=2))
    )

    assert count_nodes(now) == 2
    assert count_nodes(now) == 0

    columns = "address", "jobs", "succeeded", "failed", "busy_share", "success_key", "uptime"
    share = round((24 + 24) / (7 * 24), 4)
    assert set(Node.objects.values_list(*columns)) == {
        # At work at all four reads; watched at five moments, one of them when it was not seen.
        (node.pk, 3, 1, 1, share, 0.5, 0.8),
        # Nobody could see it before it was there: only the last read counts.
        (idle.pk, 0, 0, 0, 0.0, -1.0, 1.0),
    }


def test_a_node_that_nobody_watched_has_no_uptime() -> None:
    node = make_node()

    count_nodes()

    node.refresh_from_db()
    assert (node.uptime, node.uptime_key) == (None, -1.0)
