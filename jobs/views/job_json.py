"""A job as JSON: what its page shows, under the same address with ".json" for the slash.

Times are ISO 8601 in UTC, durations end in `_s` and are seconds, amounts are decimal texts, secrets are `***`, and what
is not known is null. An error is {"error": sentence}.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from explorer.formats import known_iso
from jobs.models import Job
from jobs.ops import Cache, OpView, Port, Resource
from jobs.reasons import Reason
from jobs.selectors import job as selectors
from jobs.selectors.bill import Bill
from jobs.selectors.course import Line
from jobs.selectors.job import JobPage
from jobs.views.found import found_job

Facts = dict[str, Any]


@require_safe
def job_json(request: HttpRequest, address: str) -> JsonResponse:
    """Answer `/jobs/<address>.json`; 404 for a job that is not known. At most twelve queries."""
    try:
        job = found_job(address)
    except Http404 as problem:
        return JsonResponse({"error": str(problem)}, status=404)
    page = selectors.job_page(job, selectors.known_result(job), settings.NETWORK.service_domain)
    return JsonResponse(_page(page), json_dumps_params={"indent": 2, "ensure_ascii": False})


def _page(page: JobPage) -> Facts:
    return {
        **_job(page.job),
        "is_confidential": page.is_confidential,
        "definition_error": (page.definition.error or None) if page.definition else None,
        "pulling_s": page.course.pulled,
        "reason": _reason(page.reason) if page.reason else None,
        "ending": page.ending or None,
        "cost": _bill(page.bill),
        "ops": [_op(op) for op in page.ops.rows],
        "more_ops": page.ops.more,
        "timeline": [_line(line) for line in page.course.lines],
        "expected_from_runs": page.course.runs,
    }


def _job(job: Job) -> Facts:
    ran = (job.ended_at - job.started_at).total_seconds() if job.started_at and job.ended_at else None
    return {
        "address": job.pk,
        "url": job.get_absolute_url(),
        "state": "withdrawn" if job.delisted_at else job.get_state_display().lower(),
        "outcome": job.outcome or None,
        "market": {"address": job.market_id, "name": job.market.name, "url": job.market.get_absolute_url()},
        "node": job.node or None,
        "deployer": job.deployer,
        "payer": job.payer,
        "trigger": job.trigger or None,
        "listed_at": known_iso(job.listed_at),
        "started_at": known_iso(job.started_at),
        "ended_at": known_iso(job.ended_at),
        "withdrawn_at": known_iso(job.delisted_at),
        "queued_s": (job.started_at - job.listed_at).total_seconds() if job.started_at and job.listed_at else None,
        "run_s": ran,
        "timeout_s": job.timeout,
        "price_micro_nos_per_s": job.price,
        "ipfs_definition": job.ipfs_job or None,
        "ipfs_result": job.ipfs_result or None,
    }


def _reason(reason: Reason) -> Facts:
    return {
        "sentence": f"{reason.lead} {reason.text}".strip(),
        "advice": reason.advice or None,
        "said": reason.said or (reason.line.text if reason.line else None),
        "log_line": reason.line.number if reason.line else None,
        "op": reason.op.id if reason.op else None,
        "pointer": reason.pointer or None,
    }


def _bill(bill: Bill) -> Facts:
    cost = bill.cost
    return {
        "paid_s": cost.seconds,
        "is_final": bill.is_final,
        "nos_per_hour": _amount(cost.nos_per_hour),
        "usd_per_hour": _amount(cost.usd_per_hour),
        "fee_percentage": _amount(cost.fee_percentage),
        "nos_usd_when_listed": _amount(bill.nos_then),
        "nos_usd_now": _amount(bill.nos_now),
        "total": {"nos": _amount(cost.total_nos), "usd": _amount(cost.total_usd)},
        "node": {"nos": _amount(cost.host_nos), "usd": _amount(cost.host_usd)},
        "fee": {"nos": _amount(cost.fee_nos), "usd": _amount(cost.fee_usd)},
        "deposit_nos": _amount(bill.deposit),
        "returned_nos": _amount(bill.returned) if bill.is_final else None,
    }


def _op(op: OpView) -> Facts:
    result = op.result
    return {
        "index": op.index,
        "id": op.id,
        "type": op.type or None,
        "group": op.group,
        "image": op.image or None,
        "image_cache": _cache(op.cache),
        "podman": op.runs.podman if op.runs else None,
        "docker": op.runs.docker if op.runs else None,
        "env": {one.name: "***" if one.hidden is not None else one.value for one in op.env.rows},
        "gpu": op.has_gpu,
        "ports": [_port(port) for port in op.ports.rows],
        "resources": [_resource(resource) for resource in op.resources.rows],
        "volumes": [{"name": name, "dest": dest} for name, dest in op.volumes.rows],
        "depends_on": list(op.depends_on.rows),
        "problems": list(op.problems),
        "results": {capture.name: list(capture.values.rows) for capture in op.captures.rows},
        "status": op.status or None,
        "outcome": op.verdict or None,
        "started_at": known_iso(result.started_at) if result else None,
        "ended_at": known_iso(result.ended_at) if result else None,
        "run_s": op.seconds,
        "exit_code": result.exit_code if result else None,
        "exit_meaning": op.exit_meaning or None,
        "errors": list(result.errors) if result else [],
        "diagnostics": dict(op.diagnostics),
    }


def _port(port: Port) -> Facts:
    return {
        "port": port.label,
        "type": port.type or None,
        "url": port.url,
        "deployment_url": port.shared_url,
        "health_checks": list(port.checks),
        "status": port.status or None,
        "note": port.note or None,
    }


def _resource(resource: Resource) -> Facts:
    return {
        "type": resource.type,
        "name": resource.name,
        "key": resource.key or None,
        "target": resource.target or None,
        "cache": _cache(resource.cache),
    }


def _cache(cache: Cache | None) -> Facts | None:
    return {"status": cache.status, "label": cache.label, "reason": cache.reason} if cache else None


def _line(line: Line) -> Facts:
    row = line.row
    return {
        "op": line.op,
        "due_s": row.due,
        "waited_s": row.waited,
        "started_s": row.started,
        "run_s": row.ran,
        "expected_run_s": line.expected,
    }


def _amount(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{round(amount, 12).normalize():f}"
