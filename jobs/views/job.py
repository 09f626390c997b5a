"""The page of one job, and the parts of it that are asked for by themselves."""

from __future__ import annotations

import contextlib
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from kombu.exceptions import OperationalError

from explorer.htmx import HtmxHttpRequest, render_page
from explorer.nosana.base58 import is_address
from explorer.paging import query_string
from explorer.text import shortened, visible
from jobs import tasks
from jobs.forms import LogFilter
from jobs.models import Job
from jobs.selectors import job as selectors
from jobs.selectors import log
from jobs.selectors.lifecycle import lifecycle
from jobs.sync import content

TEMPLATE = "jobs/detail.html"


@require_safe
def job_detail(request: HtmxHttpRequest, address: str) -> HttpResponse:
    """Show one job; four queries."""
    job = _job(address)
    result = selectors.result_of(job)
    page = selectors.job_page(job, result, settings.NETWORK.service_domain)
    panel = log.log_panel(job, result, _wanted(request), page.failed_op)
    context = {"page": page, "job": job, "life": page.life, "panel": panel}
    return render_page(request, TEMPLATE, context, partial="log")


@never_cache
@require_safe
def job_head(request: HtmxHttpRequest, address: str) -> HttpResponse:
    """Answer the poll of an unfinished job's page with its head; the last answer ends the poll."""
    job = _job(address)
    if not request.htmx:
        return redirect(job)
    is_over = job.phase == 2 or job.delisted_at is not None
    context = {"job": job, "life": lifecycle(job, None, timezone.now()), "is_over": is_over}
    return render_page(request, TEMPLATE, context, partial="top", status=286 if is_over else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def job_log(request: HtmxHttpRequest, address: str) -> HttpResponse:
    """Answer with a window of the log; a POST has the log fetched from IPFS first."""
    job = _job(address)
    panel = log.log_panel(job, selectors.result_of(job), _wanted(request))
    if request.method == "POST" and panel.can_fetch:
        content.request_result(job=job.address)
        with contextlib.suppress(OperationalError):  # Redis is away: the schedule fetches what is due
            tasks.fetch_result.delay(job.address)
        panel = log.log_panel(job, selectors.result_of(job), {})
    if not request.htmx:
        return redirect(f"{job.get_absolute_url()}{query_string(request.GET).rstrip('?')}#log")
    return render_page(request, TEMPLATE, {"job": job, "panel": panel}, partial="log")


@require_safe
def log_text(request: HttpRequest, address: str) -> StreamingHttpResponse:
    """Send the whole log as a text file."""
    job = _job(address)
    packed = log.log_of(job)
    if packed is None:
        raise Http404(f"The log of job {address} is not here; its page says why.")
    response = StreamingHttpResponse(log.log_text(packed), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{address}.log.txt"'
    return response


@require_safe
def definition_text(request: HttpRequest, address: str) -> HttpResponse:
    """Send the definition as it was posted, byte by byte."""
    job = _job(address)
    definition = selectors.definition_of(job)
    if definition is None or not definition.fetched_at:
        raise Http404(f"The definition of job {address} has not been fetched yet.")
    response = HttpResponse(definition.text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{address}.json"'
    return response


def _job(address: str) -> Job:
    """Return a job with its market, or say what was looked for; one query."""
    shown = shortened(visible(address), 100)
    if not is_address(address):
        raise Http404(f"“{shown}” is not the address of a job: those have 32 to 44 letters and digits.")
    job = selectors.find_job(address)
    if job is None:
        raise Http404(f"No job with the address {shown} is known here. Older jobs are read in the background.")
    return job


def _wanted(request: HtmxHttpRequest) -> dict[str, Any]:
    form = LogFilter(request.GET)
    if not form.is_valid():
        raise BadRequest("A window of the log begins at a line's number: ?log=1204.")
    return form.cleaned_data
