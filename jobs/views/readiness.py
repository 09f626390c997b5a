"""`POST /api/readiness?timeout=SECONDS`: where the definition in the body would start how soon, and for how much."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from jobs.definition.check import check_document
from jobs.definition.document import LIMIT, read
from jobs.readiness import readiness as answered

#: Seconds, where the request does not say.
DEFAULT_TIMEOUT: Final = 3600
#: The longest a job may be posted for, 100 hours (the network's dashboard, useTimeoutConstants).
LONGEST_TIMEOUT: Final = 360_000


@csrf_exempt  # it changes nothing, and uses no session
@require_POST
def readiness(request: HttpRequest) -> JsonResponse:
    """Answer every listed market, best first.

    413 for a body over 1 MB, 400 for a timeout that cannot be used, 422 with the findings for a text that cannot be
    read as a definition, or has no op. At most nine queries, no HTTP.
    """
    if int(request.META.get("CONTENT_LENGTH") or 0) > LIMIT or len(request.body) > LIMIT:
        return JsonResponse({"error": f"The definition is longer than {LIMIT:,} bytes."}, status=413)
    timeout = _timeout(request.GET.get("timeout", str(DEFAULT_TIMEOUT)))
    if timeout is None:
        message = f'"timeout" is a whole number of seconds from 1 to {LONGEST_TIMEOUT:,}.'
        return JsonResponse({"error": message}, status=400)
    document = read(request.body)
    if not isinstance(document.value, dict) or not document.ops:
        findings = [finding.as_json() for finding in check_document(document).findings]
        is_read = isinstance(document.value, dict)
        error = "The definition has no op: there is nothing to start." if is_read else "The text is not a definition."
        return JsonResponse({"error": error, "findings": findings}, status=422)
    return JsonResponse(answered(document.value, timeout=timeout).as_json())


def _timeout(written: str) -> int | None:
    """Return a usable number of seconds, else None."""
    text = written.strip()
    if not text.isascii() or not text.isdigit() or len(text) > len(str(LONGEST_TIMEOUT)):
        return None
    return int(text) if 1 <= int(text) <= LONGEST_TIMEOUT else None
