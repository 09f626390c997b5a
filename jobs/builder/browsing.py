"""The gallery: which templates fit what was asked for, and how many each choice would show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Any, Final

from jobs.builder import saved, templates
from jobs.builder.owners import Owner
from jobs.builder.saved import Entry
from jobs.builder.templates import CATEGORIES, Template
from markets.models import Image, Resource

#: Where templates are from, and what the gallery calls it.
ORIGINS: Final = {saved.SHIPPED: "Of this explorer", saved.OWN: "Your own", saved.SHARED: "Shared by others"}


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a filter, and how many templates it shows with the other filters as they are."""

    value: str
    label: str
    count: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Gallery:
    """The templates that fit, the choices there are, and how many templates there are altogether."""

    entries: Sequence[Entry]
    categories: Sequence[Choice]
    origins: Sequence[Choice]
    total: int


@dataclass(frozen=True, slots=True)
class Seen:
    """An image or resource of a template as the catalog knows it; `entry` is None for one that nobody used yet."""

    name: str
    entry: Image | Resource | None


def browse(owner: Owner, asked: dict[str, Any]) -> Gallery:
    """Return the gallery for `q`, `category` and `origin`; one query."""
    every = [*map(Entry, templates.every()), *saved.entries(owner)]
    fitting = [entry for entry in every if _holds(entry.template, asked["q"])]
    category, origin = asked["category"], asked["origin"]
    of_origin = [entry for entry in fitting if not origin or entry.origin == origin]
    of_category = [entry for entry in fitting if not category or category in entry.template.categories]
    chosen = [entry for entry in of_origin if not category or category in entry.template.categories]
    return Gallery(
        entries=_in_order(chosen, asked["q"]),
        categories=_choices(CATEGORIES, category, _categories(every), _categories(of_origin)),
        origins=_choices(ORIGINS, origin, {entry.origin for entry in every}, Counter(e.origin for e in of_category)),
        total=len(every),
    )


def find(owner: Owner, slug: str) -> Entry | None:
    """Return a template by its slug or token, if this owner may see it; one query for a saved one."""
    shipped = templates.find(slug)
    return Entry(shipped) if shipped else saved.find(owner, slug)


def images_of(template: Template) -> list[Seen]:
    """Return a template's images as the catalog knows them; one query."""
    known = {image.reference: image for image in Image.objects.filter(reference__in=template.images)}
    return [Seen(name, known.get(name)) for name in template.images]


def resources_of(template: Template) -> list[Seen]:
    """Return a template's resources as the catalog knows them; one query."""
    known = {resource.key: resource for resource in Resource.objects.filter(key__in=template.resource_keys)}
    pairs = zip(template.resources, template.resource_keys, strict=True)
    return [Seen(name, known.get(key)) for name, key in pairs]


def _holds(template: Template, query: str) -> bool:
    return all(word in template.words for word in query.lower().split())


def _in_order(entries: Sequence[Entry], query: str) -> list[Entry]:
    """Return one's own first, then those whose names hold a word that was looked for, then by name."""
    wanted = query.lower().split()
    return sorted(
        entries,
        key=lambda entry: (
            entry.origin != saved.OWN,
            -sum(word in entry.template.name.lower() for word in wanted),
            entry.origin != saved.SHIPPED,
            entry.template.name.lower(),
        ),
    )


def _categories(entries: Sequence[Entry]) -> Counter[str]:
    return Counter(name for entry in entries for name in entry.template.categories)


def _choices(labels: dict[str, str], chosen: str, known: Container[str], counts: Counter[str]) -> list[Choice]:
    """Return the values that any template has, so that they stay where they are while somebody types."""
    return [
        Choice(value, label, counts[value], value == chosen)
        for value, label in labels.items()
        if value in known or value == chosen
    ]
