"""A few jobs side by side."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from explorer.formats import known_iso
from jobs.forms.compared import CompareForm
from jobs.selectors.compared import Compared, Fact, Pair, compared


@require_safe
def compare_page(request: HttpRequest) -> HttpResponse:
    """Show up to four jobs side by side; three queries. 400 for what names no jobs."""
    form = CompareForm(request.GET)
    if not form.is_valid():
        return render(request, "jobs/compare.html", {"form": form, "sides": []}, status=400)
    if not form.is_canonical:
        return HttpResponseRedirect(f"{request.path}{form.query}")
    wanted: list[str] = form.cleaned_data["wanted"]
    found = compared(wanted)
    ways = [(_query(wanted, first=side.job.pk), _query(wanted, without=side.job.pk)) for side in found.sides]
    context = {
        "form": form,
        "found": found,
        "sides": [(side, *way) for side, way in zip(found.sides, ways, strict=True)],
        "base_query": _query(wanted),
        "shows_all": form.cleaned_data["all"],
    }
    return render(request, "jobs/compare.html", context)


def _query(wanted: list[str], *, first: str = "", without: str = "") -> str:
    """Return the query string with one job before all others, or without one."""
    others = [address for address in wanted if address not in {first, without}]
    return f"?jobs={','.join([first, *others] if first else others)}"


@require_safe
def compare_json(request: HttpRequest) -> JsonResponse:
    """Answer with the same: `jobs`, `absent`, `facts`, `definitions`; 400 with what is wrong."""
    form = CompareForm(request.GET)
    if not form.is_valid():
        return JsonResponse({"error": " ".join(form.sentences)}, status=400)
    facts = _told(compared(form.cleaned_data["wanted"]))
    return JsonResponse(facts, json_dumps_params={"indent": 2, "ensure_ascii": False})


def _told(found: Compared) -> dict[str, Any]:
    return {
        "jobs": [
            {"address": side.job.pk, "url": side.job.get_absolute_url(), "listed_at": known_iso(side.job.listed_at)}
            for side in found.sides
        ],
        "absent": list(found.absent),
        "facts": [_fact(section.title, fact) for section in found.sections for fact in section.facts],
        "definitions": [_pair(pair) for pair in found.pairs],
    }


def _fact(subject: str, fact: Fact) -> dict[str, Any]:
    return {
        "subject": subject,
        "name": fact.name,
        "differs": fact.differs,
        "values": [cell.title or cell.text for cell in fact.cells],
    }


def _pair(pair: Pair) -> dict[str, Any]:
    rows = [(group.op, row) for group in pair.diff.groups for row in group.rows] if pair.diff else []
    return {
        "from": pair.first.job.pk,
        "to": pair.other.job.pk,
        "total": pair.diff.total if pair.diff else None,
        "differences": [
            {"kind": row.kind, "op": op or None, "place": row.place, "pointer": row.pointer} for op, row in rows
        ],
    }
