"""How a job's definition went elsewhere, and what its deployer ran before and after it."""

from __future__ import annotations

from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from explorer.formats import known_iso
from explorer.htmx import HtmxHttpRequest, render_page
from jobs.models import Job
from jobs.selectors import history as selectors
from jobs.selectors.history import History, Neighbour, Runs
from jobs.selectors.job import definition_of
from jobs.views.found import found_job

#: Of a definition without ops.
_NOTHING: Final[dict[str, Any]] = {
    **dict.fromkeys(("fingerprint", "is_capped", "all")),
    **{name: [] for name in ("markets", "nodes", "other_runs")},
    **dict.fromkeys(("before", "after")),
}


@require_safe
def history_page(request: HtmxHttpRequest, address: str) -> HttpResponse:
    """Show the history of a job's definition, or the part of it that the job's page asks for; seven queries at most."""
    job = found_job(address)
    history = selectors.history(job, definition_of(job))
    return render_page(request, "jobs/history.html", {"job": job, "history": history}, partial="history")


@require_safe
def history_json(request: HttpRequest, address: str) -> JsonResponse:
    """Answer with the same: `all`, `markets`, `nodes`, `other_runs`, `before` and `after`; 404 for no such job."""
    try:
        job = found_job(address)
    except Http404 as error:
        return JsonResponse({"error": str(error)}, status=404)
    found = selectors.history(job, definition_of(job))
    facts = {"job": job.address, **(_history(found) if found else _NOTHING)}
    return JsonResponse(facts, json_dumps_params={"indent": 2, "ensure_ascii": False})


def _history(found: History) -> dict[str, Any]:
    return {
        "fingerprint": (found.definition.fingerprint or None) if found.definition else None,
        "is_capped": found.is_capped,
        "all": _runs(found.all),
        "markets": [{"market": runs.place, **_runs(runs)} for runs in found.markets],
        "nodes": [{"node": runs.place, **_runs(runs)} for runs in found.nodes],
        "other_runs": [_job(other) for other in found.others],
        "before": _neighbour(found.before),
        "after": _neighbour(found.after),
    }


def _runs(runs: Runs) -> dict[str, Any]:
    return {
        "jobs": runs.jobs,
        "succeeded": runs.succeeded,
        "failed": runs.failed,
        "success_share": runs.success,
        "median_wait_s": runs.wait,
        "median_run_s": runs.ran,
        "newest_at": known_iso(runs.newest_at),
        "oldest_at": known_iso(runs.oldest_at),
    }


def _job(job: Job) -> dict[str, Any]:
    return {
        "address": job.address,
        "url": job.get_absolute_url(),
        "state": job.get_state_display().lower(),
        "outcome": job.outcome or None,
        "market": job.market_id,
        "node": job.node or None,
        "listed_at": known_iso(job.listed_at),
        "run_s": job.duration,
    }


def _neighbour(found: Neighbour | None) -> dict[str, Any] | None:
    if found is None:
        return None
    differences = [
        {"kind": row.kind, "op": group.op or None, "place": row.place, "pointer": row.pointer}
        for group in found.diff.groups
        for row in group.rows
    ]
    return {**_job(found.job), "total": found.diff.total, "differences": differences}
