"""What a draft's page asks for while somebody works on it, and the fix buttons where no script runs."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from explorer.htmx import HtmxHttpRequest, render_page
from jobs.builder import fixing, store
from jobs.builder.answering import answer
from jobs.builder.form.building import part_pointer
from jobs.builder.live import Stale, asked_of, step
from jobs.builder.newlines import shown
from jobs.builder.panels.runs import runs_panel
from jobs.builder.readying import readiness_of
from jobs.builder.views.common import conflicted, draft_of, number_in, refused, seen_by
from jobs.builder.visit import Said, say, visit_of
from jobs.definition.document import read
from jobs.definition.edit.splices import EditError


@require_POST
def live(request: HttpRequest, draft_id: str) -> JsonResponse:
    """Take one step of the editor and answer what changed; 409 with the browser's own text for a stale revision."""
    found = draft_of(request, draft_id)
    asked, visit = asked_of(request.POST), visit_of(request, found)
    try:
        done = step(found, asked, visit, seen=seen_by(request), number=number_in(request, "number"))
    except Stale as stale:
        return JsonResponse(
            {"mine": shown(stale.mine) if stale.mine else None, "revision": stale.draft.revision}, status=409
        )
    except store.Refused as refusal:
        return JsonResponse({"problem": str(refusal)}, status=422)
    return JsonResponse(answer(request, done, asked, visit))


@require_POST
def fix(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Apply the fix of one finding (`fix` is its code, a colon and its pointer) or of `all`; back to the findings."""
    found, seen = draft_of(request, draft_id), seen_by(request)
    try:
        fixed = fixing.fix(read(store.text_of(found)), request.POST.get("fix", ""))
        saved = store.save(found, text=fixed.document.text, seen=seen, label=fixed.label)
    except store.Conflict as conflict:
        return conflicted(request, conflict.draft, mine=None)
    except (store.Refused, EditError) as problem:
        return refused(request, found, str(problem))
    say(request.session, saved, Said((fixed.said,)))
    return redirect(f"{saved.get_absolute_url()}#findings")


@never_cache
@require_safe
def runs(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Return the panel of run lines, with the op at `at` open."""
    found = draft_of(request, draft_id)
    document = read(store.text_of(found))
    part = part_pointer(document, request.GET.get("at", ""))
    listed, more = runs_panel(document, part, domain=settings.NETWORK.service_domain)
    return render(request, "builder/_runs.html", {"runs": listed, "more_runs": more})


@never_cache
@require_safe
def readiness(request: HtmxHttpRequest, draft_id: str) -> HttpResponse:
    """Show where the draft would start at once, best first; 400 (for scripts 422) for a timeout that cannot be used."""
    found = draft_of(request, draft_id)
    panel = readiness_of(store.text_of(found), request.GET)
    status = 200 if not panel.problem else 422 if request.htmx else 400
    context = {"draft": found, "panel": panel}
    return render_page(request, "builder/readiness.html", context, partial="table", status=status)
