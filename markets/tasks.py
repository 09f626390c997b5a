"""What the workers do for markets and nodes: one lock, one call each."""

from __future__ import annotations

import random
from typing import Final

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from explorer.clients import open_client
from explorer.locks import advisory_lock
from explorer.nosana.errors import NosanaError
from markets import sync
from markets.models import Market
from markets.sync import caches

#: Seconds between the refreshes of one pass, and the longest that a pass is spread over; times the network's pace.
APART: Final = 0.5
SPREAD: Final = 60


@shared_task(throws=(NosanaError,))
def sync_markets() -> None:
    """Fetch the market list; those whose lists are news in it are refreshed at once."""
    with advisory_lock("sync_markets") as held, open_client() as client:
        if held:
            sync.sync_markets(client=client)
    refresh_due_required.delay()


@shared_task
def refresh_due_required() -> None:
    """Start one refresh for each listed market that is due."""
    _spread(sync.claim_due())


@shared_task
def refresh_all_required() -> None:
    """Start one refresh for each listed market, due or not."""
    _spread(list(Market.objects.filter(is_listed=True).values_list("pk", flat=True)))


@shared_task
def refresh_these(markets: list[str]) -> None:
    """Start one refresh for each of these markets: somebody asked for them."""
    _spread(markets)


def _spread(markets: list[str]) -> None:
    """Start one refresh for each market, each a little later than the one before, with jitter."""
    pace = settings.NETWORK.pace * min(APART, SPREAD / max(len(markets), 1))
    for place, market in enumerate(markets):
        wait = (place + random.random()) * pace  # noqa: S311 - jitter
        refresh_required.apply_async((market,), countdown=wait, expires=sync.HOLD.total_seconds())


@shared_task(throws=(NosanaError,))
def refresh_required(market: str) -> None:
    """Ask one market what it requires."""
    with advisory_lock(f"refresh_required {market}") as held, open_client() as client:
        if held:
            sync.refresh_required(client=client, market=market)


@shared_task(throws=(NosanaError,))
def sync_queues() -> None:
    """Read every market's queue from the chain."""
    with advisory_lock("sync_queues") as held, open_client() as client:
        if held:
            sync.sync_queues(client=client)


@shared_task(throws=(NosanaError,))
def sync_nodes() -> None:
    """Ask about the machines of the nodes whose answer is oldest."""
    with advisory_lock("sync_nodes") as held, open_client() as client:
        if held:
            sync.sync_nodes(client=client)


@shared_task(throws=(NosanaError,))
def sync_price() -> None:
    """Fetch what a NOS costs."""
    with advisory_lock("sync_price") as held, open_client() as client:
        if held:
            sync.sync_price(client=client)


@shared_task(throws=(NosanaError,))
def ask_nodes() -> None:
    """Ask nodes what they hold."""
    with advisory_lock("ask_nodes") as held, open_client(bounds=caches.BOUNDS) as client:
        if held:
            caches.ask_nodes(client=client, pace=settings.NETWORK.pace)


@shared_task
def forget_stale_caches() -> None:
    """Drop what no node is believed to hold any more."""
    caches.forget_stale()


@shared_task
def forget_old_history() -> None:
    """Drop what was noted of queues and nodes longer ago than it is kept."""
    sync.forget_old_history(timezone.now())
