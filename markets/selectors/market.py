"""One market's page: what it reads out, and who waits there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from django.apps import apps
from django.db.models import Count

from explorer.nosana import base58
from markets.choices import QueueType
from markets.models import Market, Node
from markets.selectors.board import nodes_known, success_now
from markets.selectors.sums import Success

#: How many of those who wait in a queue a page shows; the count says how many there are.
QUEUE_SHOWN = 100


def find_market(key: str) -> Market | None:
    """Return the market with that address or slug, a listed one first; at most two queries."""
    if base58.is_address(key):
        return Market.objects.filter(pk=key).first()
    if not key.isprintable():
        return None
    return Market.objects.filter(slug=key).order_by("-is_listed", "address").first()


@dataclass(frozen=True, slots=True)
class MarketFigures:
    """What a market's page reads out."""

    running: int
    nodes_busy: int
    nodes_known: int
    success: Success


def figures(market: Market) -> MarketFigures:
    """Return a market's figures; three queries, two of which are kept for a moment."""
    at_work = market.jobs.filter(phase=1, delisted_at=None)
    counted = at_work.aggregate(running=Count("pk"), nodes=Count("node", distinct=True))
    success = success_now().get(market.pk, Success())
    return MarketFigures(counted["running"], counted["nodes"], nodes_known().get(market.pk, 0), success)


class Waiting(NamedTuple):
    """One in a market's queue. `is_known` says whether it has a page here."""

    address: str
    is_known: bool


def queue_of(market: Market) -> list[Waiting]:
    """Return who waits in a market's queue, first in line first, the first hundred; one query."""
    line = market.queue[:QUEUE_SHOWN]
    if market.queue_type == QueueType.JOBS:
        jobs = apps.get_model("jobs", "Job")._default_manager  # as sums.py reaches their sums
        known = set(jobs.filter(pk__in=line).order_by().values_list("pk", flat=True))
    else:
        known = set(Node.objects.filter(pk__in=line).order_by().values_list("pk", flat=True))
    return [Waiting(address, address in known) for address in line]
