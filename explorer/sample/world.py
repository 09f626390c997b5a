"""What never changes in a sample network: its markets, nodes and deployers, all from the seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from explorer.sample.deployers import Deployer, deployers
from explorer.sample.markets import Market, markets
from explorer.sample.nodes import Node, nodes


@dataclass(frozen=True, slots=True)
class World:
    """The network's fixed facts, by address."""

    seed: int
    markets: Mapping[str, Market]
    nodes: Mapping[str, Node]
    deployers: tuple[Deployer, ...]

    def market(self, key: str) -> Market | None:
        """Return the market with that address or slug."""
        if key in self.markets:
            return self.markets[key]
        return next((market for market in self.markets.values() if market.kind.slug == key), None)

    def nodes_of(self, market: str) -> list[Node]:
        """Return the nodes of a market."""
        return [node for node in self.nodes.values() if node.market == market]


def make(seed: int) -> World:
    """Return the world of a seed."""
    all_markets = markets(seed)
    return World(
        seed=seed,
        markets={market.address: market for market in all_markets},
        nodes={node.address: node for node in nodes(seed, all_markets)},
        deployers=deployers(seed, all_markets),
    )
