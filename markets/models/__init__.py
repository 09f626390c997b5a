"""Markets, what they demand of their nodes, what curators made of it, the nodes and their caches, the price of NOS."""

from __future__ import annotations

from markets.models.cache import CachedImage, CachedResource, CacheReport
from markets.models.catalog import Image, Resource
from markets.models.curation import Curated, MarketCurator, Revision
from markets.models.history import MarketHistory, NodeDay, WatchDay
from markets.models.machine import MachineReport
from markets.models.market import Market, MarketQuerySet
from markets.models.node import Node, NodeQuerySet
from markets.models.price import NosPrice
from markets.models.record import ImageRecord, MarketRecord
from markets.models.required import RequiredImage, RequiredResource

__all__ = [
    "CacheReport",
    "CachedImage",
    "CachedResource",
    "Curated",
    "Image",
    "ImageRecord",
    "MachineReport",
    "Market",
    "MarketCurator",
    "MarketHistory",
    "MarketQuerySet",
    "MarketRecord",
    "Node",
    "NodeDay",
    "NodeQuerySet",
    "NosPrice",
    "RequiredImage",
    "RequiredResource",
    "Resource",
    "Revision",
    "WatchDay",
]
