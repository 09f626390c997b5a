"""How jobs went, wherever they are counted by their outcome."""

from __future__ import annotations


class Judged:
    """Something that counts jobs that succeeded and failed."""

    __slots__ = ()

    succeeded: int
    failed: int

    @property
    def judged(self) -> int:
        """Of how many jobs it is known how they went."""
        return self.succeeded + self.failed

    @property
    def success(self) -> float | None:
        """The share of successes, from 0 to 1; None while none was judged."""
        return self.succeeded / self.judged if self.judged else None
