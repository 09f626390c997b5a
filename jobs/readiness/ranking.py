"""In what order markets are offered, and the words for it.

The order, first to last; what is equal so far is decided by the next:

1. markets whose GPUs are not known to be too small,
2. markets where the images did not mostly fail lately (less than half of five or more jobs succeeded),
3. a node is free; nobody waits at all; jobs wait; the queue is not known,
4. every free node holds everything; some do, a larger share first; none does,
5. fewer items that a free node has to download, on average and rounded (where none is free: those that the market does
   not require), then fewer that it pulls again though it has them under another name,
6. fewer jobs waiting, then a shorter median wait, in minutes, where no node is free,
7. a lower price, the fee included, then the name, then the address.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from explorer.formats import duration, percent
from explorer.held import Status
from jobs.readiness.answer import TOO_SMALL, ItemReadiness, Price
from jobs.readiness.fitting import Fit
from jobs.readiness.reading import Cuda, History
from markets.models import Market

#: So many jobs have to have been judged, and less than this share have succeeded, to count against a market.
ENOUGH: Final = 5
MOSTLY: Final = 0.5
FREE, EMPTY, WAITING, UNKNOWN = range(4)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a market's place is decided by. `downloads` and `pulls` are means over its free nodes."""

    market: Market
    items: tuple[ItemReadiness, ...]
    free: int | None
    warm: int | None
    waiting: int | None
    wait_s: float | None
    downloads: float
    pulls: float
    history: History
    price: Price
    fit: Fit
    cuda: Cuda | None

    @property
    def place(self) -> int:
        """Whether a node is free, nobody waits, jobs wait, or nothing is known."""
        if self.free is None or self.waiting is None:
            return UNKNOWN
        return FREE if self.free else WAITING if self.waiting else EMPTY

    @property
    def success_share(self) -> float | None:
        """The share of successes among the jobs with these images that were judged."""
        judged = self.history.succeeded + self.history.failed
        return self.history.succeeded / judged if judged else None

    @property
    def mostly_fails(self) -> bool:
        """Whether enough jobs with these images failed here to warn."""
        share = self.success_share
        return share is not None and share < MOSTLY and self.history.succeeded + self.history.failed >= ENOUGH


def order(standing: Standing) -> tuple[object, ...]:
    """Return what markets are sorted by; see above."""
    wait = math.inf if standing.wait_s is None else standing.wait_s // 60
    return (
        standing.fit.word == TOO_SMALL,
        standing.mostly_fails,
        standing.place,
        -round(standing.warm / standing.free, 2) if standing.warm and standing.free else 0,
        round(standing.downloads),
        round(standing.pulls),
        standing.waiting or 0,
        wait if standing.place != FREE else 0,
        _amount(standing.price),
        standing.market.name.casefold(),
        standing.market.pk,
    )


def _amount(price: Price) -> tuple[bool, float]:
    """Return the price in USD; markets whose price is known in NOS only, or not at all, come after the others."""
    if price.total_usd is not None:
        return False, float(price.total_usd)
    return True, math.inf if price.nos is None else float(price.nos)


def summary(standing: Standing) -> str:
    """Return what there is to say in one sentence."""
    if standing.fit.word == TOO_SMALL:
        return "Its GPUs are too small."
    found = _start(standing)
    return f"{found.removesuffix('.')}, but jobs with this image mostly fail here." if standing.mostly_fails else found


def _start(standing: Standing) -> str:
    free, warm = standing.free or 0, standing.warm or 0
    if standing.place == UNKNOWN:
        return "Its queue is not known yet."
    if standing.place == WAITING:
        return f"{_count(standing.waiting or 0, 'job')} {_verb(standing.waiting or 0, 'wait')} ahead{_usual(standing)}."
    if standing.place == EMPTY:
        return f"No node is free, and nobody waits{_usual(standing)}."
    if warm == free:
        return f"Starts at once: {_free(free, 'holds', 'hold')} everything."
    if warm:
        return f"Starts at once on {warm:,} of {free:,} free nodes; the others lack something."
    return f"{_free(free, 'has', 'have')} {_lacking(standing)} to fetch first."


def _usual(standing: Standing) -> str:
    """Return the usual wait, "" where it is below a second: next to jobs that wait, "0s" reads as a mistake."""
    seconds = standing.wait_s or 0
    return f"; half of the jobs start within {duration(seconds)}" if seconds >= 1 else ""


def _free(free: int, one: str, many: str) -> str:
    return f"its one free node {one}" if free == 1 else f"its {free:,} free nodes {many}"


def _lacking(standing: Standing) -> str:
    """Return how many items a free node has to fetch, on average where they differ."""
    lacking = standing.downloads + standing.pulls
    return _count(round(lacking), "item") if lacking == round(lacking) else f"about {lacking:.1f} items"


def reasons(standing: Standing) -> tuple[str, ...]:
    """Return everything that decided the place, a sentence each."""
    said = [_start(standing), _items(standing), standing.fit.reason]
    if standing.cuda:
        said.append(
            f"{standing.cuda.nodes:,} of {_count(standing.cuda.of, 'node')} told a CUDA version that it runs with."
        )
    if (share := standing.success_share) is not None:
        judged = standing.history.succeeded + standing.history.failed
        said.append(f"{percent(share)} of {_count(judged, 'job')} with {_its_images(standing)} succeeded here lately.")
    if standing.history.start_delay_s is not None:
        said.append(f"Half of them ran within {duration(standing.history.start_delay_s)} of being listed.")
    return tuple(reason[:1].upper() + reason[1:] for reason in said if reason)


def _its_images(standing: Standing) -> str:
    names = {item.name for item in standing.items if item.kind == "image"}
    return "this image" if len(names) == 1 else "these images"


def _items(standing: Standing) -> str:
    """Return how many items every node must have, and which it need not."""
    if not standing.items:
        return "It needs no image and no resource."
    counts = {status: sum(item.status is status for item in standing.items) for status in Status}
    words = {
        Status.CACHED: "on every node",
        Status.SAME_IMAGE: "there under another name",
        Status.OTHER_TAG: "with another tag",
        Status.DOWNLOAD: "to download",
    }
    parts = [f"{counts[status]} {word}" for status, word in words.items() if counts[status]]
    return f"Of {_count(len(standing.items), 'item')}: {', '.join(parts)}."


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _verb(number: int, verb: str) -> str:
    return f"{verb}s" if number == 1 else verb
