"""A person's drafts, and the ways to start another."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from jobs.builder import store, templates
from jobs.builder.listing import listed
from jobs.builder.owners import owner_of
from jobs.builder.sources import NoStart, start_of
from jobs.builder.starters import STARTERS
from jobs.builder.views.common import back_to
from jobs.models.draft import KEPT

#: Every browser says one of these with every POST; no page can keep it from doing so.
_OF_BROWSERS: Final = ("Origin", "Referer", "Sec-Fetch-Site")


@csrf_exempt  # for programs (`curl -F definition=@job.json`), which no stranger's page can make post; see _protected
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def drafts(request: HttpRequest) -> HttpResponse:
    """Show the reader's drafts and the ways to start; makes a draft of what is posted and goes to it."""
    is_browser = any(name in request.headers for name in _OF_BROWSERS)
    return _protected(request) if is_browser else _answer(request)


def _answer(request: HttpRequest) -> HttpResponse:
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


#: A browser's POST comes with the token of our own form.
_protected = csrf_protect(_answer)


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
