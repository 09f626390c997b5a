"""Django admin of markets: what the network said of them, and the curation of what they require."""

from __future__ import annotations

from markets.admin.audit import RevisionAdmin
from markets.admin.curators import MarketCuratorAdmin
from markets.admin.market import MarketAdmin
from markets.admin.readings import NodeAdmin, NosPriceAdmin, RequiredImageAdmin, RequiredResourceAdmin

__all__ = [
    "MarketAdmin",
    "MarketCuratorAdmin",
    "NodeAdmin",
    "NosPriceAdmin",
    "RequiredImageAdmin",
    "RequiredResourceAdmin",
    "RevisionAdmin",
]
