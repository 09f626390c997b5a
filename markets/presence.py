"""When a node was there, as far as this explorer saw: a strip a day, a quarter of an hour each part. Pure.

A node counts as seen in a quarter of an hour when a queue named it or it ran a job then. Where the queues were not
read, nobody can miss it; nor before it was first seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from markets.models.slots import NONE, SLOT_SECONDS, SLOTS, slot_of

#: What a node did in a quarter of an hour: ran a job, waited for one, was not seen though it was looked for; nobody
#: looked, but a job is known to have run then; or nothing is known.
BUSY, FREE, AWAY, WORKED, UNWATCHED = "b", "f", "a", "w", "."

Spell = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class DayStrip:
    """A day of UTC; `parts` has a letter for each quarter of an hour."""

    day: date
    parts: str

    def seconds(self, *parts: str) -> int:
        """Return for how long the node did any of these, in whole quarters of an hour."""
        return sum(map(self.parts.count, parts)) * SLOT_SECONDS

    @property
    def uptime(self) -> float | None:
        """Of the quarters of an hour in which it could be seen, the share in which it was; None without any."""
        return uptime([self])

    @property
    def runs(self) -> Iterator[tuple[str, int, int]]:
        """The day's runs of one letter, each with where it begins and how long it is; those nobody watched left out."""
        start = 0
        for place in range(1, SLOTS + 1):
            if place == SLOTS or self.parts[place] != self.parts[start]:
                if self.parts[start] != UNWATCHED:
                    yield self.parts[start], start, place - start
                start = place


def uptime(strips: Iterable[DayStrip]) -> float | None:
    """Return the share of what was watched in which a node was seen, over some days; None where nothing was watched."""
    parts = "".join(strip.parts for strip in strips)
    seen = parts.count(BUSY) + parts.count(FREE)
    return seen / (seen + parts.count(AWAY)) if seen or AWAY in parts else None


def strips(
    days: Sequence[date],
    *,
    watched: Mapping[date, str],
    free: Mapping[date, str],
    busy: Mapping[date, str],
    spells: Iterable[Spell],
    since: datetime,
) -> list[DayStrip]:
    """Return a strip for each day. `watched`, `free` and `busy` have a day's bits, `spells` when jobs ran.

    `since` is when the node was first seen: it is not missed before.
    """
    worked = _worked(spells, set(days))
    first = since.astimezone(UTC)
    return [
        DayStrip(day, _parts(watched.get(day, NONE), free.get(day, NONE), busy.get(day, NONE), worked[day], day, first))
        for day in days
    ]


def _parts(watched: str, free: str, busy: str, worked: set[int], day: date, first: datetime) -> str:
    begins = slot_of(first) if day == first.date() else SLOTS if day < first.date() else 0
    return "".join(
        BUSY if busy[n] == "1" or (n in worked and watched[n] == "1")
        else FREE if free[n] == "1"
        else WORKED if n in worked
        else AWAY if watched[n] == "1" and n >= begins
        else UNWATCHED
        for n in range(SLOTS)
    )  # fmt: skip


#: No strip is longer, whatever a job's times say.
_LONGEST: Final = timedelta(days=400)


def _worked(spells: Iterable[Spell], days: set[date]) -> dict[date, set[int]]:
    """Return in which quarters of an hour of these days a job ran."""
    found: dict[date, set[int]] = {day: set() for day in days}
    for began, ended in spells:
        at, end = began.astimezone(UTC), min(ended, began + _LONGEST).astimezone(UTC)
        while at.date() <= end.date():
            last = slot_of(end) if at.date() == end.date() else SLOTS - 1
            if at.date() in found and at <= end:
                found[at.date()].update(range(slot_of(at), last + 1))
            at = datetime(at.year, at.month, at.day, tzinfo=UTC) + timedelta(days=1)
    return found
