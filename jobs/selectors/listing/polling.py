"""What came since a page of the job list was made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils import timezone

from explorer import paging
from explorer.kept import kept
from explorer.paging import Count
from jobs.models import Job
from jobs.selectors.listing.boxes import TooSlow, time_box
from jobs.selectors.listing.figures import SEEN, Row, Seen, markets, rows
from jobs.selectors.listing.filtering import matching

NEWS_CAP: Final = 99
#: A poll may take no longer; milliseconds.
NEWS_MS: Final = 250
#: A clock of the network may be so far ahead; a job that was listed later than that is never news, nor ends them.
AHEAD: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class News:
    """What the list's live bar needs: since when, what came, and which rows; no count if that took too long."""

    since: str
    count: Count | None = Count(0, is_capped=False)
    changed: Sequence[Row] = ()


def watch(page: Sequence[Seen]) -> News:
    """Return what a page that is made now has to ask for later; a query, kept, that reads the end of an index.

    What counts is when jobs were listed, by the chain's clock: later than the newest job that is known of any kind,
    and than those on the page, which may have come since that was read.
    """
    horizon = timezone.now() + AHEAD
    return News(max([_newest(), *(job.order_at for job in page if job.order_at <= horizon)]).isoformat())


@kept
def _newest() -> datetime:
    """Return when the job was listed that was listed last, but for those far ahead; now without any. One query."""
    return Job.objects.newest_listing(timezone.now() + AHEAD) or timezone.now()


def news(wanted: Mapping[str, Any], since: datetime, shown: Sequence[str]) -> News:
    """Return how many of a filter's jobs were listed since, and the rows shown unfinished as they are now.

    Three queries at most.
    """
    try:
        with time_box(NEWS_MS):
            listed = matching(wanted).listed_since(since).filter(order_at__lte=timezone.now() + AHEAD)
            count = paging.capped_count(listed, NEWS_CAP)
    except TooSlow:
        count = None
    found = [Seen(*row) for row in Job.objects.filter(pk__in=shown).values_list(*SEEN)] if shown else []
    return News(since.isoformat(), count, rows(found, markets()))
