"""The filters that are on, in words, each with the way to be rid of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.http import QueryDict

from explorer.paging import query_string
from explorer.text import shortened, visible
from jobs.choices import OUTCOMES, STATES
from markets.models import Market

NAMES: Final[Mapping[str, str]] = {
    "state": "state",
    "outcome": "outcome",
    "market": "market",
    "gpu": "GPU",
    "node": "node",
    "deployer": "deployer",
    "payer": "payer",
    "image": "image",
    "resource": "resource",
    "op_type": "op type",
    "trigger": "trigger",
    "q": "text",
    "listed_from": "listed since",
    "listed_to": "listed until",
    "started_from": "started since",
    "started_to": "started until",
    "ended_from": "ended since",
    "ended_to": "ended until",
    "duration_min": "ran at least",
    "duration_max": "ran at most",
    "price_min": "price from",
    "price_max": "price to",
}
_LABELS: Final = {**dict(STATES), **dict(OUTCOMES)}


@dataclass(frozen=True, slots=True)
class Chip:
    """An active filter, and the query string without it. `value` is ready to be shown."""

    name: str
    value: str
    url: str


def chips(filters: Mapping[str, Sequence[str]], query: QueryDict, markets: Mapping[str, Market]) -> list[Chip]:
    """Return the active filters by their canonical texts; `query` is the canonical one."""
    return list(_chips(filters, query, markets))


def _chips(filters: Mapping[str, Sequence[str]], query: QueryDict, markets: Mapping[str, Market]) -> Iterator[Chip]:
    for name, label in NAMES.items():
        for text in filters.get(name, ()):
            yield Chip(label, _words(name, text, markets), query_string(_without(query, name, text)).rstrip("?"))


def _words(name: str, text: str, markets: Mapping[str, Market]) -> str:
    if name in {"state", "outcome"}:
        return _LABELS.get(text, text)
    if name == "market":
        return shortened(visible(markets[text]), 60) if text in markets else text
    if name.endswith(("_from", "_to")) and text[-1].isalpha() and text[-1] != "Z":
        return f"{text} ago"
    return f"{text} NOS/h" if name.startswith("price_") else visible(text)


def _without(query: QueryDict, name: str, text: str) -> QueryDict:
    left = query.copy()
    left.setlist(name, [other for other in query.getlist(name) if other != text])
    return left
