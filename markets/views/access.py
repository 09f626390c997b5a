"""Who may curate a market's list from its pages."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django_htmx.http import HttpResponseClientRedirect

from explorer.htmx import HtmxHttpRequest
from markets.curation import may_curate
from markets.models import Market
from markets.views.shared import market_or_404

Rest = ParamSpec("Rest")


class CuratorHttpRequest(HtmxHttpRequest):
    """A request of somebody who may curate the market it is about."""

    user: User


def curators_only(
    view: Callable[Concatenate[CuratorHttpRequest, Market, Rest], HttpResponse],
) -> Callable[..., HttpResponse]:
    """Give the view the market of its address; visitors are sent to the sign in, others than its curators get 403."""

    @wraps(view)
    def guarded(request: HtmxHttpRequest, address: str, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
        market = market_or_404(address)
        if not request.user.is_authenticated:
            return sign_in(request, market)
        if not may_curate(request.user, market):
            raise PermissionDenied
        return view(cast("CuratorHttpRequest", request), market, *args, **kwargs)

    return guarded


def sign_in(request: HtmxHttpRequest, market: Market) -> HttpResponse:
    here = request.get_full_path() if request.method == "GET" and not request.htmx else market.get_absolute_url()
    answer = redirect_to_login(here)
    return HttpResponseClientRedirect(answer.url) if request.htmx else answer
