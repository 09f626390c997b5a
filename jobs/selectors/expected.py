"""What earlier runs of a definition let expect of its ops."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from jobs.definition.explain.plan import Plan
from jobs.models import Definition, Job, Result
from jobs.results import from_body
from jobs.timeline import Expected, learnt, timed

#: So many earlier runs are looked at, of so many definitions that do the same.
RUNS: Final = 20
_DEFINITIONS: Final = 50


@dataclass(frozen=True, slots=True)
class Prediction:
    """What to expect of each op, by its index, and from how many runs."""

    ops: Mapping[int, Expected] = field(default_factory=dict)
    runs: int = 0


def predicted(job: Job, definition: Definition | None, plan: Plan) -> Prediction:
    """Return what runs before this one let expect of it; at most three queries."""
    if definition is None or not plan.groups:
        return Prediction()
    keys = [definition.key]
    if definition.fingerprint:
        same = Definition.objects.filter(fingerprint=definition.fingerprint).order_by("-fetched_at")
        keys += same.values_list("key", flat=True)[:_DEFINITIONS]
    earlier = Job.objects.present().filter(ipfs_job__in=keys, phase=2, order_at__lt=job.order_at).exclude(ipfs_job="")
    addresses = list(earlier.order_by("-order_at").values_list("pk", flat=True)[:RUNS])
    rows = Result.objects.filter(pk__in=addresses).exclude(body=None) if addresses else Result.objects.none()
    runs = []
    for body in rows.values_list("body", flat=True):
        result = from_body(body) if body else None
        if result and result.ended_at and (found := timed(plan, result, result.ended_at)):
            runs.append(found)
    return Prediction(learnt(runs), len(runs))
