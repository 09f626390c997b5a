"""The form's buttons: every one posts the whole form, and leads back to the place that it changed."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from jobs.builder import store
from jobs.builder.form.acting import Acted, attempt
from jobs.builder.form.keeping import FORGETFUL, Kept
from jobs.builder.form.naming import control_id
from jobs.builder.views.common import conflicted, draft_of, number_in, refused, seen_by
from jobs.builder.visit import Said, say, visit_of
from jobs.definition.document import Document, read
from jobs.definition.edit.splices import EditError
from jobs.models import Draft, DraftVersion


@require_POST
def edit(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Take over the posted controls, do what the pressed button says (`action`), and lead back to the place."""
    found, seen = draft_of(request, draft_id), seen_by(request)
    visit = visit_of(request, found)
    try:
        if found.revision != seen:
            return conflicted(request, found, mine=_acted(request, _seen(request, found), FORGETFUL).text)
        acted = _acted(request, read(store.text_of(found)), visit)
        saved = store.save(found, text=acted.text, seen=seen, label=acted.label)
    except store.Conflict as conflict:
        return conflicted(request, conflict.draft, mine=acted.text)
    except (store.Refused, EditError) as problem:
        return refused(request, found, str(problem))
    visit.pick(read(acted.text), dict(acted.picks))
    say(request.session, saved, Said(acted.notes, acted.refusals))
    return _back_to(saved, acted.at or request.POST.get("at", ""))


def _acted(request: HttpRequest, document: Document, kept: Kept) -> Acted:
    return attempt(document, request.POST.get("action", ""), request.POST, kept=kept)


def _seen(request: HttpRequest, draft: Draft) -> Document:
    """Return the version that the form showed; the present one where that is gone."""
    try:
        return read(store.version_of(draft, number_in(request, "number")).text)
    except DraftVersion.DoesNotExist:
        return read(store.text_of(draft))


def _back_to(draft: Draft, at: str) -> HttpResponseRedirect:
    """Return to the draft's page, at the control that was changed."""
    anchor = control_id(at) if at.count("/") > 2 or (at and not at.startswith("/ops")) else "form"
    query = f"?{urlencode({'at': at})}" if at else ""
    return redirect(f"{draft.get_absolute_url()}{query}#{anchor}")
