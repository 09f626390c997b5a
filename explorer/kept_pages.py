"""Whole pages that many people ask for at once, kept for a moment as they were sent: what a proxy in front would do."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final, TypeGuard, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
Key = tuple[object, ...]

#: Pages of one process; with more, all of them are forgotten. A longer one is not kept.
MOST: Final = 300
LONGEST: Final = 100_000
_MARK: Final = "is_kept_for_a_moment"


def kept_page(view: View) -> View:
    """Mark a view whose page may be a moment old for everybody who is not signed in; the outermost decorator."""
    setattr(view, _MARK, True)
    return view


class KeptPages:
    """Middleware: answers what was answered alike within the last KEPT_SECONDS (settings; 0 turns it off).

    Only GET, and only complete answers that set no cookie, as every page with a form does: all pages of people who are
    signed in. Everything that a page differs by is in its key: address, host, encoding, cookies, and what htmx says of
    where it will stand.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Remember what comes after."""
        self._get_response = get_response
        self._pages: dict[Key, tuple[float, dict[str, str], bytes]] = {}

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer from memory, or pass the request on and keep what a marked view answers."""
        if request.method != "GET" or not settings.KEPT_SECONDS:
            return self._get_response(request)
        key, now = _key(request), time.monotonic()
        found = self._pages.get(key)
        if found and now < found[0]:
            return HttpResponse(found[2], headers=found[1])
        response = self._get_response(request)
        if _may_be_kept(response, request):
            if len(self._pages) >= MOST:
                self._pages.clear()
            self._pages[key] = now + settings.KEPT_SECONDS, dict(response.headers), response.content
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        """Note whether the view is marked."""
        setattr(request, _MARK, getattr(view, _MARK, False))


def _key(request: HttpRequest) -> Key:
    said = request.META
    htmx = tuple(sorted((name, value) for name, value in said.items() if name.startswith("HTTP_HX_")))
    own = (request.scheme, said.get("HTTP_HOST"), said.get("HTTP_COOKIE"), said.get("HTTP_ACCEPT_ENCODING"))
    return (request.get_full_path(), *own, htmx)


def _may_be_kept(response: HttpResponseBase, request: HttpRequest) -> TypeGuard[HttpResponse]:
    return (
        getattr(request, _MARK, False)
        and isinstance(response, HttpResponse)
        and response.status_code == 200
        and not response.cookies
        and len(response.content) <= LONGEST
    )
