"""What the sums over jobs say of markets and nodes. Reached by the name of their model: this app does not know jobs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.apps import apps
from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

#: How many days "lately" is, today included.
LATELY = 7


class Success(NamedTuple):
    """How many jobs succeeded of those that were judged."""

    succeeded: int = 0
    judged: int = 0

    @property
    def share(self) -> float | None:
        """The share of successes, from 0 to 1; None while no job was judged."""
        return self.succeeded / self.judged if self.judged else None

    @property
    def failed(self) -> int:
        """How many failed."""
        return self.judged - self.succeeded


def sums(dimension: str, unit: str) -> QuerySet[Any]:
    """Return the sums over jobs by market or node, by the hour, by the day or "ever" (jobs/models/rollup.py)."""
    return sums_in(dimension, Q(unit=unit))


def sums_in(dimension: str, within: Q) -> QuerySet[Any]:
    """Return the sums over jobs by market or node that satisfy a condition on their unit, and their time."""
    return apps.get_model("jobs", "JobRollup")._default_manager.filter(within, dimension=dimension).order_by()


def midnight(days: int = 0) -> datetime:
    """Return when the day so many days ago began, in UTC."""
    return timezone.now().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days)


def success_lately() -> dict[str, Success]:
    """Return how the jobs went that ended in the last days, by market; one query."""
    days = sums("market", "day").filter(at__gt=midnight(LATELY))
    counted = days.values_list("key").annotate(Sum("ended_succeeded"), Sum("ended_failed"))
    return {key: Success(succeeded, succeeded + failed) for key, succeeded, failed in counted}
