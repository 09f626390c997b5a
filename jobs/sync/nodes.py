"""Counts how each node did: its jobs, how they went, how busy it was, and how much of the time it was there.

The list of nodes is filtered and sorted by these figures, so they stand in its rows and are a few minutes old.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone

#: How far back "busy" and "uptime" look; whole days of UTC for the latter, today included.
LATELY: Final = timedelta(days=7)

#: A running job keeps its node busy until now. Bits of a day before the node was first seen do not count against it.
#: Rows are locked in order, as every writer of nodes does it; those that are right already are left alone.
_COUNT: Final = """
WITH ever AS (
  SELECT key, listed, succeeded, failed FROM jobs_jobrollup WHERE dimension = 'node' AND unit = 'ever'
), spells AS (
  SELECT node, started_at, LEAST(ended_at, %(now)s) AS ended_at FROM jobs_job
  WHERE phase = 2 AND ended_key > %(since)s AND delisted_at IS NULL AND node <> '' AND started_at IS NOT NULL
  UNION ALL
  SELECT node, started_at, %(now)s FROM jobs_job WHERE phase = 1 AND node <> '' AND started_at IS NOT NULL
), work AS (
  SELECT node, SUM(GREATEST(EXTRACT(epoch FROM ended_at - GREATEST(started_at, %(since)s)), 0)) AS seconds
  FROM spells GROUP BY node
), days AS (
  SELECT address, COALESCE(seen.free | seen.busy, 0::bit(96)) AS seen, watched.slots & CASE
      WHEN first_seen_at::date < watched.day THEN ~ (0::bit(96))
      WHEN first_seen_at::date > watched.day THEN 0::bit(96)
      ELSE (~ (0::bit(96))) >> (EXTRACT(epoch FROM first_seen_at::time)::int / 900)
    END AS watched
  FROM markets_node CROSS JOIN markets_watchday watched
  LEFT JOIN markets_nodeday seen ON seen.node = address AND seen.day = watched.day
  WHERE watched.day > %(first)s
), presence AS (
  SELECT address, SUM(bit_count(seen & watched))::float / NULLIF(SUM(bit_count(watched)), 0) AS uptime
  FROM days GROUP BY address
), counted AS (
  SELECT node.address, COALESCE(listed, 0) AS jobs, COALESCE(ever.succeeded, 0) AS succeeded,
    COALESCE(ever.failed, 0) AS failed,
    ROUND(LEAST(COALESCE(seconds, 0) / %(length)s, 1), 4)::float AS busy_share,
    ROUND(presence.uptime::numeric, 4)::float AS uptime
  FROM markets_node node LEFT JOIN ever ON ever.key = node.address LEFT JOIN work ON work.node = node.address
  LEFT JOIN presence ON presence.address = node.address
), news AS (
  SELECT counted.* FROM counted JOIN markets_node node ON node.address = counted.address
  WHERE (counted.jobs, counted.succeeded, counted.failed, counted.busy_share, counted.uptime)
    IS DISTINCT FROM (node.jobs, node.succeeded, node.failed, node.busy_share, node.uptime)
  ORDER BY node.address FOR UPDATE OF node
)
UPDATE markets_node node SET jobs = news.jobs, succeeded = news.succeeded, failed = news.failed,
  busy_share = news.busy_share, uptime = news.uptime
FROM news WHERE news.address = node.address
"""


@transaction.atomic
def count_nodes(now: datetime | None = None) -> int:
    """Count anew how all nodes did, and return how many had news; one statement that reads the last week's jobs."""
    now = now or timezone.now()
    facts: dict[str, Any] = {
        "now": now,
        "since": now - LATELY,
        "first": (now - LATELY).date(),
        "length": int(LATELY.total_seconds()),
    }
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TIME ZONE 'UTC'")
        cursor.execute(_COUNT, facts)
        changed: int = cursor.rowcount
        return changed
