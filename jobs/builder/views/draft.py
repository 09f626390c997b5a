"""A draft: its page, its text, its name, undo and redo, its end."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from jobs.builder import newlines, store
from jobs.builder.owners import owner_of
from jobs.builder.page import page_of
from jobs.builder.sources import Start
from jobs.builder.views.common import back_to, conflicted, draft_of, draft_page, json_file, refused, seen_by
from jobs.models import Draft


@never_cache
@require_safe
def draft(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Show a draft with its ops, form and text side by side; `?at=<JSON pointer>` opens that place."""
    found = draft_of(request, draft_id)
    return draft_page(request, page_of(request, found, at=request.GET.get("at", "")))


@never_cache
@require_safe
def definition(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Return the text's exact bytes; `?download` has the browser keep them as a file."""
    found = draft_of(request, draft_id)
    return json_file(bytes(store.version_of(found).body), name=found.name, is_download="download" in request.GET)


@require_POST
def text(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Keep the text that was typed into the text field as the next version."""
    found = draft_of(request, draft_id)
    typed = newlines.as_written(store.text_of(found), request.POST.get("text", ""))
    try:
        saved = store.save(found, text=typed, seen=seen_by(request), label="Text edited")
    except store.Conflict as conflict:
        return conflicted(request, conflict.draft, mine=typed)
    except store.Refused as refusal:
        return refused(request, found, str(refusal))
    return back_to(saved, request.POST.get("at", ""))


@require_POST
def undo(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Take the last step back."""
    return _step(request, draft_id, store.undo)


@require_POST
def redo(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Take the step again that was undone last."""
    return _step(request, draft_id, store.redo)


def _step(request: HttpRequest, draft_id: str, step: Callable[..., Draft]) -> HttpResponse:
    found = draft_of(request, draft_id)
    try:
        moved = step(found, seen=seen_by(request))
    except store.Conflict as conflict:
        return conflicted(request, conflict.draft, mine=None)
    except store.Refused as refusal:
        return refused(request, found, str(refusal))
    return back_to(moved, request.POST.get("at", ""))


@require_POST
def name(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Give the draft another name."""
    found = draft_of(request, draft_id)
    try:
        return back_to(store.rename(found, request.POST.get("name", "")))
    except store.Refused as refusal:
        return refused(request, found, str(refusal))


@require_POST
def read(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Put the report of what could not be imported away."""
    return back_to(store.forget_left_out(draft_of(request, draft_id)))


@require_POST
def copy(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Make another draft of the draft's text, or of `text`, one that could not be saved to it; goes to the copy."""
    found = draft_of(request, draft_id)
    now = store.text_of(found)
    typed = newlines.as_written(now, request.POST["text"]) if "text" in request.POST else now
    start = Start(text=typed, name=f"{found.name} (copy)", kind="copy", reference=found.name)
    try:
        return back_to(store.create(owner=owner_of(request), start=start))
    except store.Refused as refusal:
        return refused(request, found, str(refusal))


@require_POST
def delete(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Delete the draft with its versions and links."""
    draft_of(request, draft_id).delete()
    return redirect("builder:drafts")
