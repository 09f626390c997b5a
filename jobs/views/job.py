"""The page of one job, and the parts of it that are asked for by themselves."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from explorer.htmx import HtmxHttpRequest, render_page
from jobs.selectors import job as selectors
from jobs.selectors import log
from jobs.views.found import found_job
from jobs.views.log import log_wanted

TEMPLATE = "jobs/detail.html"


@require_safe
def job_detail(request: HtmxHttpRequest, address: str) -> HttpResponse:
    """Show one job; at most nine queries, and the log's."""
    job = found_job(address)
    result = selectors.known_result(job)
    page = selectors.job_page(job, result, settings.NETWORK.service_domain)
    panel = log.log_panel(job, result, log_wanted(request), page.failed_op)
    context = {"page": page, "job": job, "life": page.life, "panel": panel}
    return render_page(request, TEMPLATE, context, partial="log")


@never_cache
@require_safe
def job_head(request: HtmxHttpRequest, address: str) -> HttpResponse:
    """Answer the poll of an unfinished job's page with its head; the last answer ends the poll."""
    job = found_job(address)
    if not request.htmx:
        return redirect(job)
    is_over = job.phase == 2 or job.delisted_at is not None
    context = {"job": job, "life": selectors.life_of(job), "is_over": is_over}
    return render_page(request, TEMPLATE, context, partial="top", status=286 if is_over else 200)


@require_safe
def definition_text(request: HttpRequest, address: str) -> HttpResponse:
    """Send the definition as it was posted, byte by byte."""
    job = found_job(address)
    definition = selectors.definition_of(job)
    if definition is None or not definition.fetched_at:
        raise Http404(f"The definition of job {address} has not been fetched yet.")
    response = HttpResponse(definition.text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{address}.json"'
    return response
