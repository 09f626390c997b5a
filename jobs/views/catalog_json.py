"""The catalog as JSON: the lists and pages of jobs/views/catalog.py with the same addresses, ".json" for the slash.

Times are ISO 8601 in UTC, durations in seconds, shares from 0 to 1; what is not known is null. Lists take the query
string of their page and name the addresses of their neighbours. Errors are {"error": sentence}.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from explorer.formats import known_iso
from explorer.paging import BadCursor, keyset_page
from jobs.filters import CatalogFilter, ImageFilter, ResourceFilter
from jobs.selectors import catalog, entry, usage
from jobs.selectors.entry import ImagePage, Place, ResourcePage
from jobs.selectors.holders import Holder
from jobs.selectors.usage import Usage
from markets.models import Image, Resource

Facts = dict[str, Any]


@require_safe
def image_list(request: HttpRequest) -> JsonResponse:
    """Answer `/images.json`: {"images": […], "newer", "older"}; 400 for a value that cannot be used."""
    return _list(request, "images", ImageFilter(request.GET), catalog.image_list)


@require_safe
def resource_list(request: HttpRequest) -> JsonResponse:
    """Answer `/resources.json`: {"resources": […], "newer", "older"}; 400 for a value that cannot be used."""
    return _list(request, "resources", ResourceFilter(request.GET), catalog.resource_list)


def _list(request: HttpRequest, name: str, form: CatalogFilter, chosen: Any) -> JsonResponse:
    if not form.is_valid():
        return _refusal(" ".join(str(error) for errors in form.errors.values() for error in errors), 400)
    try:
        page = keyset_page(chosen(**form.wanted()), form.order(), request.GET)
    except BadCursor as error:
        return _refusal(str(error), 400)
    ends = {way: f"{request.path}{query}" if query else None for way, query in _ends(page.newer, page.older)}
    return _answer({name: [_entry(row) for row in page.rows], **ends})


def _ends(newer: str | None, older: str | None) -> Iterable[tuple[str, str | None]]:
    return ("newer", newer), ("older", older)


@require_safe
def image(request: HttpRequest, reference: str) -> JsonResponse:
    """Answer an image: its figures, the markets that require it, nodes that likely hold it, names and tags; 404."""
    found = entry.find_image(reference)
    if found is None:
        return _refusal("No such image is known here.", 404)
    page = entry.image_page(found)
    facts = {
        **_entry(found),
        **_usage(usage.image_usage(found)),
        **_page(page),
        "other_names": [{"reference": name.image.reference, "status": name.match.status} for name in page.names],
        "other_tags": [_entry(tag) for tag in page.tags.rows],
    }
    return _answer(facts)


@require_safe
def resource(request: HttpRequest, type: str, key: str) -> JsonResponse:
    """Answer a resource: its figures, the markets that require it, nodes that likely hold it; 404."""
    found = entry.find_resource(type, key)
    if found is None:
        return _refusal("No such resource is known here.", 404)
    return _answer({**_entry(found), **_usage(usage.resource_usage(found)), **_page(entry.resource_page(found))})


def _entry(row: Image | Resource) -> Facts:
    if isinstance(row, Image):
        names = {name: getattr(row, name) for name in ("reference", "registry", "repository", "tag", "digest")}
    else:
        names = {"type": row.type, "key": row.key}
    return {
        **names,
        "url": row.get_absolute_url(),
        "jobs": row.jobs,
        "succeeded": row.succeeded,
        "failed": row.failed,
        "success_share": row.success,
        "mean_run_s": row.mean_seconds,
        "markets_requiring": row.markets,
        "used_at": known_iso(row.used_at),
        "first_seen_at": known_iso(row.first_seen_at),
    }


def _usage(figures: Usage) -> Facts:
    return {
        "jobs": figures.jobs,
        "success_share": figures.success,
        "mean_run_s": figures.mean_seconds,
        "mean_wait_s": figures.mean_wait,
        "jobs_30_days": figures.lately,
    }


def _page(page: ImagePage | ResourcePage) -> Facts:
    return {
        "markets": [_place(place) for place in page.places],
        "markets_requiring": page.requiring,
        "no_longer_required": [
            {
                "market": past.market.pk,
                "name": past.name,
                "since": known_iso(past.since),
                "until": known_iso(past.removed_at),
            }
            for past in page.past
        ],
        "nodes_holding": page.holders.total,
        "nodes_holding_free": page.holders.free,
        "nodes": [_holder(holder) for holder in page.holders.rows],
    }


def _place(place: Place) -> Facts:
    facts: Facts = {"address": place.market.pk, "name": place.market.name, "required": None, "runs": None}
    if place.served and place.match:
        served, match = place.served, place.match
        facts["required"] = {
            "name": served.entry.name,
            "origin": served.origin,
            "since": known_iso(served.since),
            "status": match.status,
            "reason": match.reason,
        }
    if place.record:
        record = place.record
        facts["runs"] = {"runs": record.runs, "success_share": place.success, "median_start_s": record.median_start_s}
    return facts


def _holder(holder: Holder) -> Facts:
    node = holder.row.node
    return {
        "address": node.pk,
        "market": node.market_id,
        "activity": holder.row.activity,
        "used_at": known_iso(holder.used_at),
        "reported_at": known_iso(holder.reported_at),
        "until": known_iso(holder.until),
    }


def _refusal(message: str, status: int) -> JsonResponse:
    return JsonResponse({"error": message}, status=status)


def _answer(facts: Facts) -> JsonResponse:
    return JsonResponse(facts, json_dumps_params={"indent": 2, "ensure_ascii": False})
