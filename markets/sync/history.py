"""What is kept of what the sync saw: queues and prices by hour and day, and when each node was there.

A read of the queues is noted once, in the transaction that writes it. Nodes are noted by the quarter of an hour: a
second read in the same one writes nothing.
"""

# ruff: noqa: S608 - only names of ours are put into SQL, values are parameters
from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection

from markets.choices import QueueType
from markets.models import Market, MarketHistory, NodeDay, WatchDay
from markets.models.history import DAY, HOUR
from markets.models.slots import slots_at

#: So long each is kept; with 40 markets and 5,000 nodes, half a million rows in all.
HOURS_KEPT: Final = timedelta(days=90)
DAYS_KEPT: Final = timedelta(days=3 * 365)
NODE_DAYS_KEPT: Final = timedelta(days=90)

_MARKETS: Final = f"""
INSERT INTO markets_markethistory AS old (market_id, unit, at, reads, waiting, most_waiting, free, most_free, running,
  job_price, usd_per_hour, fee_percentage)
SELECT address, unit, date_bin(width, %(at)s, '2000-01-01 00:00:00+00'), 1, waiting, waiting, free, free, running,
  job_price, usd_reward_per_hour, network_fee_percentage
FROM (
  SELECT market.*, CASE WHEN queue_type = {QueueType.JOBS.value} THEN cardinality(queue) ELSE 0 END AS waiting,
    CASE WHEN queue_type = {QueueType.NODES.value} THEN cardinality(queue) ELSE 0 END AS free,
    COALESCE(at_work.jobs, 0) AS running
  FROM markets_market market
  LEFT JOIN unnest(%(markets)s::text[], %(jobs)s::int[]) AS at_work (market, jobs) ON at_work.market = market.address
  WHERE address = ANY(%(read)s)
) AS seen, (VALUES ('{HOUR}', interval '1 hour'), ('{DAY}', interval '1 day')) AS units (unit, width)
ORDER BY address, unit
ON CONFLICT (market_id, unit, at) DO UPDATE SET
  reads = old.reads + 1,
  waiting = old.waiting + excluded.waiting,
  most_waiting = GREATEST(old.most_waiting, excluded.most_waiting),
  free = old.free + excluded.free,
  most_free = GREATEST(old.most_free, excluded.most_free),
  running = old.running + excluded.running,
  job_price = COALESCE(excluded.job_price, old.job_price),
  usd_per_hour = COALESCE(excluded.usd_per_hour, old.usd_per_hour),
  fee_percentage = COALESCE(excluded.fee_percentage, old.fee_percentage)
"""
#: Only those that are news are written: a conflict that changes nothing would lock its row all the same.
_NODES: Final = """
INSERT INTO markets_nodeday AS old (node, day, free, busy)
SELECT seen.node, %(day)s, CASE WHEN seen.free THEN %(slot)s::bit(96) ELSE 0::bit(96) END,
  CASE WHEN seen.busy THEN %(slot)s::bit(96) ELSE 0::bit(96) END
FROM (
  SELECT node, bool_or(NOT is_busy) AS free, bool_or(is_busy) AS busy
  FROM unnest(%(nodes)s::text[], %(is_busy)s::bool[]) AS one (node, is_busy) GROUP BY node
) AS seen
LEFT JOIN markets_nodeday known ON known.node = seen.node AND known.day = %(day)s
WHERE known.node IS NULL OR (seen.free AND known.free & %(slot)s::bit(96) = 0::bit(96))
  OR (seen.busy AND known.busy & %(slot)s::bit(96) = 0::bit(96))
ORDER BY seen.node
ON CONFLICT (node, day) DO UPDATE SET free = old.free | excluded.free, busy = old.busy | excluded.busy
"""
_WATCH: Final = """
INSERT INTO markets_watchday AS old (day, slots) VALUES (%(day)s, %(slot)s::bit(96))
ON CONFLICT (day) DO UPDATE SET slots = old.slots | excluded.slots WHERE old.slots & excluded.slots <> excluded.slots
"""


def note_history(*, read: Collection[str], free: Collection[str], at: datetime) -> None:
    """Note a read of the queues of these markets, in which these nodes waited, and who was at work; four statements.

    To be called when the queues are written, in the same transaction.
    """
    running = Market.objects.filter(jobs__phase=1, jobs__delisted_at=None).order_by()
    at_work = list(running.values_list("pk", "jobs__node"))
    jobs: dict[str, int] = {}
    for market, _ in at_work:
        jobs[market] = jobs.get(market, 0) + 1
    busy = [node for _, node in at_work if node]
    moment: dict[str, Any] = {"at": at, "day": at.date(), "slot": slots_at(at)}
    with connection.cursor() as cursor:
        cursor.execute(_MARKETS, {**moment, "markets": [*jobs], "jobs": [*jobs.values()], "read": list(read)})
        nodes = [*free, *busy]
        is_busy = [False] * len(free) + [True] * len(busy)
        cursor.execute(_NODES, {**moment, "nodes": nodes, "is_busy": is_busy})
        cursor.execute(_WATCH, moment)


def forget_old_history(now: datetime) -> int:
    """Delete what is older than it is kept; return how many rows."""
    gone = 0
    for unit, kept in ((HOUR, HOURS_KEPT), (DAY, DAYS_KEPT)):
        gone += MarketHistory.objects.filter(unit=unit, at__lt=now - kept).delete()[0]
    since = (now - NODE_DAYS_KEPT).date()
    for model in (NodeDay, WatchDay):
        gone += model._default_manager.filter(day__lt=since).delete()[0]
    return gone
