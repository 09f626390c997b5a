"""The newest jobs of a filter as an Atom 1.0 feed (RFC 4287)."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.http import QueryDict
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape

from explorer.formats import duration, iso
from explorer.text import shortened, visible
from jobs.choices import JobState
from jobs.models import Result
from jobs.selectors import listing
from markets.models import Market

NEWEST = 50
#: When a feed without jobs was changed last: never, so that it is the same feed each time.
EMPTY = datetime(2020, 1, 1, tzinfo=UTC)


class _Feed(Atom1Feed):
    """Django's feed, with a time for an empty one that does not go on."""

    def latest_post_date(self) -> datetime:
        return super().latest_post_date() if self.items else EMPTY


def newest(wanted: Mapping[str, Any]) -> list[listing.Seen]:
    """Return the jobs of a filter that were listed last; raises TooSlow as the list does, a query or two."""
    return listing.page_of({**wanted, "sort": "-listed"}, QueryDict(), size=NEWEST).rows


def _changed(job: listing.Seen, read_at: datetime | None) -> datetime:
    """Return when a job changed last: on the chain, or when its result was read, which says how it went."""
    times = (job.order_at, job.started_at, job.ended_at, job.delisted_at, read_at)
    return max(moment for moment in times if moment is not None)


def _read_at(jobs: Sequence[listing.Seen]) -> dict[str, datetime]:
    """Return when the results of jobs were read, of those whose were; one query."""
    found = Result.objects.filter(job__in=[job.address for job in jobs]).values_list("job", "fetched_at")
    return {job: at for job, at in found if at}


def title(words: Sequence[str]) -> str:
    """Return a feed's title for the values of its filter."""
    return shortened(" · ".join(["Nosana jobs", *map(visible, words)]), 200)


def atom(jobs: Sequence[listing.Seen], *, title: str, page: str, here: str) -> str:
    """Return the feed as XML; `page` and `here` are the whole URLs of the list and of the feed.

    Two queries, for the markets' names and the times of results. Ids depend on the network and the address only: a job
    keeps its id on any server. What the network says passes through `visible`, which leaves only characters that XML
    may hold.
    """
    markets, read_at = listing.markets(), _read_at(jobs)
    feed = _Feed(
        title=title, link=page, description=None, feed_url=here, feed_guid=_id(page.partition("?")[2] or "all")
    )
    for job in jobs:
        feed.add_item(
            title=_headline(job, markets.get(job.market_id)),
            link=urljoin(page, reverse("jobs:detail", args=[job.address])),
            description=escape(_summary(job)),
            unique_id=_id(job.address),
            pubdate=job.order_at,
            updateddate=_changed(job, read_at.get(job.address)),
            author_name=visible(job.deployer),
            categories=[_word(job).lower()],
        )
    return str(feed.writeString("utf-8"))


def digest(text: str) -> str:
    """Return what tells one state of a feed from another."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _id(name: str) -> str:
    return uuid.uuid5(uuid.NAMESPACE_URL, f"nosana:{settings.NETWORK.name}:jobs:{name}").urn


def _word(job: listing.Seen) -> str:
    if job.delisted_at:
        return "Withdrawn"
    if job.outcome == "failed":
        return "Failed"
    return str(JobState(job.state).label) if job.state in JobState.values else f"State {job.state}"


def _headline(job: listing.Seen, market: Market | None) -> str:
    runs = shortened(visible(job.image), 120) or job.address
    return f"{_word(job)}: {runs} on {shortened(visible(market or job.market_id), 60)}"


def _summary(job: listing.Seen) -> str:
    facts = [("Job", job.address), ("Deployer", job.deployer), ("Node", job.node)]
    facts += [("Listed", iso(job.listed_at))] if job.listed_at else []
    facts += [("Started", iso(job.started_at))] if job.started_at else []
    facts += [("Ended", iso(job.ended_at))] if job.ended_at else []
    facts += [("Ran for", duration(job.duration))] if job.duration is not None else []
    return ", ".join(f"{name} {visible(value)}" for name, value in facts if value)
