"""What the list of nodes can be narrowed by: each facet's column, and the bands that numbers are put into."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Q

from markets.choices import Activity


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of a number, from `low` on, up to where the next band begins. `value` is its name in a URL."""

    value: str
    label: str
    low: float


@dataclass(frozen=True, slots=True)
class Facet:
    """A way to narrow the list: the name in a URL, a heading, the column; and bands, from low to high, of a number.

    A text facet's values are what there is in its column, but for the empty text.
    """

    name: str
    label: str
    column: str
    bands: Sequence[Band] = ()
    values: Sequence[tuple[str, str]] = ()  # the only ones there are, with their labels
    #: Whether its values stand in their own order; else the commonest come first.
    is_ordered: bool = False

    def narrowed(self, chosen: Iterable[str]) -> Q:
        """Return the condition that a node is in any of the chosen values; one that no node can have matches none."""
        if not self.bands:
            return Q(**{f"{self.column}__in": list(chosen)})
        found = Q(pk__in=[])
        for index, band in enumerate(self.bands):
            if band.value in chosen:
                within = Q(**{f"{self.column}__gte": band.low})
                above = self.bands[index + 1 :]
                found |= within & Q(**{f"{self.column}__lt": above[0].low}) if above else within
        return found

    def value_of(self, stored: Any) -> str:
        """Return the value that a column's content counts for, "" where it counts for none."""
        if not self.bands:
            return stored or ""
        index = bisect_right([band.low for band in self.bands], stored) - 1
        return self.bands[index].value if index >= 0 else ""

    @property
    def labels(self) -> dict[str, str]:
        """The labels of values that have one of their own."""
        return {band.value: band.label for band in self.bands} | dict(self.values)


#: GPUs have a little less memory than they are sold with.
_MB: Final = 1024 * 0.96


def _vram() -> tuple[Band, ...]:
    sizes = (8, 12, 16, 24, 32, 48, 80, 160)
    bands = [Band("0", "below 8 GB", 0)]
    for size, following in zip(sizes, (*sizes[1:], None), strict=True):
        label = f"{size} GB" if following else f"{size} GB and more"
        bands.append(Band(str(size), label, size * _MB))
    return Band("unknown", "not reported", -1), *bands


#: Shares are stored from 0 to 1, -1 where there is none.
_NO_SHARE: Final = -1.0
FACETS: Final = (
    Facet("status", "Status", "activity", values=Activity.choices, is_ordered=True),
    Facet("gpu", "GPU", "gpu_name"),
    Facet("vram", "VRAM", "vram_key", bands=_vram(), is_ordered=True),
    Facet("market", "Market", "market_id"),
    Facet("country", "Country", "country"),
    Facet(
        "success",
        "Success rate",
        "success_key",
        is_ordered=True,
        bands=(
            Band("unknown", "none judged", _NO_SHARE),
            Band("0", "below 50 %", 0),
            Band("50", "50 to 80 %", 0.5),
            Band("80", "80 to 95 %", 0.8),
            Band("95", "95 % and more", 0.95),
        ),
    ),
    Facet(
        "busy",
        "Busy, 7 days",
        "busy_share",
        is_ordered=True,
        bands=(
            Band("0", "below 5 %", 0),
            Band("5", "5 to 25 %", 0.05),
            Band("25", "25 to 50 %", 0.25),
            Band("50", "50 to 75 %", 0.5),
            Band("75", "75 % and more", 0.75),
        ),
    ),
    Facet(
        "uptime",
        "Uptime, 7 days",
        "uptime_key",
        is_ordered=True,
        bands=(
            Band("unknown", "not watched", _NO_SHARE),
            Band("0", "below 80 %", 0),
            Band("80", "80 to 95 %", 0.8),
            Band("95", "95 to 99 %", 0.95),
            Band("99", "99 % and more", 0.99),
        ),
    ),
    Facet("cuda", "CUDA", "cuda_version"),
    Facet("driver", "Driver", "driver_version"),
    Facet("version", "Node software", "node_version"),
)
