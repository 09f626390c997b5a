"""Asking the network now what a market requires, and how that goes."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from markets import tasks
from markets.models import Market
from markets.progress import Progress, progress
from markets.views.access import CuratorHttpRequest, curators_only


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@curators_only
def refresh(request: CuratorHttpRequest, market: Market) -> HttpResponse:
    """Start a refresh of one market, or show how the one that was started at `since` is going."""
    if request.method == "POST":
        since = timezone.now()
        tasks.refresh_required.delay(market.pk)
        if not request.htmx:
            here = reverse("markets:refresh", args=[market.pk])
            return redirect(f"{here}?{urlencode({'since': since.isoformat()})}")
        asked = Progress(since, asked=1, done=0, failed=0, changed=0)
    else:
        asked = progress([market.pk], asked_at(request))
    template = "markets/_refresh.html" if request.htmx else "markets/refresh.html"
    return render(request, template, {"market": market, "asked": asked})


def asked_at(request: HttpRequest) -> datetime:
    """Return the time that `since` names; 400 for anything else."""
    try:
        since = datetime.fromisoformat(request.GET.get("since", ""))
    except ValueError as error:
        raise BadRequest("The address does not say which refresh is meant.") from error
    return since if since.tzinfo else timezone.make_aware(since)
