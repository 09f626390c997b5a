"""The search."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from jobs.selectors import search as selectors


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Go to the only hit; show several; say what was looked for when there is none."""
    query = selectors.read(request.GET.get("q", ""))
    if not query.text:
        return render(request, "jobs/search.html", {"found": None})
    found = selectors.search(query)
    if len(urls := found.urls) == 1:
        return redirect(urls[0])
    return render(request, "jobs/search.html", {"found": found, "is_empty": not urls}, status=200 if urls else 404)
