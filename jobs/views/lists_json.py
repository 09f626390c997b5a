"""The overview and the list of jobs as JSON: `/overview.json`, and `/jobs.json` with the query string of `/jobs/`.

Times are ISO 8601 in UTC, durations end in `_s` and are seconds, shares go from 0 to 1, amounts are decimal texts, and
what is not known is null. An error is {"error": sentence}.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from explorer.formats import iso, known_iso
from explorer.paging import BadCursor
from jobs.choices import JobState
from jobs.forms import filter_of
from jobs.models import Job
from jobs.selectors import ended, listing
from jobs.selectors import overview as selectors
from jobs.selectors.ended import Ended
from jobs.selectors.listing import Row
from jobs.selectors.overview import Busy, Live

Facts = dict[str, Any]
#: What a query string may say of a place in the list, besides the filter.
PLACES = ("after", "before")


@require_safe
def job_list(request: HttpRequest) -> JsonResponse:
    """Answer `/jobs.json`: {"jobs": […], "newer", "older"}; 400 for a filter or place that cannot be, 503 too slow."""
    form = filter_of(request.GET)
    if not form.is_valid():
        return _refusal(" ".join(form.sentences), 400)
    params = form.canonical
    params.pop("at", None)
    params.update({name: request.GET[name] for name in PLACES if request.GET.get(name)})
    try:
        page = listing.page_of(form.wanted, params, at=form.jump)
    except BadCursor as problem:
        return _refusal(str(problem), 400)
    except listing.TooSlow:
        return _refusal("Finding these jobs takes too long just now.", 503)
    rows = listing.rows(page.rows, listing.markets())
    ends = {"newer": page.newer, "older": page.older}
    links = {name: f"{request.path}{query}" if query else None for name, query in ends.items()}
    return _answer({"jobs": [_row(row) for row in rows], **links})


@require_safe
def overview(request: HttpRequest) -> JsonResponse:
    """Answer `/overview.json`: what the network does now, what ended in the last `hours`, markets and newest jobs."""
    asked = ended.range_of(request.GET.get("hours"))
    if asked is None:
        return _refusal("The chart's range is one of 24, 48, 168 and 720 hours.", 400)
    board = selectors.board()
    return _answer(
        {
            "now": _live(selectors.live()),
            "ended": _ended(ended.ended_jobs(asked)),
            "markets": [_busy(row) for row in board.rows],
            "market_count": board.total,
            "newest_jobs": [_newest(job) for job in selectors.newest_jobs()],
        }
    )


def _live(live: Live) -> Facts:
    return {
        "queued": live.queued,
        "longest_wait_s": live.longest_wait.total_seconds() if live.longest_wait else None,
        "running": live.running,
        "nodes_busy": live.nodes,
        "completed_today": live.completed,
        "succeeded_today": live.succeeded,
        "failed_today": live.failed,
        "unknown_today": live.unknown,
        "success_share_today": live.success_share,
        "gpu_hours_today": round(live.gpu_hours, 3),
        "spent_today": {"nos": _amount(live.spent_nos), "usd": _amount(live.spent_usd)},
    }


def _ended(found: Ended) -> Facts:
    bins = [{"at": iso(b.at), "completed": b.completed, "stopped": b.stopped, "failed": b.failed} for b in found.bins]
    return {"hours": found.range.hours, "bin_s": found.range.bar_hours * 3600, "bins": bins}


def _busy(busy: Busy) -> Facts:
    row, market = busy.row, busy.row.market
    return {
        "address": market.pk,
        "name": market.name,
        "slug": market.slug or None,
        "url": market.get_absolute_url(),
        "running": row.running,
        "jobs_waiting": market.jobs_waiting,
        "nodes_free": market.nodes_free,
        "success_share_7_days": row.success.share,
        "usd_per_hour": _amount(market.usd_per_hour),
    }


def _newest(job: Job) -> Facts:
    return {
        "address": job.pk,
        "url": job.get_absolute_url(),
        "state": _state(job.state, job.delisted_at),
        "outcome": job.outcome or None,
        "market": {"address": job.market_id, "name": job.market.name},
        "image": job.image or None,
        "listed_at": known_iso(job.listed_at),
    }


def _row(row: Row) -> Facts:
    job, market = row.job, row.market
    return {
        "address": job.pk,
        "url": reverse("jobs:detail", args=[job.pk]),
        "state": _state(job.state, job.delisted_at),
        "outcome": job.outcome or None,
        "market": {"address": job.market_id, "name": market.name if market else ""},
        "node": job.node or None,
        "deployer": job.deployer,
        "payer": job.payer,
        "trigger": job.trigger or None,
        "image": job.image or None,
        "op_count": job.op_count,
        "listed_at": known_iso(job.listed_at),
        "started_at": known_iso(job.started_at),
        "ended_at": known_iso(job.ended_at),
        "withdrawn_at": known_iso(job.delisted_at),
        "run_s": row.seconds,
        "timeout_s": job.timeout,
        "queue_place": row.queue_place,
        "price_micro_nos_per_s": job.price,
        "nos_per_hour": _amount(row.nos_per_hour),
        "total": {"nos": _amount(row.nos), "usd": _amount(row.usd), "is_most": row.is_limit},
    }


def _state(state: int, delisted_at: datetime | None) -> str:
    """Return the word for a state; a number the network may add stands for itself."""
    known = state in JobState.values
    return "withdrawn" if delisted_at else JobState(state).label.lower() if known else f"state {state}"


def _amount(number: Decimal | None) -> str | None:
    return None if number is None else f"{number.normalize():f}"


def _answer(facts: Facts) -> JsonResponse:
    return JsonResponse(facts, json_dumps_params={"indent": 2, "ensure_ascii": False})


def _refusal(sentence: str, status: int) -> JsonResponse:
    return JsonResponse({"error": sentence}, status=status)
