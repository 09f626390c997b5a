"""What the seed makes: markets, nodes, deployers."""

from __future__ import annotations

from collections import Counter

from explorer.nosana import base58
from explorer.sample import world
from explorer.sample.markets import SEED_MARKET


def test_world_same_seed_is_the_same() -> None:
    assert world.make(7) == world.make(7)


def test_world_other_seed_differs_but_for_the_documented_market() -> None:
    one, two = world.make(1), world.make(2)
    assert set(one.markets) & set(two.markets) == {SEED_MARKET}
    assert set(one.nodes) & set(two.nodes) == set()


def test_world_markets_are_well_known_gpus() -> None:
    markets = world.make(1).markets.values()
    assert [market.kind.name for market in markets] == [
        "NVIDIA 3060", "NVIDIA 3070", "NVIDIA 3080", "NVIDIA 3090", "NVIDIA 3090 Community", "NVIDIA 4070",
        "NVIDIA 4080", "NVIDIA 4090", "NVIDIA 5090", "NVIDIA RTX A4000", "NVIDIA RTX A5000", "NVIDIA RTX A6000",
        "NVIDIA A100 80GB", "NVIDIA H100", "L40S Lab",
    ]  # fmt: skip
    assert Counter(market.kind.type for market in markets) == {"PREMIUM": 9, "COMMUNITY": 5, "OTHER": 1}
    assert all(base58.is_address(market.address) for market in markets)


def test_world_nodes_fit_their_market() -> None:
    found = world.make(1)
    assert len(found.nodes) == 150
    for node in found.nodes.values():
        kind = found.markets[node.market].kind
        assert (node.gpu, node.architecture) == (kind.gpu, kind.architecture)
        assert abs(node.vram_mb - kind.vram_gb * 1024) <= 12
        assert base58.is_address(node.address)


def test_world_deployers_are_about_sixty_and_few_post_most() -> None:
    people = world.make(1).deployers
    weights = sorted((person.weight for person in people), reverse=True)
    assert len(people) == 62
    assert sum(weights[:10]) > 0.4 * sum(weights)
