"""Markets for programs: the network's own interfaces, served from here."""

from __future__ import annotations

import hashlib

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag
from django.views.decorators.csrf import csrf_exempt

from explorer.nosana.payloads import JsonObject
from markets import contract, selectors

_METHODS = "GET, HEAD, OPTIONS"
#: Seconds after which a client that was told "not yet" may ask again.
_ASK_AGAIN = 30


@csrf_exempt  # answers every method itself, as JSON; none of them writes
def required_resources(request: HttpRequest, key: str) -> HttpResponseBase:
    """Serve what a market's nodes must keep, by address or slug, exactly as the network's host manager does.

    ETag and Last-Modified let a client ask whether anything changed (304). Any page may read it. At most eight queries.
    """
    if request.method == "OPTIONS":
        return _open(HttpResponse(status=204, headers={"Allow": _METHODS}))
    if request.method not in {"GET", "HEAD"}:
        return _error(405, "MethodNotAllowedError", "Only GET and HEAD", {"Allow": _METHODS})
    market = selectors.find_market(key)
    if market is None:
        return _error(404, "NotFoundError", "Market not found")
    if not contract.is_known(market):
        message = "The list of this market has not been fetched yet"
        return _error(503, "ServiceUnavailableError", message, {"Retry-After": str(_ASK_AGAIN)})
    body = contract.body(contract.document(market))
    changed = contract.changed_at(market)
    etag = quote_etag(hashlib.sha256(body).hexdigest()[:32])
    modified = int(changed.timestamp()) if changed else None
    response = HttpResponse(body, content_type="application/json", headers={"ETag": etag, "Cache-Control": "no-cache"})
    if modified is not None:
        response["Last-Modified"] = http_date(modified)
    return _open(get_conditional_response(request, etag, modified, response) or response)


def _error(status: int, name: str, message: str, headers: dict[str, str] | None = None) -> HttpResponseBase:
    """Return an error in the host manager's shape."""
    answer: JsonObject = {"name": name, "message": message}
    body = contract.body(answer)
    headers = {"Cache-Control": "no-store", **(headers or {})}
    return _open(HttpResponse(body, status=status, content_type="application/json", headers=headers))


def _open(response: HttpResponseBase) -> HttpResponseBase:
    """Let any page read the answer: it is public, and no cookie changes it."""
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Allow-Methods"] = _METHODS
    response["Access-Control-Allow-Headers"] = "If-None-Match, If-Modified-Since"
    response["Access-Control-Expose-Headers"] = "ETag, Last-Modified"
    response["Access-Control-Max-Age"] = "86400"
    return response
