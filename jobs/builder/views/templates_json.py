"""The gallery as JSON: `/templates.json` takes the query string of its page, `/templates/<slug>.json` is one template.

What is not known is null, errors are {"error": sentence}; as in jobs/views/catalog_json.py.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from explorer.formats import iso
from jobs.builder import browsing
from jobs.builder.browsing import Choice, browse
from jobs.builder.forms import TemplateFilter
from jobs.builder.owners import owner_of
from jobs.builder.saved import Entry
from jobs.definition.check import check


@never_cache
@require_safe
def template_list(request: HttpRequest) -> JsonResponse:
    """Answer {"templates": […], "categories": […], "origins": […]}; 400 for a value that cannot be used."""
    form = TemplateFilter(request.GET)
    if not form.is_valid():
        return JsonResponse({"error": " ".join(form.sentences)}, status=400)
    gallery = browse(owner_of(request), form.asked)
    facts = {
        "templates": [_facts(entry) for entry in gallery.entries],
        "categories": [_choice(choice) for choice in gallery.categories],
        "origins": [_choice(choice) for choice in gallery.origins],
    }
    return JsonResponse(facts)


@never_cache
@require_safe
def template(request: HttpRequest, slug: str) -> JsonResponse:
    """Answer one template with its readme, its definition's text and findings; 404."""
    entry = browsing.find(owner_of(request), slug)
    if entry is None:
        return JsonResponse({"error": "There is no such template, or it is private to somebody else."}, status=404)
    found = entry.template
    report = check(found.text)
    facts = {
        **_facts(entry),
        "readme": found.readme,
        "links": [{"name": link.name, "url": link.url} for link in found.links],
        "definition": found.text,
        "valid": report.valid,
        "findings": [finding.as_json() for finding in report.findings],
    }
    return JsonResponse(facts)


def _facts(entry: Entry) -> dict[str, Any]:
    found = entry.template
    return {
        "slug": found.slug,
        "name": found.name,
        "summary": found.summary,
        "origin": entry.origin,
        "categories": found.categories,
        "shows": found.shows,
        "images": found.images,
        "resources": found.resources,
        "vram_mb": found.vram_mb,
        "gpu": found.has_gpu,
        "ops": found.op_count,
        "changed_at": iso(entry.row.touched_at) if entry.row else None,
        "url": reverse("builder:template", args=[found.slug]),
    }


def _choice(choice: Choice) -> dict[str, Any]:
    return {"value": choice.value, "label": choice.label, "count": choice.count}
