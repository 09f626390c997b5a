"""What the list of jobs shows: rows with their figures, counts, and what came since a page was made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.db.models import Count, Q
from django.http import QueryDict
from django.utils import timezone

from explorer import paging
from explorer.money import cost, paid_seconds
from explorer.paging import Page, keyset_page, query_string
from jobs.choices import OUTCOMES, STATES, WITHDRAWN, JobState
from jobs.models import Job, JobQuerySet
from markets.models import Market

ORDER = ("phase", "-order_at", "-address")
#: A fragment inside another page shows so many jobs.
EMBEDDED = 10
COUNT_CAP = 10_000
NEWS_CAP = 99


@dataclass(frozen=True, slots=True)
class Row:
    """A job in a list. Seconds are whole; `share` is of the timeout, for a job that runs."""

    job: Job
    begins_block: bool  # the first running, the first finished one
    seconds: int | None
    share: float | None
    usd: Decimal | None
    nos: Decimal | None  # only where the job's USD rate is not known
    is_limit: bool  # the cost is what it can be at most
    queue_place: int | None
    queue_length: int | None

    @property
    def more_ops(self) -> int:
        """How many ops there are besides the one whose image is shown."""
        return max((self.job.op_count or 0) - 1, 0)


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a filter, with how many jobs it would show; None where that is not counted."""

    value: str
    label: str
    is_chosen: bool
    count: paging.Count | None = None


@dataclass(frozen=True, slots=True)
class Chip:
    """An active filter, and the query string without it."""

    name: str
    value: str
    url: str


def jobs(wanted: Mapping[str, Any]) -> JobQuerySet:
    """Return the jobs that a filter's values ask for."""
    places = {name: wanted[name] for name in ("market", "node", "deployer") if name in wanted}
    found = Job.objects.of(**places).that_went(wanted.get("outcome", ""))
    return found.in_states(wanted.get("state", ()))


def page_of(wanted: Mapping[str, Any], params: QueryDict, size: int = paging.PAGE_SIZE) -> Page[Job]:
    """Return a page of the jobs asked for; one query. Raises BadCursor."""
    return keyset_page(jobs(wanted).with_names().with_queue_places(), ORDER, params, size=size)


def rows(page: Sequence[Job]) -> list[Row]:
    """Return jobs of a list with their figures; no query."""
    now = timezone.now()
    return [
        _row(job, bool(before and before.phase != job.phase), now) for before, job in pairwise([None, *page]) if job
    ]


def _row(job: Job, begins_block: bool, now: datetime) -> Row:
    is_queued, is_running = job.state == JobState.QUEUED, job.state == JobState.RUNNING
    end = now if is_running else job.ended_at
    seconds = max(int((end - job.started_at).total_seconds()), 0) if job.started_at and end else None
    paid = job.timeout if is_queued else paid_seconds(started_at=job.started_at, ended_at=end, timeout=job.timeout)
    known = bool(is_queued or seconds is not None) and not job.delisted_at
    fee = job.market.network_fee_percentage
    found = cost(price=job.price, seconds=paid, usd_per_hour=job.usd_reward_per_hour, fee_percentage=fee)
    return Row(
        job=job,
        begins_block=begins_block,
        seconds=seconds,
        share=min(seconds / job.timeout, 1) if is_running and seconds is not None and job.timeout else None,
        usd=found.total_usd if known else None,
        nos=found.total_nos if known and found.total_usd is None else None,
        is_limit=is_queued,
        queue_place=getattr(job, "queue_place", None),
        queue_length=getattr(job, "queue_length", None),
    )


def state_choices(wanted: Mapping[str, Any]) -> list[Choice]:
    """Return the states with how many jobs each has among those the other filters leave; one query.

    At most COUNT_CAP jobs are counted, unfinished ones first, so that their numbers are exact.
    """
    others = {name: value for name, value in wanted.items() if name != "state"}
    by_state = {state.name.lower(): Count("pk", filter=Q(state=state)) for state in JobState}
    counted = jobs(others).order_by(*ORDER).values("pk", "state")[: COUNT_CAP + 1].aggregate(**by_state)
    is_capped = sum(counted.values()) > COUNT_CAP
    return [
        Choice(
            value,
            label,
            value in wanted.get("state", ()),
            # The rows beyond the cap are finished: only those numbers are too low.
            paging.Count(counted[value], is_capped and value in {"completed", "stopped"}) if value in counted else None,
        )
        for value, label in STATES
    ]


def total(states: Sequence[Choice], wanted: Mapping[str, Any]) -> paging.Count:
    """Return how many jobs a filter shows, from the counts of the states; withdrawn ones cost a query."""
    chosen = [choice for choice in states if choice.is_chosen] or states
    counts = [choice.count for choice in chosen if choice.count]
    number, is_capped = sum(count.number for count in counts), any(count.is_capped for count in counts)
    if WITHDRAWN in wanted.get("state", ()):
        withdrawn = paging.capped_count(jobs({**wanted, "state": [WITHDRAWN]}), COUNT_CAP)
        number, is_capped = number + withdrawn.number, is_capped or withdrawn.is_capped
    return paging.Count(min(number, COUNT_CAP), is_capped or number > COUNT_CAP)


def market_choices(markets: Sequence[Market], wanted: Mapping[str, Any]) -> list[Choice]:
    """Return the markets to choose from, and a chosen one that is not among them."""
    chosen = wanted.get("market", "")
    choices = [Choice(market.pk, str(market), market.pk == chosen) for market in markets]
    return choices if not chosen or any(c.is_chosen for c in choices) else [*choices, Choice(chosen, chosen, True)]


def chips(wanted: Mapping[str, Any], params: QueryDict, markets: Sequence[Market]) -> list[Chip]:
    """Return the active filters, each with the way to be rid of it."""
    labels: dict[str, str] = {**dict(STATES), **dict(OUTCOMES), **{market.pk: str(market) for market in markets}}
    single = [(name, wanted[name]) for name in ("outcome", "market", "node", "deployer") if name in wanted]
    active: list[tuple[str, str]] = [*(("state", value) for value in wanted.get("state", ())), *single]
    return [Chip(name, labels.get(value, value), query_string(_without(params, name, value))) for name, value in active]


def _without(params: QueryDict, name: str, value: str) -> QueryDict:
    left = params.copy()
    left.setlist(name, [other for other in params.getlist(name) if other != value])
    return left


@dataclass(frozen=True, slots=True)
class News:
    """What the list's live bar needs: since when, which rows may change, and what came."""

    since: str
    shown: str
    count: paging.Count
    changed: Sequence[Row] = ()


def watch(wanted: Mapping[str, Any], page: Sequence[Job]) -> News:
    """Return what a page that is made now has to ask for later; one query."""
    since = jobs(wanted).newest_listing() or timezone.now()
    return News(since.isoformat(), ",".join(_unfinished(page)), paging.Count(0, is_capped=False))


def news(wanted: Mapping[str, Any], since: datetime, shown: Sequence[str]) -> News:
    """Return how many jobs were listed since, and the rows that are shown unfinished as they are now; two queries."""
    count = paging.capped_count(jobs(wanted).listed_since(since), NEWS_CAP)
    found = list(Job.objects.filter(pk__in=shown).with_names().with_queue_places().newest_first()) if shown else []
    return News(since.isoformat(), ",".join(_unfinished(found)), count, rows(found))


def _unfinished(page: Sequence[Job]) -> Iterator[str]:
    return (job.pk for job in page if job.phase < 2 and not job.delisted_at)
