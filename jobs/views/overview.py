"""The overview, the site's first page."""

from __future__ import annotations

from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_safe

from explorer import status
from explorer.htmx import HtmxHttpRequest, render_page
from explorer.views import bad_request
from jobs.selectors import ended
from jobs.selectors import overview as selectors


@require_safe
def overview(request: HtmxHttpRequest) -> HttpResponse:
    """Show what the network does now; the poll gets the figures and the newest jobs, and costs only those."""
    asked = ended.range_of(request.GET.get("hours"))
    if asked is None:
        return bad_request(request, BadRequest("The chart's range is one of 24, 48, 168 and 720 hours."))
    context = {
        "live": selectors.live(),
        "newest": selectors.newest_jobs(),
        "ranges": ended.RANGES,
        "ended": SimpleLazyObject(lambda: ended.ended_jobs(asked)),
        "board": SimpleLazyObject(selectors.board),
        "sources": SimpleLazyObject(status.sources),
    }
    return render_page(request, "jobs/overview.html", context, partial="live")
