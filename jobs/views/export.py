"""The jobs a filter asks for as a file, and as an Atom feed.

`/jobs/export.csv?<filter>` (or .json, .ndjson) streams every job in the list's order. `limit` stops after so many rows,
`cursor=on` adds a column that says where to go on behind each row, and `after=<cursor>` goes on there: that is how a
file that broke off is continued, and how a long one is fetched in parts. `/jobs/export/` says what to expect.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from explorer.export import FORMATS, Portion, file_name, file_response
from explorer.paging import BadCursor
from jobs.forms import JobFilter, canonical_query, filter_of
from jobs.selectors import export, feed, listing

#: A row of the CSV file in bytes, measured on a million jobs like the network's; only to say how long a file will be.
ROW_BYTES = 560


@require_safe
def job_export(request: HttpRequest) -> HttpResponse:
    """Say what a file of these jobs will hold, and offer the formats; a few queries, the count is time-boxed."""
    form = filter_of(request.GET)
    is_valid = form.is_valid()
    context: dict[str, Any] = {"form": form, "formats": FORMATS, "columns": export.COLUMNS}
    if is_valid:
        count = listing.total(form.wanted)
        context |= {
            "query": canonical_query(form),
            "count": count,
            "size": count.number * ROW_BYTES if count else None,
            "base": request.build_absolute_uri("/").rstrip("/"),
        }
    return render(request, "jobs/export.html", context, status=200 if is_valid else 400)


@require_safe
def job_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Stream the jobs of a filter as a file of one of explorer.export.FORMATS."""
    if kind not in FORMATS:
        raise Http404(f"Jobs come as {', '.join(FORMATS)}, not as “{kind}”.")
    form, portion = _valid(request), Portion(request.GET)
    if not portion.is_valid():
        raise BadRequest(" ".join(str(error) for errors in portion.errors.values() for error in errors))
    values = portion.cleaned_data
    try:
        rows = export.batches(form.wanted, after=values["after"], limit=values["limit"], has_cursors=values["cursor"])
    except BadCursor as error:
        raise BadRequest(str(error)) from None  # a file is no list that has a first page
    columns = export.columns(has_cursors=values["cursor"])
    response = file_response(request, file_name("jobs", _words(form)), kind, columns, rows)
    response["Link"] = f'<{reverse("jobs:export")}{canonical_query(form)}>; rel="help"'
    return response


@require_safe
def job_feed(request: HttpRequest) -> HttpResponse:
    """Answer with an Atom feed of the newest jobs of a filter; 304 where the reader has it."""
    form = _valid(request)
    try:
        found = feed.newest(form.wanted)
    except listing.TooSlow:
        sentence = "These jobs take too long to find. A market, a node or a range of times makes it quick.\n"
        return HttpResponse(sentence, status=503, content_type="text/plain", headers={"Retry-After": "60"})
    page = request.build_absolute_uri(f"{reverse('jobs:list')}{canonical_query(form)}")
    text = feed.atom(found, title=feed.title(_words(form)), page=page, here=request.build_absolute_uri())
    response = HttpResponse(text, content_type="application/atom+xml; charset=utf-8")
    etag = quote_etag(feed.digest(text))
    # No Last-Modified: a job that comes late, or a state that is read late, changes the feed and no newest time in it.
    response["ETag"], response["Cache-Control"] = etag, "max-age=30"
    answer = get_conditional_response(request, etag, None, response)
    return answer if isinstance(answer, HttpResponse) else response


def _valid(request: HttpRequest) -> JobFilter:
    """Return the filter of the query string; 400 with what is wrong with it."""
    form = filter_of(request.GET)
    if not form.is_valid():
        raise BadRequest(" ".join(form.sentences))
    return form


def _words(form: JobFilter) -> list[str]:
    """Return the values of a filter."""
    return [text for texts in form.filters.values() for text in texts]
