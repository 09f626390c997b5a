"""The page that describes every field of a definition."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from jobs.builder.form.describing import chapters


@require_safe
def fields(request: HttpRequest) -> HttpResponse:
    """Show every field with what it takes, what a node does with it, and the findings about it; no query."""
    return render(request, "builder/fields.html", {"chapters": chapters()})
