"""The status page, the bar's fragment, the probes, and the pages for what went wrong."""

from __future__ import annotations

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import Resolver404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from explorer import status as state
from explorer.htmx import HtmxHttpRequest, render_page
from explorer.paging import BadCursor, query_string
from explorer.text import shortened


@require_safe
def status(request: HtmxHttpRequest) -> HttpResponse:
    """Show how every source is doing, what waits, and what was left out."""
    context = {"sources": state.sources(), "work": state.work(), "budgets": state.budgets()}
    return render_page(request, "explorer/status.html", context, partial="state")


@never_cache
@require_safe
def sync(request: HtmxHttpRequest) -> HttpResponse:
    """Answer the bar's poll: how fresh the data is, and the callout when that is not what `shown` says."""
    if not request.htmx:
        return redirect("explorer:status")
    return render(request, "explorer/sync.html", {"shown": request.GET.get("shown", "")})


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that the process is up; touches nothing else."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Say whether the explorer can serve and sync: 200, or 503 with what is missing. Asks PostgreSQL and Redis."""
    missing = state.missing()
    return JsonResponse({"ready": not missing, "missing": missing}, status=503 if missing else 200)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say what was wrong with the request, where the explorer itself said so; attackers' details stay unsaid.

    Where only a page's position in a list is wrong, the list itself is one click away.
    """
    reason = str(exception) if isinstance(exception, BadRequest) else ""
    context = {"reason": reason, "has_bad_cursor": isinstance(exception.__cause__, BadCursor)}
    return render(request, "400.html", {**context, "filter": query_string(request.GET).rstrip("?")}, status=400)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say what was looked for: the sentence of the page that did not find it, else the address."""
    reason = str(exception) if exception.args and not isinstance(exception, Resolver404) else ""
    wanted = shortened(request.path.rstrip("/").rpartition("/")[2], 100)
    return render(request, "404.html", {"reason": reason, "wanted": wanted}, status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Apologise without the database: no request and no context processor goes into this page."""
    return HttpResponse(render_to_string("500.html"), status=500)
