"""Saving a draft as a template, and changing what is said of one."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from jobs.builder import saved, store
from jobs.builder.forms import TemplateForm
from jobs.builder.owners import owner_of
from jobs.builder.views.common import draft_of
from jobs.builder.views.templates import own_entry
from jobs.definition.masking import masked
from jobs.models import SavedTemplate

_METHODS = ["GET", "HEAD", "POST"]


@never_cache
@require_http_methods(_METHODS)
def template_save(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Keep a draft's text as a template, private or shared; goes to its page."""
    draft = draft_of(request, draft_id)
    text = store.text_of(draft)
    context = {"draft": draft, "title": "Save as a template", "secrets": masked(text).names}
    return _form(request, context, text, None, {"name": draft.name[:80]})


@never_cache
@require_http_methods(_METHODS)
def template_change(request: HttpRequest, slug: str) -> HttpResponse:
    """Change the name, summary, category or readme of one's own template, and who may see it."""
    row = own_entry(request, slug)
    context = {"row": row, "title": "Change the template", "secrets": masked(row.text).names}
    return _form(request, context, row.text, row, {name: getattr(row, name) for name in TemplateForm.base_fields})


def _form(
    request: HttpRequest, context: dict[str, Any], text: str, row: SavedTemplate | None, initial: dict[str, Any]
) -> HttpResponse:
    """Show the form, or keep what was posted; 422 with the input where that cannot be done."""
    form = TemplateForm(request.POST or None, initial=initial)
    problem, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                kept = saved.save(owner_of(request), text, form.cleaned_data, row)
                return redirect("builder:template", kept.token)
            except saved.Refused as refusal:
                problem = str(refusal)
    return render(request, "gallery/save.html", {**context, "form": form, "problem": problem}, status=status)
