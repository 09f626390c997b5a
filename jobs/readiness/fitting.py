"""Whether a market's GPUs have the memory that a definition needs, as far as anybody says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from jobs.readiness.answer import FITS, TOO_SMALL, UNKNOWN
from jobs.readiness.needs import Needs
from jobs.readiness.reading import Facts, History, Memory
from markets.models import Market

_MB_PER_GB = 1024
#: What a billion parameters take at the least, in MB: 4 bits each, the smallest in which models are commonly served.
SMALLEST_MB = 0.5e9 / 2**20


class Fit(NamedTuple):
    """A word of `POST /api/readiness`, and why."""

    word: str
    reason: str


class Fitting:
    """Asked for one market after another; what holds for all is worked out once."""

    def __init__(self, needs: Needs, facts: Facts) -> None:
        self.needs = needs
        self.memory = facts.memory
        self.proven = _proven(facts)

    def of(self, market: Market) -> Fit:
        """Say whether the smallest GPU of a market is enough: any of its nodes may take the job.

        What the definition says counts first, then the size of the models that it names, then where jobs with its
        images succeeded lately.
        """
        if not self.needs.has_gpu:
            return Fit(FITS, "No op asks for a GPU.")
        size = capacity(market, self.memory)
        if size is None:
            return Fit(UNKNOWN, "How much memory its GPUs have is not known.")
        if self.needs.vram_mb is not None:
            word = FITS if size >= self.needs.vram_mb else TOO_SMALL
            return Fit(word, f"{gigabytes(self.needs.vram_mb)} of GPU memory needed, at least {gigabytes(size)} there.")
        weights = round(self.needs.parameters * SMALLEST_MB)
        if weights > size:
            model = f"a model of {self.needs.parameters:g} billion parameters"
            return Fit(TOO_SMALL, f"The weights of {model} take {gigabytes(weights)} or more, {gigabytes(size)} there.")
        if self.proven is not None and size >= self.proven:
            return Fit(FITS, f"Jobs with its images succeeded lately on {gigabytes(self.proven)}.")
        return Fit(UNKNOWN, "The definition does not say how much GPU memory it needs.")


def capacity(market: Market, memory: Mapping[str, Memory]) -> int | None:
    """Return the memory in MB that every node of a market has: what the network says, else what its nodes told."""
    if market.lowest_vram_gb:
        return market.lowest_vram_gb * _MB_PER_GB
    return memory.get(market.pk, Memory()).smallest_mb


def _proven(facts: Facts) -> int | None:
    """Return a memory in MB on which jobs with each of the images succeeded; None if one never did."""
    sizes = {market.pk: size for market in facts.markets if (size := capacity(market, facts.memory)) is not None}
    smallest = [_smallest(histories, sizes) for histories in facts.histories.values()]
    known = [size for size in smallest if size is not None]
    return max(known) if known and len(known) == len(smallest) else None


def _smallest(histories: Mapping[str, History], sizes: Mapping[str, int]) -> int | None:
    good: Iterable[str] = (market for market, history in histories.items() if history.succeeded)
    return min((sizes[market] for market in good if market in sizes), default=None)


def gigabytes(megabytes: int) -> str:
    """Return an amount of memory as cards are named by it, such as "24 GB"."""
    return f"{megabytes / _MB_PER_GB:.1f}".removesuffix(".0") + " GB"
