"""Where a draft would start at once: the markets for its text, for a timeout that the reader chooses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.http import QueryDict

from jobs.definition.document import read
from jobs.filters.readiness import LONGEST, USUAL
from jobs.readiness import ItemReadiness
from jobs.selectors import readiness
from jobs.selectors.readiness import Row

#: Timeouts to choose from, in seconds with their words.
TIMEOUTS: Final = (
    (1800, "30 minutes"),
    (3600, "1 hour"),
    (7200, "2 hours"),
    (14_400, "4 hours"),
    (43_200, "12 hours"),
    (86_400, "1 day"),
    (172_800, "2 days"),
)
#: Markets in sight; the others are folded away.
FIRST: Final = 6
_ITEMS: Final = 4


@dataclass(frozen=True, slots=True)
class Place:
    """A market in the table: its items by short names, and what an hour costs in USD, None where not known."""

    row: Row
    items: Sequence[tuple[str, ItemReadiness]]
    more: int
    hourly: Decimal | None


@dataclass(frozen=True, slots=True)
class ReadinessPanel:
    """The markets, soonest first. `problem` says why nothing can be told, `empty` that there is nothing to run."""

    seconds: int
    first: Sequence[Place] = ()
    others: Sequence[Place] = ()
    problem: str = ""
    empty: str = ""
    choices: Sequence[tuple[int, str]] = TIMEOUTS


def readiness_of(text: str, data: QueryDict) -> ReadinessPanel:
    """Return the markets for a text; twelve queries at most, none where there is nothing to ask about."""
    seconds = seconds_of(data.get("timeout", ""))
    if seconds is None:
        return ReadinessPanel(USUAL, problem=f"The timeout is a number of seconds from 1 to {LONGEST:,}.")
    document = read(text)
    if not document.is_readable:
        return ReadinessPanel(seconds, empty="The text cannot be read just now; this is told again when it can be.")
    if not isinstance(document.value, dict) or not document.ops:
        return ReadinessPanel(seconds, empty="There is no op yet, so nothing has to be fetched anywhere.")
    found = [_place(row, seconds) for row in readiness.rows(document.value, seconds=seconds)]
    return ReadinessPanel(seconds, found[:FIRST], found[FIRST:], choices=_choices(seconds))


def seconds_of(written: str) -> int | None:
    """Return a timeout in seconds, the usual one where nothing is said, None for what is none."""
    if not written:
        return USUAL
    if not (written.isascii() and written.isdigit() and len(written) <= len(str(LONGEST))):
        return None
    return int(written) if 1 <= int(written) <= LONGEST else None


def _choices(seconds: int) -> Sequence[tuple[int, str]]:
    known = any(seconds == each for each, _ in TIMEOUTS)
    return TIMEOUTS if known else (*TIMEOUTS, (seconds, f"{seconds:,} seconds"))


def _place(row: Row, seconds: int) -> Place:
    by_name = {_short(item.name): item for item in reversed(row.items)}
    named = [*by_name.items()][::-1]
    total = row.ready.price.total_usd
    hourly = None if total is None else total * 3600 / seconds
    return Place(row, named[:_ITEMS], len(named) - min(len(named), _ITEMS), hourly)


def _short(name: str) -> str:
    """Return the last part of an image's or repository's name, without its tag."""
    last = name.rstrip("/").rpartition("/")[2].partition("@")[0]
    return (last.partition(":")[0] or last or name)[:40]
