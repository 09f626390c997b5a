"""`POST /api/validate`: whether the network accepts the definition in the body, and what is odd about it."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from jobs.definition.check import check
from jobs.definition.document import LIMIT
from jobs.definition.validation.profiles import PROFILES


@csrf_exempt  # it changes nothing, and uses no session
@require_POST
def validate(request: HttpRequest) -> JsonResponse:
    """Answer the verdict and the findings; 413 for a body over 1 MB, 400 for an unknown `profile`. No SQL, no HTTP.

    A text that cannot be read is answered with what is wrong with it.
    """
    if int(request.META.get("CONTENT_LENGTH") or 0) > LIMIT or len(request.body) > LIMIT:
        return JsonResponse({"error": f"The definition is longer than {LIMIT:,} bytes."}, status=413)
    wanted = request.GET.get("profile", "network")
    profile = next((name for name in PROFILES if name == wanted), None)
    if profile is None:
        return JsonResponse({"error": f'"profile" is one of {", ".join(PROFILES)}.'}, status=400)
    report = check(request.body, profile=profile)
    return JsonResponse({"valid": report.valid, "findings": [finding.as_json() for finding in report.findings]})
