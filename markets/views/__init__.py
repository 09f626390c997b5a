"""Pages of markets and nodes."""

from __future__ import annotations

from markets.views.curation import curate
from markets.views.history import market_history, revert_to, revision_page
from markets.views.markets import market_list, market_page, required_resources
from markets.views.nodes import node_list, node_page
from markets.views.refreshing import refresh

__all__ = [
    "curate",
    "market_history",
    "market_list",
    "market_page",
    "node_list",
    "node_page",
    "refresh",
    "required_resources",
    "revert_to",
    "revision_page",
]
