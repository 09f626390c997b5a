"""A sample network with as many markets as a test wants, whose required lists the test decides."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from explorer.sample import SampleServer
from tests.markets.factories import address

Lists = tuple[list[str], list[dict[str, Any]]]


class Network:
    """The sample network, with more markets. `lists` says what each requires, by address: images and resources."""

    def __init__(self, server: SampleServer, markets: int) -> None:
        self.server = server
        self.asked: list[float] = []  # when each market's own endpoint was asked, as time.monotonic() says
        own = [market.address for market in server.network.world.markets.values()]
        self.markets = sorted((own + [address(f"more {n}") for n in range(markets)])[:markets])
        self.lists: dict[str, Lists] = {
            market: ([f"nosana/stats:{n}", "nosana/frpc:1"], []) for n, market in self._each()
        }
        server.fault("/api/markets", exact=True, edit=self._listed)
        for market in self.markets:
            server.fault(f"/api/markets/{market}/required-resources", status=200, edit=self._answer_of(market))

    def change(self, images: list[str]) -> None:
        """Let every market require other images from now on, and a resource."""
        self.lists = {market: ([f"nosana/stats:{n}", *images], [MODEL]) for n, market in self._each()}

    def _each(self) -> Iterator[tuple[int, str]]:
        return iter(enumerate(self.markets))

    def _listed(self, rows: Any) -> Any:
        facts = {**rows[0], "required_images": [], "required_remote_resources": []}
        return [
            {
                **facts,
                "address": market,
                "slug": f"market-{n}",
                "name": f"Market {n:02}",
                "sft": market,
                **self._said(market),
            }
            for n, market in self._each()
        ]

    def _answer_of(self, market: str) -> Any:
        def answer(_: Any) -> Any:
            self.asked.append(time.monotonic())
            return self._said(market)

        return answer

    def _said(self, market: str) -> dict[str, Any]:
        images, resources = self.lists[market]
        return {"required_images": images, "required_remote_resources": resources}


MODEL = {"type": "Ollama", "model": "llama3.2:3b"}


@contextmanager
def network(state: Path, *, markets: int) -> Iterator[Network]:
    """Serve such a network, whose life stands still."""
    with SampleServer(seed=7, state=state, past_jobs=30) as server:
        server.pause()
        yield Network(server, markets)
