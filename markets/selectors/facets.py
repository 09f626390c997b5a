"""How many nodes each value of a facet would show, among those that the other facets leave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any, Final

from django.db.models import BooleanField, ExpressionWrapper
from django.http import QueryDict

from explorer.kept import kept
from explorer.paging import query_string
from explorer.text import shortened, visible
from markets.facets import FACETS, Facet
from markets.models import Market, Node

#: So many values of a facet are offered, the commonest; a chosen one always is.
TOP: Final = 60


@dataclass(frozen=True, slots=True)
class FacetChoice:
    """A value with how many nodes it would show."""

    value: str
    label: str
    count: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class FacetView:
    """A facet with its values; `more` counts those that are not offered."""

    facet: Facet
    choices: Sequence[FacetChoice]
    more: int

    @property
    def most(self) -> int:
        """The largest count."""
        return max((choice.count for choice in self.choices), default=0)

    @property
    def chosen(self) -> list[FacetChoice]:
        """The values that are on."""
        return [choice for choice in self.choices if choice.is_chosen]


@dataclass(frozen=True, slots=True)
class Faceted:
    """All facets, and how many nodes all of them together leave."""

    views: Sequence[FacetView]
    total: int


def facets(*, q: str, chosen: Mapping[str, Sequence[str]]) -> Faceted:
    """Return every facet of the nodes that the text `q` leaves, counted; two queries, one of which reads them all.

    `chosen` has the values that are on, by facet. A facet's own values do not narrow its counts. Kept for a moment.
    """
    return _faceted(q, tuple((name, tuple(values)) for name, values in chosen.items()))


@kept
def _faceted(q: str, given: tuple[tuple[str, tuple[str, ...]], ...]) -> Faceted:
    chosen = dict(given)
    active = [facet for facet in FACETS if chosen.get(facet.name)]
    rows = _rows(q, active, chosen)
    columns: list[tuple[Any, ...]] = list(zip(*rows, strict=True)) or [()] * (len(FACETS) + len(active))
    passes = {facet.name: column for facet, column in zip(active, columns[len(FACETS) :], strict=True)}
    names = dict(Market.objects.values_list("pk", "name"))
    views = [
        _view(facet, _counts(facet, column, passes), chosen.get(facet.name, ()), names)
        for facet, column in zip(FACETS, columns, strict=False)
    ]
    return Faceted(views, sum(map(all, zip(*passes.values(), strict=True))) if passes else len(rows))


def _rows(q: str, active: Sequence[Facet], chosen: Mapping[str, Sequence[str]]) -> list[tuple[Any, ...]]:
    """Return the columns of all facets, then whether each active one lets the node pass; one query."""
    found = Node.objects.matching(q).with_activity().order_by()
    lets_pass = {
        f"passes_{facet.name}": ExpressionWrapper(facet.narrowed(chosen[facet.name]), output_field=BooleanField())
        for facet in active
    }
    return list(found.annotate(**lets_pass).values_list(*(facet.column for facet in FACETS), *lets_pass))


def _counts(facet: Facet, column: Iterable[Any], passes: Mapping[str, Iterable[bool]]) -> Counter[str]:
    """Return how many nodes have each value of a facet, of those that the other facets let pass."""
    others = [flags for name, flags in passes.items() if name != facet.name]
    left = compress(column, map(all, zip(*others, strict=True))) if others else column
    counted: Counter[str] = Counter()
    for stored, count in Counter(left).items():
        counted[facet.value_of(stored)] += count
    del counted[""]
    return counted


def _view(facet: Facet, counted: Counter[str], chosen: Sequence[str], markets: Mapping[str, str]) -> FacetView:
    labels = facet.labels or (markets if facet.name == "market" else {})
    # A value with odd characters cannot be carried by a page's form.
    offered = [value for value in facet.labels or counted if value.isprintable()]
    if not facet.is_ordered:
        offered.sort(key=lambda value: (-counted[value], value))
        kept = dict.fromkeys(offered[:TOP]) | dict.fromkeys(value for value in chosen if value.isprintable())
        offered, more = [*kept], max(len(offered) - TOP, 0)
    else:
        offered, more = offered[::-1] if facet.bands else offered, 0
    choices = [
        FacetChoice(value, shortened(visible(labels.get(value) or value), 60), counted[value], value in chosen)
        for value in offered
    ]
    return FacetView(facet, choices, more)


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on, in words, and the query string without it."""

    name: str
    value: str
    url: str


def chips(q: str, views: Iterable[FacetView], params: QueryDict) -> list[Chip]:
    """Return the filters that are on, the text first; no query."""
    text = [Chip("text", visible(q), query_string(_without(params, "q", None)).rstrip("?"))] if q else []
    return text + [
        Chip(view.facet.label, choice.label, query_string(_without(params, view.facet.name, choice.value)).rstrip("?"))
        for view in views
        for choice in view.chosen
    ]


def _without(params: QueryDict, name: str, value: str | None) -> QueryDict:
    left = params.copy()
    left.setlist(name, [other for other in params.getlist(name) if value is not None and other.strip() != value])
    return left
