"""The list of jobs.

`/jobs/?<filter>` is the page. For htmx it answers with the list alone, and with `view=embed` only with the newest
rows, for a fragment inside a market's or node's page: `hx-get="/jobs/?market=<address>&view=embed"`, in an element
that holds a plain link to `/jobs/?market=<address>`.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_htmx.http import push_url

from explorer.htmx import HtmxHttpRequest, render_page
from explorer.paging import BadCursor, Page, query_string
from jobs import forms
from jobs.choices import OUTCOMES
from jobs.forms import JobFilter, NewsFilter
from jobs.models import Job
from jobs.selectors import listing


@require_safe
def job_list(request: HtmxHttpRequest) -> HttpResponse:
    """Show the jobs a filter asks for, queued first, then running, then finished, each newest first."""
    form = JobFilter(request.GET)
    if request.htmx and request.GET.get("view") == "embed":
        return _embedded(request, form)
    is_valid = form.is_valid()
    context = {"form": form, "hidden": (), **_frame(request, form), **(_results(request, form) if is_valid else {})}
    status = 200 if is_valid else 422 if request.htmx else 400
    response = render_page(request, "jobs/list.html", context, partial="list", status=status)
    if request.htmx.trigger == "filter":
        push_url(response, f"{request.path}{query_string(request.GET)}".rstrip("?"))
    return response


def _frame(request: HtmxHttpRequest, form: JobFilter) -> dict[str, Any]:
    """Return what the filter and its counts need; two queries."""
    wanted, markets = form.wanted, forms.markets()
    states = listing.state_choices(wanted)
    return {
        "states": states,
        "outcomes": OUTCOMES,
        "markets": listing.market_choices(markets, wanted),
        "total": listing.total(states, wanted),
        "chips": listing.chips(wanted, request.GET, markets),
    }


def _results(request: HtmxHttpRequest, form: JobFilter) -> dict[str, Any]:
    """Return a page of rows, and what it has to ask for later when it is the first; two queries."""
    try:
        page: Page[Job] = listing.page_of(form.wanted, request.GET)
    except BadCursor as error:
        raise BadRequest(str(error)) from error
    is_first = not request.GET.get("after") and not request.GET.get("before")
    top = query_string(request.GET)
    news = listing.watch(form.wanted, page.rows) if is_first else None
    return {"page": page, "rows": listing.rows(page.rows), "news": news, "top": top}


def _embedded(request: HtmxHttpRequest, form: JobFilter) -> HttpResponse:
    """Answer with the newest rows alone; one query."""
    found = listing.page_of(form.wanted, request.GET, listing.EMBEDDED).rows if form.is_valid() else []
    context = {"form": form, "rows": listing.rows(found), "hidden": list(form.wanted)}
    return render_page(request, "jobs/list.html", context, partial="embedded", status=200 if form.is_valid() else 422)


@never_cache
@require_safe
def job_news(request: HtmxHttpRequest) -> HttpResponse:
    """Answer the list's poll: how many jobs came since, and the states of rows that were not finished."""
    form = NewsFilter(request.GET)
    params = request.GET.copy()
    for name in ("since", "shown", "paused"):
        params.pop(name, None)
    top = query_string(params)
    if not request.htmx:
        return redirect(f"{reverse('jobs:list')}{top}")
    if not form.is_valid():
        raise BadRequest(" ".join(form.sentences))
    cleaned = form.cleaned_data
    news = listing.news(form.wanted, cleaned["since"], cleaned["shown"])
    return render(request, "jobs/news.html", {"news": news, "top": top, "is_paused": cleaned["paused"]})
