"""What goes out of a draft: snippets that post it, and its comparison with something else."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from jobs.builder import comparing, store, templates
from jobs.builder.forms import CompareForm, SnippetForm
from jobs.builder.owners import owner_of
from jobs.builder.snippets import Snippet, Target, embeddable, snippets
from jobs.builder.sources import NoStart
from jobs.builder.views.common import draft_of
from jobs.definition.check import check_document
from jobs.definition.document import Document, read
from jobs.definition.masking import masked
from jobs.models import Draft
from jobs.selectors import readiness
from jobs.selectors.readiness import Row

#: Minutes that a job is posted for, unless asked for otherwise.
_MINUTES = 60


@never_cache
@require_safe
def draft_snippets(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Show how to post a draft from a command line or a program; `?market=<address>&minutes=60`. 15 queries at most."""
    draft = draft_of(request, draft_id)
    document, form, row, rows = _asked(request, draft)
    context = {
        "draft": draft,
        "form": form,
        "rows": rows,
        "row": row,
        "minutes": _minutes(form),
        "report": check_document(document),
        "source": comparing.source_of(draft),
        "secrets": masked(document.text).names,
        "snippets": _snippets(document, form, row),
        "network": settings.NETWORK.name,
    }
    return render(request, "gallery/snippets.html", context, status=200 if form.is_valid() else 400)


@never_cache
@require_safe
def draft_snippet(request: HttpRequest, draft_id: str, slug: str) -> HttpResponse:
    """Return one snippet as a file; 404 where there is none."""
    document, form, row, _ = _asked(request, draft_of(request, draft_id))
    found = next((snippet for snippet in _snippets(document, form, row) if snippet.slug == slug), None)
    if found is None:
        raise Http404("There is no such snippet: the draft cannot be read, or no market is known yet.")
    response = HttpResponse(found.text, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{found.file}"'
    return response


@never_cache
@require_safe
def draft_comparison(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Show how a draft differs from a template, a job or a version; 400 says why it cannot be compared."""
    draft = draft_of(request, draft_id)
    form = CompareForm(request.GET)
    wanted = form.wanted if form.is_valid() else ""
    comparison, problem = None, ""
    if wanted:
        try:
            comparison = comparing.compare(owner_of(request), draft, wanted)
        except (comparing.NoOther, NoStart) as refusal:
            problem = str(refusal)
    context = {
        "draft": draft,
        "form": form,
        "wanted": wanted,
        "source": comparing.source_of(draft),
        "templates": templates.every(),
        "comparison": comparison,
        "problem": problem,
    }
    return render(request, "gallery/compare.html", context, status=400 if problem else 200)


def _asked(request: HttpRequest, draft: Draft) -> tuple[Document, SnippetForm, Row | None, Sequence[Row]]:
    """Return the draft's definition, the form, the market asked for or else the soonest, and all markets."""
    document = read(store.text_of(draft))
    form = SnippetForm(request.GET)
    form.is_valid()
    rows = readiness.rows(document.value, seconds=_minutes(form) * 60)
    wanted = form.cleaned_data.get("market", "")
    return document, form, next((row for row in rows if row.market.pk == wanted), rows[0] if rows else None), rows


def _minutes(form: SnippetForm) -> int:
    return form.cleaned_data.get("minutes") or _MINUTES


def _snippets(document: Document, form: SnippetForm, row: Row | None) -> tuple[Snippet, ...]:
    """Return the snippets; none for a text that is no definition, or without a market."""
    if row is None or not isinstance(document.value, dict):
        return ()
    network = settings.NETWORK
    target = Target(
        network=network.name,
        api_url=network.jobs_url,
        pin_url=network.pin_url,
        market=row.market.address,
        slug=row.market.slug or "",
        minutes=_minutes(form),
    )
    return snippets(embeddable(document), target)
