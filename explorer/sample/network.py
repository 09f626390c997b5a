"""The parts of a running sample network together: what the handlers of requests are given."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from explorer.sample import past, world
from explorer.sample.clock import Clock
from explorer.sample.life import Life
from explorer.sample.order import Order
from explorer.sample.record import Job
from explorer.sample.store import Store

LONG_PAUSE = 60.0  # seconds without a look at the clock after which arrivals due in between are let go


class Network:
    """A sample network: the world, its life, its memory and its clock."""

    def __init__(self, *, seed: int, state: Path, speed: float, clock: Clock, past_jobs: int = past.JOBS) -> None:
        self.seed, self.speed, self.clock = seed, speed, clock
        self.store = Store(state, seed)
        self.world = world.make(seed)
        self._life = Life(self.world, self.store, speed)
        self._lock = threading.RLock()
        self._looked = clock.now()
        if not self._life.load():
            past.live(self._life, self._looked, past_jobs)
        self._rest()

    def close(self) -> None:
        """Save and let go of the file."""
        with self._lock:
            self._life.save()
            self.store.close()

    def look(self) -> None:
        """Let everything happen that is due by now, and save it."""
        with self._lock:
            now = self.clock.now()
            if now - self._looked > LONG_PAUSE:
                self._looked = now
                self._rest()
            self._looked = now
            if self._life.run_until(now):
                self._life.save()

    def advance(self, seconds: float) -> None:
        """Move the clock forward and live through that time, jobs arriving all the while."""
        with self._lock:
            left = seconds
            while left > 0:
                self.clock.advance(min(left, LONG_PAUSE / 2))
                left -= LONG_PAUSE / 2
                self.look()

    def _rest(self) -> None:
        """Catch up with a pause: what was due happens at its time, but no job arrived meanwhile."""
        self._life.arrivals_from(self._looked)
        self._life.run_until(self._looked)
        self._life.save()

    @contextmanager
    def living(self) -> Iterator[Life]:
        """Give the life, up to date and to oneself, and save what was done to it."""
        with self._lock:
            self.look()
            yield self._life
            self._life.save()

    def list_job(self, order: Order) -> Job:
        """List a job now."""
        with self.living() as life:
            return life.list_job(order, self.clock.now())

    def queues(self) -> dict[str, tuple[list[str], list[str]]]:
        """Return each market's waiting jobs and waiting nodes, first in line first."""
        return {market: (jobs, nodes) for market, (jobs, nodes) in self.store.state("queues").items()}

    def cache(self, node: str) -> tuple[dict[str, float], dict[str, float]]:
        """Return when each image and volume of a node was last used."""
        images, volumes = self.store.state(f"cache:{node}", [{}, {}])
        return images, volumes
