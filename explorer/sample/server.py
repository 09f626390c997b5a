"""A running sample network: its life in one thread, its interfaces over HTTP in others."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from explorer.sample import draw, order, past
from explorer.sample.clock import Clock
from explorer.sample.faults import Fault, Faults
from explorer.sample.http import Server
from explorer.sample.life import DEFAULT_SPEED
from explorer.sample.limits import Limiter
from explorer.sample.network import Network

HEARTBEAT_SECONDS = 0.25
LOOPBACK = "127.0.0.1"


class SampleServer:
    """The sample network as a context manager: serves `url` from entering to leaving.

    Without `state` it lives in a folder of its own that goes with it. Tests may hold its clock, post jobs and let
    answers go wrong; `past_jobs` makes a smaller past, `job_list_limits` turns the published limits on.
    """

    def __init__(
        self,
        *,
        seed: int = 1,
        state: Path | None = None,
        speed: float = DEFAULT_SPEED,
        host: str = LOOPBACK,
        port: int = 0,
        clock: Clock | None = None,
        past_jobs: int = past.JOBS,
        job_list_limits: bool = False,
    ) -> None:
        self._folder = None if state else tempfile.TemporaryDirectory(prefix="sample-network-")
        self.clock = clock or Clock()
        self.faults = Faults()
        self.network = Network(
            seed=seed,
            state=state or Path(self._folder.name if self._folder else ""),
            speed=speed,
            clock=self.clock,
            past_jobs=past_jobs,
        )
        limiter = Limiter(self.clock.now) if job_list_limits else None
        self._server = Server((host, port), self.network, self.faults, limiter)
        self._ending = threading.Event()
        self._threads = [
            threading.Thread(target=self._live, name="sample life", daemon=True),
            threading.Thread(target=self._server.serve_forever, args=(0.1,), name="sample http", daemon=True),
        ]
        self.url = f"http://{host}:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._ending.set()
        self._server.shutdown()
        self._server.server_close()
        self._server.end_connections()
        for thread in self._threads:
            thread.join()
        self.network.close()
        if self._folder:
            self._folder.cleanup()

    def _live(self) -> None:
        while not self._ending.wait(HEARTBEAT_SECONDS):
            self.network.look()

    def wait(self, seconds: float | None = None) -> bool:
        """Return after that long, or as soon as the network's life is over; return whether it goes on."""
        self._threads[0].join(seconds)
        return self._threads[0].is_alive()

    def pause(self) -> None:
        """Stop the network's clock: nothing happens until it is moved or resumed."""
        self.clock.pause()

    def resume(self) -> None:
        """Let the clock go on from where it was stopped."""
        self.clock.resume()

    def advance(self, seconds: float) -> None:
        """Move the clock forward and let everything happen that is due on the way."""
        self.network.advance(seconds)

    def post_job(self, definition: Mapping[str, Any] | list[Any] | str, market: str, *, timeout: int = 7200) -> str:
        """Pin a definition (a text as it is, even if it is not JSON), list it in a market, return the job's address."""
        text = definition if isinstance(definition, str) else draw.dumps(definition)
        project = draw.address(self.network.seed, "key", "test")
        wanted = order.Order(
            market, project, project, text, order.cid_of(text), timeout, self.network.speed, care=0.0, posted=True
        )
        return self.network.list_job(wanted).address

    def fault(self, prefix: str, **how: Any) -> None:
        """Let answers below a path go wrong: see `faults.Fault` for how."""
        self.faults.add(Fault(prefix, **how))

    def heal(self) -> None:
        """Let every answer be right again."""
        self.faults.heal()
