"""The pages about findings: what each means, why, and an example with and without it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from jobs.definition.codes.catalogue import BY_CODE, ENTRIES


@require_safe
def finding_list(request: HttpRequest) -> HttpResponse:
    """List every code that checking a definition can report. No SQL but the frame's."""
    return render(request, "findings/list.html", {"entries": ENTRIES})


@require_safe
def finding(request: HttpRequest, code: str) -> HttpResponse:
    """Explain one code; 404 for one that does not exist. No SQL but the frame's."""
    if (entry := BY_CODE.get(code)) is None:
        raise Http404(f"There is no finding {code}.")
    return render(request, "findings/detail.html", {"entry": entry})
