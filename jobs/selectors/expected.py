"""What earlier runs of a definition let expect of its ops."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import connection

from jobs.definition.explain.plan import Plan
from jobs.models import Definition, Job
from jobs.results import from_body
from jobs.timeline import Expected, learnt, timed

#: So many earlier runs are looked at, of so many definitions that do the same.
RUNS: Final = 20
_DEFINITIONS: Final = 50
_SAME: Final = """
SELECT key FROM jobs_definition WHERE fingerprint = %(fingerprint)s ORDER BY fetched_at DESC LIMIT %(most)s
"""
_EARLIER: Final = """
SELECT body::text FROM (
    SELECT address FROM jobs_job
    WHERE ipfs_job IN ({among}) AND ipfs_job <> '' AND phase = 2 AND delisted_at IS NULL AND order_at < %s
    ORDER BY order_at DESC LIMIT %s
) AS earlier JOIN jobs_result ON job_id = address WHERE body IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Prediction:
    """What to expect of each op, by its index, and from how many runs."""

    ops: Mapping[int, Expected] = field(default_factory=dict)
    runs: int = 0


def predicted(job: Job, definition: Definition | None, plan: Plan) -> Prediction:
    """Return what runs before this one let expect of it; two queries at most."""
    if definition is None or not plan.groups:
        return Prediction()
    runs = []
    for body in _earlier(job, _alike(definition)):
        result = from_body(body) if body else None
        if result and result.ended_at and (found := timed(plan, result, result.ended_at)):
            runs.append(found)
    return Prediction(learnt(runs), len(runs))


def _alike(definition: Definition) -> list[str]:
    """Return the keys of definitions that do the same, this one's first; one query where it has a fingerprint."""
    if not definition.fingerprint:
        return [definition.key]
    with connection.cursor() as cursor:
        cursor.execute(_SAME, {"fingerprint": definition.fingerprint, "most": _DEFINITIONS})
        return [definition.key, *(key for (key,) in cursor.fetchall())]


def _earlier(job: Job, keys: Sequence[str]) -> list[Any]:
    """Return what the nodes reported of the last runs of these definitions before a job; one query."""
    # A list of one is read from the index in its order; an array would be sorted.
    among = ", ".join(["%s"] * len(keys))
    with connection.cursor() as cursor:
        cursor.execute(_EARLIER.format(among=among), [*keys, job.order_at, RUNS])
        return [json.loads(body) for (body,) in cursor.fetchall()]
