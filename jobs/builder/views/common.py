"""What the builder's views share: whose draft it is, the revision a change was made on, and the page of a conflict."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.template.loader import render_to_string

from jobs.builder import store
from jobs.builder.form.shown import encodable
from jobs.builder.owners import owner_of
from jobs.builder.page import page_of
from jobs.definition.edit.diff import diff_texts
from jobs.models import Draft

_GONE = (
    "This draft is gone, or it belongs to another browser or account. Drafts are deleted when nobody opened them for "
    "90 days; to show one to others, its owner makes a link under “Share”."
)
_HIGHEST = 2**31


def draft_of(request: HttpRequest, draft_id: str) -> Draft:
    """Return one of the reader's own drafts; a page that says that there is none (404) for anybody else's."""
    try:
        return store.find(owner_of(request), draft_id)
    except Draft.DoesNotExist as error:
        raise Http404(_GONE) from error


def seen_by(request: HttpRequest) -> int:
    """Return the revision on which a posted change was made (field `seen`)."""
    return number_in(request, "seen")


def number_in(request: HttpRequest, name: str) -> int:
    """Return a posted field that holds a number; answers 400 for anything else."""
    value = request.POST.get(name, "")
    if not (value.isascii() and value.isdigit() and int(value[:12]) < _HIGHEST):
        raise BadRequest(f"The field “{name}” says which state of the draft was changed; it is a number.")
    return int(value)


def back_to(draft: Draft, at: str = "") -> HttpResponseRedirect:
    """Return to the draft's page, at a place in the definition if there is one."""
    url = draft.get_absolute_url()
    return redirect(f"{url}?{urlencode({'at': at})}" if at else url)


def conflicted(request: HttpRequest, draft: Draft, *, mine: str | None) -> HttpResponse:
    """Say that the draft was changed elsewhere (409); `mine` is the text that was not saved, None if there is none."""
    version = store.version_of(draft)
    changes = None if mine is None else diff_texts(version.text, mine)
    context = {"draft": draft, "mine": mine, "version": version, "diff": changes}
    return render(request, "builder/conflict.html", context, status=409)


def refused(request: HttpRequest, draft: Draft, problem: str) -> HttpResponse:
    """Show the draft as it is, and say why the change was not made (422)."""
    return draft_page(request, {**page_of(request, draft), "problem": problem}, status=422)


def draft_page(request: HttpRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """Render a draft's page. Names in its text may hold half a character, which no page can: they show as U+FFFD."""
    return HttpResponse(encodable(render_to_string("builder/draft.html", context, request)), status=status)


def json_file(body: bytes, *, name: str, is_download: bool) -> HttpResponse:
    """Return bytes as JSON, as a file to keep if asked for; nothing that keeps them in a cache."""
    response = HttpResponse(body, content_type="application/json; charset=utf-8")
    if is_download:
        safe = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in name).strip("-")
        response["Content-Disposition"] = f'attachment; filename="{safe or "definition"}.json"'
    return response
