"""Forms of markets and nodes."""

from __future__ import annotations

from markets.forms.columns import ListFilter
from markets.forms.filters import MarketFilter, NodeFilter

__all__ = ["ListFilter", "MarketFilter", "NodeFilter"]
