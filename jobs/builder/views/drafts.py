"""A person's drafts, and the ways to start another."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from jobs.builder import store, templates
from jobs.builder.listing import listed
from jobs.builder.owners import owner_of
from jobs.builder.sources import NoStart, start_of
from jobs.builder.starters import STARTERS
from jobs.builder.views.common import back_to
from jobs.models.draft import KEPT


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def drafts(request: HttpRequest) -> HttpResponse:
    """Show the reader's drafts and the ways to start; makes a draft of what is posted and goes to it."""
    if request.method != "POST":
        return _page(request)
    try:
        owner = owner_of(request)
        start = start_of(request.POST, request.FILES, owner=owner)
        draft = store.create(owner=owner, start=start)
    except NoStart as refusal:
        return _page(request, refusal.message, field=refusal.field, status=422)
    except store.Refused as refusal:
        return _page(request, str(refusal), status=422)
    return back_to(draft, request.POST.get("at", ""))


def _page(request: HttpRequest, problem: str = "", *, field: str = "", status: int = 200) -> HttpResponse:
    """Render the page, with the input of a POST that was refused; one query."""
    context = {
        "drafts": listed(owner_of(request).drafts().newest_first()),
        "problem": problem,
        "field": field,
        "typed": request.POST,
        "starters": STARTERS,
        "template_count": len(templates.every()),
        "days": KEPT.days,
    }
    return render(request, "builder/drafts.html", context, status=status)
