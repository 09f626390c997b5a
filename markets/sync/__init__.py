"""From the network's answers to rows: markets, what they require, their queues, their nodes, the price of NOS."""

from __future__ import annotations

from markets.sync.history import forget_old_history, note_history
from markets.sync.listing import add_markets, store_markets, sync_markets
from markets.sync.machines import SPECS_HOLD, SPECS_RETRY, store_specs
from markets.sync.nodes import note_nodes, sync_nodes
from markets.sync.price import sync_price
from markets.sync.queues import store_queues, sync_queues
from markets.sync.required import HOLD, claim_due, refresh_required, store_required

__all__ = [
    "HOLD",
    "SPECS_HOLD",
    "SPECS_RETRY",
    "add_markets",
    "claim_due",
    "forget_old_history",
    "note_history",
    "note_nodes",
    "refresh_required",
    "store_markets",
    "store_queues",
    "store_required",
    "store_specs",
    "sync_markets",
    "sync_nodes",
    "sync_price",
    "sync_queues",
]
