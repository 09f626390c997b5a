"""The catalog: the lists of images and resources, and the page of each one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import unquote, urlencode

from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.views.decorators.http import require_safe

from explorer import images
from explorer.htmx import HtmxHttpRequest
from explorer.paging import BadCursor, Page, capped_count, keyset_page, query_string
from jobs.filters import CatalogFilter, ImageFilter, ResourceFilter
from jobs.selectors import catalog, entry, usage
from markets.models import Image, Resource
from markets.views.shared import list_page, named

Entry = TypeVar("Entry", Image, Resource)


@dataclass(frozen=True, slots=True)
class Kind:
    """What the two lists say differently."""

    plural: str
    url: Any
    json_url: Any
    hint: str

    @property
    def title(self) -> str:
        """The list's heading."""
        return self.plural.capitalize()

    @property
    def cells(self) -> str:
        """The template of a row's first cells."""
        return f"catalog/_{self.plural[:-1]}_cells.html"

    @property
    def none_matches(self) -> str:
        """What an empty list under a filter says first."""
        return f"No {self.plural[:-1]} matches"

    @property
    def none_yet(self) -> str:
        """What an empty list says first."""
        return f"No {self.plural} yet"

    @property
    def show_all(self) -> str:
        """The link out of a filter that leaves nothing."""
        return f"Show all {self.plural}"


IMAGES = Kind("images", reverse_lazy("jobs:images"), reverse_lazy("jobs:images_json"), "Name, registry or tag")
RESOURCES = Kind(
    "resources", reverse_lazy("jobs:resources"), reverse_lazy("jobs:resources_json"), "URL, repository or model"
)


@require_safe
def image_list(request: HtmxHttpRequest) -> HttpResponse:
    """Show every image that a job used or a market requires, a page at a time; three queries."""
    form = ImageFilter(request.GET)
    return _list(request, IMAGES, form, catalog.image_list(**form.wanted()) if form.is_valid() else None)


@require_safe
def resource_list(request: HtmxHttpRequest) -> HttpResponse:
    """Show every model and file set that a job used or a market requires, a page at a time; three queries."""
    form = ResourceFilter(request.GET)
    return _list(request, RESOURCES, form, catalog.resource_list(**form.wanted()) if form.is_valid() else None)


def _list(request: HtmxHttpRequest, kind: Kind, form: CatalogFilter, found: QuerySet[Entry] | None) -> HttpResponse:
    page: Page[Entry] = Page([], None, None)
    count = None
    if found is not None:
        page, count = _page(request, form, found), capped_count(found)
    json_url = f"{kind.json_url}{query_string(request.GET)}".rstrip("?")
    context = {"kind": kind, "page": page, "count": count, "json_url": json_url}
    return list_page(request, "catalog/list.html", form, context)


def _page(request: HtmxHttpRequest, form: CatalogFilter, found: QuerySet[Entry]) -> Page[Entry]:
    try:
        return keyset_page(found, form.order(), request.GET)
    except BadCursor as error:
        raise BadRequest(str(error)) from error


@require_safe
def image_page(request: HtmxHttpRequest, reference: str) -> HttpResponse:
    """Show one image; a constant number of queries."""
    image = _image(reference)
    if _is_elsewhere(request, image):
        return redirect(image, permanent=True)
    # The list takes a reference without a tag for all tags of it.
    exact = f"{image.reference}:latest" if _is_untagged(image) else image.reference
    context = {"page": entry.image_page(image), "figures": usage.image_usage(image), "jobs_url": _jobs(image=exact)}
    return render(request, "catalog/image.html", context)


@require_safe
def resource_page(request: HtmxHttpRequest, type: str, key: str) -> HttpResponse:
    """Show one model or file set; a constant number of queries."""
    resource = _resource(type, key)
    if resource.key == key and _is_elsewhere(request, resource):
        return redirect(resource, permanent=True)
    context = {
        "page": entry.resource_page(resource),
        "figures": usage.resource_usage(resource),
        "jobs_url": _jobs(resource=f"{resource.type}:{resource.key}"),
    }
    return render(request, "catalog/resource.html", context)


def _jobs(**filters: str) -> str:
    return f"{reverse('jobs:list')}?{urlencode(filters)}"


def _is_untagged(image: Image) -> bool:
    parsed = images.parse(image.reference)
    return parsed is not None and not parsed.tag and not parsed.digest


def _is_elsewhere(request: HtmxHttpRequest, found: Entry) -> bool:
    """Say whether the page was asked for by another form of its path than the one it has."""
    return request.path != unquote(found.get_absolute_url())


def _image(reference: str) -> Image:
    image = entry.find_image(reference)
    if image is None:
        raise Http404(f"No image “{named(reference)}” is known here: no job used it and no market required it.")
    return image


def _resource(type: str, key: str) -> Resource:
    resource = entry.find_resource(type, key)
    if resource is None:
        raise Http404(f"No resource “{named(key)}” is known here: no job used it and no market required it.")
    return resource
