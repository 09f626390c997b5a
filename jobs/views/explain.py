"""`POST /api/explain`: what a node will do with the definition in the body."""

from __future__ import annotations

import math

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from jobs.definition.check import check
from jobs.definition.document import LIMIT
from jobs.definition.explain.context import Context
from jobs.definition.explain.report import explain as explained

#: No address, and nothing else that a literal stands for here, is longer.
_LONGEST = 200


@csrf_exempt  # it changes nothing, and uses no session
@require_POST
def explain(request: HttpRequest) -> JsonResponse:
    """Answer plan, ops and findings; 413 for a body over 1 MB, 400 for a parameter that cannot be used.

    Parameters: job, node, project (addresses) and at (seconds since 1970). A text that cannot be read is answered with
    what is wrong with it. No SQL, no HTTP.
    """
    if int(request.META.get("CONTENT_LENGTH") or 0) > LIMIT or len(request.body) > LIMIT:
        return _refusal(f"The definition is longer than {LIMIT:,} bytes.", 413)
    try:
        context = _context(request)
    except ValueError as problem:
        return _refusal(str(problem), 400)
    report = check(request.body)
    explanation = explained(report.document.value, context).as_json()
    return JsonResponse({**explanation, "findings": [finding.as_json() for finding in report.findings]})


def _context(request: HttpRequest) -> Context:
    job, node, project = (_address(request, name) for name in ("job", "node", "project"))
    domain = settings.NETWORK.service_domain
    return Context(job=job, node=node, project=project, at=_moment(request.GET.get("at", "")), domain=domain)


def _address(request: HttpRequest, name: str) -> str | None:
    value = request.GET.get(name, "").strip()
    if len(value) > _LONGEST:
        raise ValueError(f'"{name}" is longer than {_LONGEST} characters.')
    return value or None


def _moment(written: str) -> float | None:
    """Return seconds since 1970, None for now; ValueError for what is no finite number."""
    if not written:
        return None
    try:
        moment = float(written)
    except ValueError:
        moment = math.nan
    if not math.isfinite(moment):
        raise ValueError('"at" is not a number of seconds since 1970.')
    return moment


def _refusal(message: str, status: int) -> JsonResponse:
    return JsonResponse({"error": message}, status=status)
