"""Between which times the jobs of a filter were listed, as the other times that it asks for say.

A job begins after it was listed and ends after that, and some job waited longest of all: so a list of what began in
March need not look at what was listed in January, nor at what was listed in April.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db.models import Q
from django.utils import timezone

from explorer.kept import kept
from jobs.models import Job
from jobs.models.job import SLACK

_MINIMUM: Final = datetime.min.replace(tzinfo=UTC)
_MAXIMUM: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time from its first moment to one beyond it; None leaves that end open."""

    first: datetime | None = None
    beyond: datetime | None = None

    def within(self, others: Iterable[Span]) -> Span:
        """Return what this one has in common with others."""
        spans = [self, *others]
        first = max((span.first for span in spans if span.first), default=None)
        return Span(first, min((span.beyond for span in spans if span.beyond), default=None))

    def condition(self, column: str) -> Q:
        """Return the condition that a column lies in it."""
        return Q((f"{column}__gte", self.first)) & self.until(column) if self.first else self.until(column)

    def until(self, column: str) -> Q:
        """Return the condition that a column lies before its end; none for an open one."""
        return Q((f"{column}__lt", self.beyond)) if self.beyond else Q()


@dataclass(frozen=True, slots=True)
class Drift:
    """How far the times of a job lie from when it was listed, at most."""

    wait: timedelta  # until it began
    life: timedelta  # until it ended
    #: Whether none began or ended before it was listed, but for SLACK.
    is_forward: bool


#: How much later than its listing a job has at most a time that a list is sorted by.
LATEST: Final[Mapping[str, Callable[[Drift], timedelta]]] = {
    "started_key": lambda drift: drift.wait,
    "ended_key": lambda drift: drift.life,
}


@kept
def drift() -> Drift:
    """Return what holds for all jobs; three queries of indexes of the few that are unusual, kept.

    A job that has just waited longer than all before it may be missing from a list for as long as that is kept.
    """
    return Drift(Job.objects.longest_wait(), Job.objects.longest_life(), Job.objects.are_in_order())


def implied(wanted: Mapping[str, Any]) -> Span:
    """Return when a filter's jobs were listed, as far as when they began and ended says it."""
    if not wanted.keys() & {"started_from", "started_to", "ended_from", "ended_to"}:
        return Span()
    known = drift()
    firsts = {"started_from": known.wait, "ended_from": known.life}
    beyonds = ("started_to", "ended_to") if known.is_forward else ()
    return Span().within(
        [
            *(Span(first=moved(wanted[name], -most)) for name, most in firsts.items() if name in wanted),
            *(Span(beyond=moved(wanted[name], SLACK)) for name in beyonds if name in wanted),
        ]
    )


def listed(wanted: Mapping[str, Any]) -> Span:
    """Return when a filter's jobs were listed, as far as all its times say it."""
    return implied(wanted).within([Span(wanted.get("listed_from"), wanted.get("listed_to"))])


def moved(moment: datetime, by: timedelta) -> datetime:
    """Return the moment so much later; the end of time that is next to it where no calendar has it."""
    try:
        return moment + by
    except OverflowError:
        return _MINIMUM if by < timedelta() else _MAXIMUM


@kept
def newest() -> datetime:
    """Return when the job was listed that was listed last, now without any; a query that reads the end of an index."""
    return Job.objects.newest_listing() or timezone.now()
