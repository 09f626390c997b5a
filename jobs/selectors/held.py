"""What a node held when it took a job, told from what its market required and what its jobs used in the day before."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import connection

from explorer.held import HeldImages, HeldResource, HeldResources
from explorer.nosana.payloads import JsonObject
from jobs.models import Job
from jobs.ops import Held
from markets.models.cache import KEPT

#: A job that used something in the day before was listed no longer ago than this: a timeout is a few days at most.
_REACH: Final = timedelta(days=8)
#: No node runs more jobs in a day that anybody would look at.
_MOST: Final = 500
#: Images (without a type) and resources that a node's jobs used before one of them, and when last.
_USED: Final = """
WITH earlier AS MATERIALIZED (
    SELECT image_ids, resource_ids, LEAST(COALESCE(ended_at, %(at)s), %(at)s) AS last_use FROM jobs_job
    WHERE node = %(node)s AND phase IN (1, 2) AND order_at BETWEEN %(since)s AND %(at)s AND address <> %(job)s
        AND started_at < %(at)s AND (ended_at IS NULL OR ended_at >= %(kept)s)
    ORDER BY order_at DESC LIMIT %(most)s
)
SELECT NULL AS type, reference AS name, max(last_use) FROM earlier, unnest(image_ids) AS number
    JOIN markets_image ON markets_image.id = number GROUP BY reference
UNION ALL SELECT type, key, max(last_use) FROM earlier, unnest(resource_ids) AS number
    JOIN markets_resource ON markets_resource.id = number GROUP BY type, key
ORDER BY 1, 2
"""
#: What a market's nodes ever had to keep: the image, or the resource as it was written, since when, until when.
_REQUIRED: Final = """
SELECT reference, NULL, since, removed_at FROM markets_requiredimage WHERE market_id = %(market)s
UNION ALL SELECT NULL, spec::text, since, removed_at FROM markets_requiredresource WHERE market_id = %(market)s
ORDER BY 1, 2
"""


def held_by_node(job: Job) -> Held | None:
    """Return what the job's node held when it took it; None while none did. Two queries."""
    if not job.node or job.started_at is None:
        return None
    used = _used(job, job.started_at)
    read_at, images, specs = _required(job.market_id, job.started_at)
    return Held(
        at=job.started_at,
        read_at=read_at,
        required_images=HeldImages(images),
        required_resources=HeldResources(filter(None, map(HeldResource.of, specs))),
        used_images=HeldImages(name for kind, name, _ in used if kind is None),
        used_resources=HeldResources(HeldResource(kind, key) for kind, key, _ in used if kind is not None),
        uses={name: at for _, name, at in used},
    )


def _required(market: str, at: datetime) -> tuple[datetime, list[str], list[JsonObject]]:
    """Return what the network required of a market's nodes at a moment: images and resources, and that moment.

    It is a later one where the list was first read then. One query, of all that the list ever had.
    """
    with connection.cursor() as cursor:
        cursor.execute(_REQUIRED, {"market": market})
        rows: Sequence[tuple[str | None, str | None, datetime, datetime | None]] = cursor.fetchall()
    read_at = max(at, min((since for image, _, since, _ in rows if image is not None), default=at))
    then = [row for row in rows if row[2] <= read_at and (row[3] is None or row[3] > read_at)]
    images = [image for image, _, _, _ in then if image is not None]
    return read_at, images, [json.loads(spec) for _, spec, _, _ in then if spec is not None]


def _used(job: Job, at: datetime) -> Sequence[tuple[str | None, str, datetime]]:
    """Return the images and resources that the node's jobs used in the day before: type, name, when last; one query."""
    times = {"at": at, "since": at - _REACH, "kept": at - KEPT}
    with connection.cursor() as cursor:
        cursor.execute(_USED, {**times, "node": job.node, "job": job.pk, "most": _MOST})
        found: Sequence[tuple[str | None, str, datetime]] = cursor.fetchall()
    return found
