"""Reads of the market and node pages that join several tables. Every one is a constant number of queries.

Jobs are reached by the market's reverse relation, and their sums by the name of their model: this app does not know
the jobs app.
"""

from __future__ import annotations

from markets.selectors.board import MarketNow, MarketRow, board, busiest
from markets.selectors.facets import Chip, Faceted, FacetView, chips, facets
from markets.selectors.history import lately, past, pasts
from markets.selectors.market import MarketFigures, Waiting, figures, find_market, queue_of
from markets.selectors.nodes import NodeRow, Place, first_nodes, listed_rows, node_row, node_rows, nodes, places_of
from markets.selectors.presence import presence
from markets.selectors.sums import LATELY, Success, success_lately

__all__ = [
    "LATELY",
    "Chip",
    "FacetView",
    "Faceted",
    "MarketFigures",
    "MarketNow",
    "MarketRow",
    "NodeRow",
    "Place",
    "Success",
    "Waiting",
    "board",
    "busiest",
    "chips",
    "facets",
    "figures",
    "find_market",
    "first_nodes",
    "lately",
    "listed_rows",
    "node_row",
    "node_rows",
    "nodes",
    "past",
    "pasts",
    "places_of",
    "presence",
    "queue_of",
    "success_lately",
]
