"""The sample network's clock: the wall clock, or one that a test holds."""

from __future__ import annotations

import time
from collections.abc import Callable


class Clock:
    """Unix time that can be stopped and moved forward."""

    def __init__(self, source: Callable[[], float] = time.time) -> None:
        self._source = source
        self._ahead = 0.0
        self._held: float | None = None

    def now(self) -> float:
        """Return the time in Unix seconds."""
        return self._held if self._held is not None else self._source() + self._ahead

    def pause(self) -> None:
        """Stop the clock."""
        self._held = self.now()

    def resume(self) -> None:
        """Let the clock go on from where it was stopped."""
        self._ahead = self.now() - self._source()
        self._held = None

    def advance(self, seconds: float) -> None:
        """Move the clock forward, stopped or not."""
        if self._held is not None:
            self._held += seconds
        else:
            self._ahead += seconds
