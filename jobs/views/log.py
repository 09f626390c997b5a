"""The log of one job: a window of it, all of it for scripts and for a file, and what a running job prints now."""

from __future__ import annotations

import contextlib
from typing import Any

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils.http import quote_etag
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from kombu.exceptions import OperationalError

from explorer.htmx import HtmxHttpRequest, render_page
from explorer.paging import query_string
from jobs import tasks
from jobs.choices import JobState
from jobs.forms import LogFilter
from jobs.models import Job
from jobs.selectors import job as selectors
from jobs.selectors import log
from jobs.sync import content, live
from jobs.views.found import found_job

TEMPLATE = "jobs/detail.html"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def job_log(request: HtmxHttpRequest, address: str) -> HttpResponse:
    """Answer with a window of the log; a POST has the log fetched from IPFS first."""
    job = found_job(address)
    panel = log.log_panel(job, selectors.result_of(job), log_wanted(request))
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
    response = StreamingHttpResponse(
        log.log_text(_packed(found_job(address))), content_type="text/plain; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{address}.log.txt"'
    return response


@require_safe
def log_lines(request: HttpRequest, address: str) -> HttpResponse:
    """Send the log as it is packed (jobs/logs/packed.py), for the script that shows it; a browser keeps it."""
    packed = _packed(found_job(address))
    tag = quote_etag(log.tag_of(packed))
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified(headers={"ETag": tag})
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Content-Encoding": "identity"}  # it is compressed
    return HttpResponse(packed, content_type="application/octet-stream", headers=headers)


@never_cache
@require_safe
def log_live(request: HttpRequest, address: str) -> StreamingHttpResponse:
    """Send what a running job prints as its node tells it: server-sent events."""
    events = live.events(_running(address))
    return StreamingHttpResponse(events, content_type="text/event-stream", headers={"Content-Encoding": "identity"})


@never_cache
@require_safe
def log_live_text(request: HttpRequest, address: str) -> StreamingHttpResponse:
    """Send what a running job prints as plain text, for browsers without scripts and for the command line."""
    text = live.text(_running(address))
    headers = {"Content-Encoding": "identity"}
    return StreamingHttpResponse(text, content_type="text/plain; charset=utf-8", headers=headers)


def log_wanted(request: HtmxHttpRequest) -> dict[str, Any]:
    """Return the window of a log that a request asks for; BadRequest where there cannot be one."""
    form = LogFilter(request.GET)
    if not form.is_valid():
        raise BadRequest("A window of the log begins at a line's number: ?log=1204.")
    return form.cleaned_data


def _packed(job: Job) -> bytes:
    packed = log.log_of(job)
    if packed is None:
        raise Http404(f"The log of job {job.address} is not here; its page says why.")
    return packed


def _running(address: str) -> Job:
    job = found_job(address)
    if job.state != JobState.RUNNING or not job.node:
        raise Http404(f"Job {address} does not run now.")
    return job
