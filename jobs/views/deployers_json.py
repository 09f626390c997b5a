"""The pages of jobs/views/deployers.py as JSON: the same addresses, ".json" for the last slash.

Money is text, so that no digit is lost, and has the network's fee in it unless `fee_percentage` is null.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from explorer.formats import known_iso
from explorer.paging import BadCursor
from jobs.filters.deployers import DeployerCharts, DeployerFilter
from jobs.models import Job
from jobs.selectors import charts, deployers
from jobs.selectors.deployer import DeployerPage, Running, Used
from jobs.selectors.deployers import Burn, Deployer
from jobs.views.deployers import page_or_404, spell_of
from markets.models import Market

Facts = dict[str, Any]


@require_safe
def deployer_list(request: HttpRequest) -> JsonResponse:
    """Answer `/deployers.json`: {"deployers": […], "newer", "older"}; 400 for a value that cannot be used."""
    form = DeployerFilter(request.GET)
    if not form.is_valid():
        return _refusal(" ".join(str(error) for errors in form.errors.values() for error in errors), 400)
    try:
        page, _ = deployers.page_of(**form.wanted(), order=form.order(), params=request.GET)
    except BadCursor as error:
        return _refusal(str(error), 400)
    ends = {
        "newer": f"{request.path}{page.newer}" if page.newer else None,
        "older": f"{request.path}{page.older}" if page.older else None,
    }
    return _answer({"deployers": [_row(row) for row in page.rows], **ends})


@require_safe
def deployer_detail(request: HttpRequest, address: str) -> JsonResponse:
    """Answer a deployer: figures, what burns now, running jobs, markets, images and the charts' bars; 404."""
    try:
        page = page_or_404(address)
    except Http404 as error:
        return _refusal(str(error), 404)
    form = DeployerCharts(request.GET)
    if not form.is_valid():
        return _refusal(" ".join(form.sentences), 400)
    return _answer({**_page(page), "charts": charts.told_as_json(spell_of(page, form))})


def _row(row: Deployer) -> Facts:
    return {
        "address": row.address,
        "running": row.running,
        "queued": row.queued,
        "burn": _burn(row.burn),
        "jobs": row.jobs,
        "succeeded": row.succeeded,
        "failed": row.failed,
        "success_share": row.success,
        "gpu_hours": row.gpu_hours,
        "spent_usd": _money(row.spent_usd),
        "spent_nos": _money(row.spent_nos),
        "last_listed_at": known_iso(row.last_at),
    }


def _page(page: DeployerPage) -> Facts:
    spent = page.spent
    return {
        "address": page.address,
        "jobs": page.ever.listed,
        "running": page.ever.running,
        "queued": page.ever.queued,
        "completed": page.ever.completed,
        "stopped": page.ever.stopped,
        "withdrawn": page.ever.withdrawn,
        "succeeded": page.ever.succeeded,
        "failed": page.ever.failed,
        "success_share": page.success,
        "gpu_hours": page.ever.gpu_hours,
        "mean_wait_s": page.ever.mean_wait_seconds,
        "spent_usd": _money(spent["usd"]),
        "spent_nos": _money(spent["nos"]),
        "spent_usd_30_days": _money(spent["usd_lately"]),
        "spent_nos_30_days": _money(spent["nos_lately"]),
        "fee_percentage": None if page.fee.percentage is None else _money(page.fee.percentage),
        "burn": _burn(page.burn),
        "running_jobs": [_running(running) for running in page.running],
        "first_listed_on": page.first_on.date().isoformat() if page.first_on else None,
        "last_listed_at": known_iso(page.last_at),
        "recent_jobs": page.recent.jobs,
        "markets": [_used(used) for used in page.recent.markets],
        "images": [_used(used) for used in page.recent.images],
    }


def _burn(burn: Burn) -> Facts:
    return {"jobs": burn.jobs, "nos_per_hour": _money(burn.nos), "usd_per_hour": _money(burn.usd)}


def _running(running: Running) -> Facts:
    job: Job = running.job
    return {
        "address": job.address,
        "market": job.market_id,
        "node": job.node or None,
        "started_at": known_iso(job.started_at),
        "timeout_s": job.timeout,
        "left_s": None if running.left is None else int(running.left),
        "cost_nos": _money(running.cost.total_nos),
        "cost_usd": _money(running.cost.total_usd),
    }


def _used(used: Used) -> Facts:
    name = {"address": used.entry.pk} if isinstance(used.entry, Market) else {"reference": used.entry.reference}
    return {**name, "jobs": used.jobs, "success_share": used.success, "last_listed_at": known_iso(used.last_at)}


def _money(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount.normalize():f}"


def _refusal(message: str, status: int) -> JsonResponse:
    return JsonResponse({"error": message}, status=status)


def _answer(facts: Facts) -> JsonResponse:
    return JsonResponse(facts, json_dumps_params={"indent": 2, "ensure_ascii": False})
