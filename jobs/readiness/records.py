"""How jobs fared lately, worked out in the background, so that an answer reads a few rows; what nodes used lately."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone

from jobs.models import Job
from markets.models import ImageRecord, MarketRecord
from markets.models.cache import KEPT
from markets.models.record import WAIT_BINS
from markets.sync.caches import Use, note_used

#: How far back a record looks.
LATELY: Final = timedelta(days=7)
#: How many jobs are held in memory at once.
_CHUNK: Final = 2000

#: `body` is the stored form of jobs/results.py; its times are ISO 8601 or null. A node's clock may be wrong, so that a
#: start before the listing counts as none waited; where the listing is not known, neither is the wait.
_RECENT: Final = """
WITH recent AS (
  SELECT job.market_id, job.outcome, job.image_ids, CASE WHEN job.listed_at IS NOT NULL
    THEN GREATEST(job.started_at - job.listed_at, '0') END AS wait,
    CASE WHEN job.listed_at IS NOT NULL THEN GREATEST(COALESCE((
      SELECT MIN((op ->> 'started_at')::timestamptz) FROM jsonb_array_elements(result.body -> 'ops') AS op
    ), job.started_at) - job.listed_at, '0') END AS delay
  FROM jobs_job job LEFT JOIN jobs_result result ON result.job_id = job.address
  WHERE job.phase IN (1, 2) AND job.order_at >= %(since)s AND job.started_at IS NOT NULL
)
"""
_MARKETS: Final = f"""
INSERT INTO markets_marketrecord (market_id, waits, median_wait_s, slow_wait_s, wait_bins, at)
SELECT market_id, COUNT(*), EXTRACT(epoch FROM PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY wait)),
  EXTRACT(epoch FROM PERCENTILE_DISC(0.95) WITHIN GROUP (ORDER BY wait)),
  ARRAY[{", ".join(f"COUNT(*) FILTER (WHERE bin = {number})" for number in range(1, len(WAIT_BINS) + 1))}], %(now)s
FROM (SELECT *, WIDTH_BUCKET(EXTRACT(epoch FROM wait)::float, %(bins)s::float[]) AS bin FROM recent) AS waited
GROUP BY market_id
"""  # noqa: S608 - numbers of ours
_IMAGES: Final = """
INSERT INTO markets_imagerecord (image_id, market_id, runs, succeeded, failed, median_start_s)
SELECT image.id, market_id, COUNT(*), COUNT(*) FILTER (WHERE outcome = 'success'),
  COUNT(*) FILTER (WHERE outcome = 'failed'),
  EXTRACT(epoch FROM PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY delay))
FROM recent CROSS JOIN UNNEST(recent.image_ids) AS used (id) JOIN markets_image image ON image.id = used.id
GROUP BY image.id, market_id
"""


@transaction.atomic
def refresh_records() -> None:
    """Work out anew how long jobs waited in each market, and how they fared with each image there; four statements.

    Reads the jobs listed in the last week; whoever reads meanwhile sees the old records.
    """
    now = timezone.now()
    facts: dict[str, Any] = {"since": now - LATELY, "now": now, "bins": list(WAIT_BINS)}
    MarketRecord.objects.all().delete()
    ImageRecord.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(_RECENT + _MARKETS, facts)
        cursor.execute(_RECENT + _IMAGES, facts)


def rebuild_caches() -> None:
    """Note again what nodes used in the last 24 hours, from their jobs; a job that still runs uses it now."""
    note_used(_recent_uses(timezone.now()))


def _recent_uses(now: datetime) -> Iterator[Use]:
    columns = "node", "image_ids", "resource_ids", "ended_at"
    started = Job.objects.exclude(node="").exclude(started_at=None)
    running = started.filter(phase=1).values_list(*columns)
    over = started.filter(ended_at__gte=now - KEPT).values_list(*columns)
    for node, images, resources, ended_at in chain(running.iterator(_CHUNK), over.iterator(_CHUNK)):
        yield Use(node, images, resources, ended_at or now)
