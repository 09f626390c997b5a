"""What the workers do for markets and nodes: one lock, one call each."""

from __future__ import annotations

import random

from celery import shared_task

from explorer.clients import open_client
from explorer.locks import advisory_lock
from explorer.nosana.errors import NosanaError
from markets import sync
from markets.models import Market


@shared_task(throws=(NosanaError,))
def sync_markets() -> None:
    """Fetch the market list; the first time, what each market requires follows at once."""
    with advisory_lock("sync_markets") as held, open_client() as client:
        if held:
            sync.sync_markets(client=client)
            for market in Market.objects.never_refreshed():
                refresh_required.delay(market)


@shared_task(throws=(NosanaError,))
def refresh_all_required(within: float = 20) -> None:
    """Start one refresh for each listed market, spread over `within` seconds."""
    for market in Market.objects.filter(is_listed=True).values_list("pk", flat=True):
        refresh_required.apply_async((market,), countdown=random.uniform(0, within))  # noqa: S311 - jitter


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
