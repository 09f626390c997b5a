"""Links to a draft: made and withdrawn by its owner, opened by anyone who has one."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jobs.builder import sharing, store
from jobs.builder.owners import owner_of
from jobs.builder.sources import Start
from jobs.builder.views.common import back_to, draft_of, json_file
from jobs.definition.masking import masked
from jobs.highlight import definition_code
from jobs.models import Draft, SharedDraft

_WITHDRAWN = "This link is gone: its owner withdrew it, or the draft it showed was deleted."


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def shares(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Show a draft's links and what the next one would hide; a POST makes one."""
    found = draft_of(request, draft_id)
    if request.method != "POST":
        return _page(request, found)
    try:
        sharing.share(found)
    except store.Refused as refusal:
        return _page(request, found, str(refusal), status=422)
    return redirect("builder:share", found.pk)


@require_POST
def share(request: HttpRequest, draft_id: str, token: str) -> HttpResponse:
    """Do with one of a draft's links what the button `do` says."""
    found = draft_of(request, draft_id)
    link = get_object_or_404(found.shares, token=token)
    action = _ACTIONS.get(request.POST.get("do", ""))
    if action is None:
        raise BadRequest("A link can be renewed and withdrawn; this was something else.")
    action(link)
    return redirect("builder:share", found.pk)


_ACTIONS: Mapping[str, Callable[[SharedDraft], object]] = {
    "renew": sharing.renew,
    "withdraw": lambda link: link.delete(),
}


@never_cache
@require_safe
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """Show what a link leads to, to read and to copy."""
    link = _link(token)
    return _shown(request, link)


@never_cache
@require_safe
def shared_definition(request: HttpRequest, token: str) -> HttpResponse:
    """Return the masked text of a link."""
    link = _link(token)
    return json_file(bytes(link.body), name=link.name, is_download="download" in request.GET)


@require_POST
def shared_copy(request: HttpRequest, token: str) -> HttpResponse:
    """Make a draft of the reader's own of what a link shows."""
    link = _link(token)
    start = Start(text=link.text, name=link.name, kind="shared", reference=link.token)
    try:
        return back_to(store.create(owner=owner_of(request), start=start))
    except store.Refused as refusal:
        return _shown(request, link, str(refusal), status=422)


def _link(token: str) -> SharedDraft:
    try:
        return SharedDraft.objects.select_related("draft").get(token=token)
    except SharedDraft.DoesNotExist as error:
        raise Http404(_WITHDRAWN) from error


def _shown(request: HttpRequest, link: SharedDraft, problem: str = "", *, status: int = 200) -> HttpResponse:
    context = {"link": link, "code": definition_code(link.text), "problem": problem}
    return render(request, "builder/shared.html", context, status=status)


def _page(request: HttpRequest, draft: Draft, problem: str = "", *, status: int = 200) -> HttpResponse:
    context = {
        "draft": draft,
        "links": draft.shares.all(),
        "names": masked(store.text_of(draft)).names,
        "origin": request.build_absolute_uri("/").rstrip("/"),
        "problem": problem,
    }
    return render(request, "builder/share.html", context, status=status)
