"""Pages of markets and nodes."""

from __future__ import annotations

from markets.views.compare import compare_json, compare_markets
from markets.views.curation import curate
from markets.views.history import market_history, revert_to, revision_page
from markets.views.markets import market_as_json, market_list, market_page, required_resources
from markets.views.nodes import node_list
from markets.views.refreshing import refresh

__all__ = [
    "compare_json",
    "compare_markets",
    "curate",
    "market_as_json",
    "market_history",
    "market_list",
    "market_page",
    "node_list",
    "refresh",
    "required_resources",
    "revert_to",
    "revision_page",
]
