"""The versions of a draft: the list with comparison of any two, one of them, and going back to it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from jobs.builder import store
from jobs.builder import versions as history
from jobs.builder.views.common import back_to, conflicted, draft_of, json_file, refused, seen_by
from jobs.highlight import definition_code
from jobs.models import Draft, DraftVersion


@never_cache
@require_safe
def versions(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Show a draft's versions; `?from=3&to=17` compares two, `to` is the present one if it is left out."""
    found = draft_of(request, draft_id)
    asked = history.asked(found, request.GET)
    try:
        comparison = history.compare(found, *asked) if asked else None
    except DraftVersion.DoesNotExist as error:
        raise Http404(_NOT_KEPT) from error
    context = {"draft": found, "versions": history.versions_of(found), "comparison": comparison}
    return render(request, "builder/versions.html", context)


@never_cache
@require_safe
def version(request: HttpRequest, draft_id: str, number: int) -> HttpResponse:
    """Show a version's text, and how the draft differs from it now."""
    found = draft_of(request, draft_id)
    one = _version(found, number)
    context = {
        "draft": found,
        "version": one,
        "code": definition_code(one.text),
        "comparison": history.compare(found, number, found.number),
    }
    return render(request, "builder/version.html", context)


@never_cache
@require_safe
def definition(request: HttpRequest, draft_id: str, number: int) -> HttpResponse:
    """Return a version's exact bytes."""
    found = draft_of(request, draft_id)
    body = bytes(_version(found, number).body)
    return json_file(body, name=f"{found.name} {number}", is_download="download" in request.GET)


@require_POST
def restore(request: HttpRequest, draft_id: str, number: int) -> HttpResponse:
    """Make a version the draft's text again, as its next version."""
    found = draft_of(request, draft_id)
    _version(found, number)
    try:
        return back_to(store.restore(found, number=number, seen=seen_by(request)))
    except store.Conflict as conflict:
        return conflicted(request, conflict.draft, mine=None)
    except store.Refused as refusal:
        return refused(request, found, str(refusal))


_NOT_KEPT = "This version is not kept: a draft has its newest versions, its first one, and those that can be undone to."


def _version(draft: Draft, number: int) -> DraftVersion:
    try:
        return store.version_of(draft, number)
    except DraftVersion.DoesNotExist as error:
        raise Http404(_NOT_KEPT) from error
