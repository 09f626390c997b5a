"""The gallery of templates, a template's page, and the markets that would run it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from explorer.htmx import HtmxHttpRequest, render_page
from jobs.builder import browsing, saved
from jobs.builder.browsing import browse
from jobs.builder.forms import TemplateFilter
from jobs.builder.owners import owner_of
from jobs.builder.readme import rendered
from jobs.builder.saved import Entry
from jobs.builder.views.common import json_file
from jobs.definition.check import check
from jobs.definition.explain.report import explain
from jobs.definition.masking import mask_value
from jobs.filters.readiness import USUAL
from jobs.highlight import definition_code
from jobs.models import SavedTemplate
from jobs.selectors import readiness

#: Markets that a template's own page names.
_BEST = 5


@never_cache
@require_safe
def template_list(request: HtmxHttpRequest) -> HttpResponse:
    """Show the templates that fit; 400 (for htmx 422) says which value cannot be used. One query."""
    form = TemplateFilter(request.GET)
    status = 200 if form.is_valid() else 422 if request.htmx else 400
    gallery = browse(owner_of(request), form.asked)
    context = {"form": form, "asked": form.asked, "gallery": gallery}
    return render_page(request, "gallery/list.html", context, partial="found", status=status)


@never_cache
@require_safe
def template_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a template: its readme, what it runs and needs, its definition. Four queries at most."""
    entry = entry_of(request, slug)
    template = entry.template
    shown = mask_value(template.value) if isinstance(template.value, dict) else template.value
    context = {
        "entry": entry,
        "template": template,
        "readme": rendered(template.readme),
        "images": browsing.images_of(template),
        "resources": browsing.resources_of(template),
        "explained": explain(shown),
        "report": check(template.text),
        "code": definition_code(template.text),
    }
    return render(request, "gallery/template.html", context)


@never_cache
@require_GET
def template_markets(request: HtmxHttpRequest, slug: str) -> HttpResponse:
    """Show the markets in the order in which they would start a template; for htmx the first few. 13 queries."""
    entry = entry_of(request, slug)
    rows = readiness.rows(entry.template.value, seconds=USUAL)
    shown = rows[:_BEST] if request.htmx else rows
    context = {"entry": entry, "template": entry.template, "rows": shown, "of": len(rows), "seconds": USUAL}
    return render_page(request, "gallery/markets.html", context, partial="rows")


@never_cache
@require_safe
def template_definition(request: HttpRequest, slug: str) -> HttpResponse:
    """Return a template's exact bytes; `?download` has the browser keep them as a file."""
    template = entry_of(request, slug).template
    body = template.text.encode("utf-8", "surrogatepass")
    return json_file(body, name=template.name, is_download="download" in request.GET)


@require_POST
def template_delete(request: HttpRequest, slug: str) -> HttpResponse:
    """Delete one of the reader's own templates."""
    own_entry(request, slug).delete()
    return redirect("builder:templates")


def entry_of(request: HttpRequest, slug: str) -> Entry:
    """Return a template that the reader may see, or answer 404."""
    found = browsing.find(owner_of(request), slug)
    if found is None:
        raise Http404("There is no such template, or it is private to somebody else.")
    return found


def own_entry(request: HttpRequest, slug: str) -> SavedTemplate:
    """Return the row of one of the reader's own templates, or answer 404."""
    found = entry_of(request, slug)
    if found.row is None or found.origin != saved.OWN:
        raise Http404("Only who saved a template can change it.")
    return found.row
