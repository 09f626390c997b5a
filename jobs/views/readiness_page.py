"""`/readiness/`: in which market a job would start how soon, for a known job or for a definition that is pasted.

`?job=<address>` asks about a job; a POST asks about the text in its `text`. For htmx, `?job=<address>&view=panel`
answers with what a job's page says of it. `/readiness.json?job=<address>` is the same in the form of
`POST /api/readiness`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from explorer.htmx import HtmxHttpRequest
from explorer.paging import query_string
from jobs import readiness as engine
from jobs.definition.check import Report, check
from jobs.filters.readiness import USUAL, ReadinessForm, written
from jobs.models import Job
from jobs.selectors import readiness as selectors
from jobs.selectors.comparison import compare
from jobs.selectors.job import find_job
from jobs.selectors.readiness import Row
from markets.models import Market

TEMPLATE = "readiness/page.html"


@require_http_methods(["GET", "HEAD", "POST"])
def readiness_page(request: HtmxHttpRequest) -> HttpResponse:
    """Show every market for a job or a text; with neither, the form alone. 15 queries at most."""
    form = ReadinessForm(request.POST if request.method == "POST" else request.GET)
    if request.method != "POST" and len(request.GET.getlist("compare")) > 1:
        return redirect(_with_one_compare(request))
    if not form.is_valid():
        return render(request, TEMPLATE, {"form": form, "asked": {}}, status=400)
    asked = form.cleaned_data
    context = {"form": form, "asked": asked, **_place(asked["market"])}
    if request.method == "POST":
        return _of_text(request, context, asked)
    if not asked["job"]:
        return render(request, TEMPLATE, context)
    job = _job(asked["job"])
    if request.htmx and request.GET.get("view") == "panel":
        return _panel(request, job)
    return _of_job(request, context, job)


def _of_job(request: HtmxHttpRequest, context: dict[str, Any], job: Job) -> HttpResponse:
    subject = selectors.subject(job)
    context |= {"subject": subject, "job": job}
    if not subject.problem:
        context |= _table(subject.value, context["asked"], job.timeout)
    return render(request, TEMPLATE, context)


def _of_text(request: HtmxHttpRequest, context: dict[str, Any], asked: dict[str, Any]) -> HttpResponse:
    """Answer a pasted definition; 422 with the findings where there is nothing to ask about."""
    report = check(asked["text"])
    context |= {"report": report, "findings": _worst(report), "is_read": isinstance(report.document.value, dict)}
    if not context["is_read"]:
        return render(request, TEMPLATE, context, status=422)
    return render(request, TEMPLATE, context | _table(report.document.value, asked, USUAL))


def _worst(report: Report) -> Sequence[Any]:
    """Return what the network would refuse, or else, of a text that cannot be read, all that is wrong with it."""
    errors = [finding for finding in report.findings if finding.severity == "error"]
    return (errors or report.findings)[:20]


def _table(value: Any, asked: dict[str, Any], usual: int) -> dict[str, Any]:
    """Return the table and, where markets are to be compared, the comparison."""
    seconds = asked["seconds"] or usual
    every = selectors.rows(value, seconds=seconds, only=asked["market"], compared=asked["compare"])
    by_address = {row.market.pk: row for row in every}
    chosen = [by_address[address] for address in asked["compare"] if address in by_address]
    return {
        "seconds": seconds,
        "written": written(seconds),
        "gpus": selectors.gpus(every),
        "rows": selectors.with_gpu(every, asked["gpu"]),
        "every": every,
        "comparison": compare(chosen) if chosen else None,
        "absent": len(asked["compare"]) - len(chosen),
    }


def _panel(request: HtmxHttpRequest, job: Job) -> HttpResponse:
    """Answer with the markets that would start a job sooner than its own; 13 queries at most."""
    subject = selectors.subject(job)
    found: list[Row] = [] if subject.problem else selectors.rows(subject.value, seconds=job.timeout or USUAL)
    context = {"job": job, "subject": subject, "faster": selectors.faster(job, found)}
    return render(request, "readiness/panel.html", context)


@require_safe
def readiness_json(request: HttpRequest) -> JsonResponse:
    """Answer for a job as `POST /api/readiness` does for a text; 404 where nothing is known of what it runs."""
    form = ReadinessForm(request.GET)
    if not form.is_valid() or not form.cleaned_data["job"]:
        sentence = " ".join(form.sentences) or '"job" is the address of a job.'
        return JsonResponse({"error": sentence}, status=400)
    asked = form.cleaned_data
    subject = selectors.subject(_job(asked["job"]))
    if subject.problem:
        return JsonResponse({"error": f"The job's definition is {subject.problem}."}, status=404)
    only = [asked["market"]] if asked["market"] else None
    found = engine.readiness(subject.value, timeout=asked["seconds"] or subject.job.timeout or USUAL, markets=only)
    return JsonResponse(found.as_json())


def _job(address: str) -> Job:
    job = find_job(address)
    if job is None:
        raise Http404(f"No job with the address {address} is known here. Older jobs are read in the background.")
    return job


def _place(address: str) -> dict[str, Market]:
    """Return the market that is asked about alone, if any; at most one query."""
    if not address:
        return {}
    market = Market.objects.filter(pk=address).first()
    if market is None:
        raise Http404(f"No market is known by the address {address}.")
    return {"place": market}


def _with_one_compare(request: HttpRequest) -> str:
    """Return the page's address with the boxes that were ticked as one list."""
    chosen = ",".join(dict.fromkeys(",".join(request.GET.getlist("compare")).split(",")))
    params = request.GET.copy()
    params.pop("compare")
    return f"{reverse('jobs:readiness')}{query_string(params, compare=chosen)}"
