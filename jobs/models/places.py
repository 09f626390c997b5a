"""The places that a definition is used in: markets, deployers, payers and triggers of its jobs, as numbers.

They stand beside its words, so that one index finds the definitions that have a word *and* are used in a place. A place
too many does no harm, for the jobs are asked as well; a place too few would hide jobs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

#: Stands for all places: nobody has looked where the definition is used, as an older release wrote it.
ANYWHERE: Final = 0
#: Stands for all places too: it is used in more than MOST, and a longer list would be written anew for each.
EVERYWHERE: Final = 1
MOST: Final = 500


def anywhere() -> list[int]:
    """Return the places of a definition of which nothing is known."""
    return [ANYWHERE]


def used_in(**places: str) -> list[int]:
    """Return the numbers of the places of a job, by their names; of an empty one there is none."""
    return [_number(name, value) for name, value in places.items() if value]


def limited(places: Iterable[int]) -> list[int]:
    """Return the numbers of some places as a definition has them."""
    found = sorted(places)
    return found if len(found) <= MOST else [EVERYWHERE]


def among(name: str, values: Iterable[str]) -> list[int]:
    """Return the numbers of which a definition has one at least that is used in one of these places of a name."""
    return [ANYWHERE, EVERYWHERE, *(_number(name, value) for value in values)]


@lru_cache(maxsize=20_000)
def _number(name: str, value: str) -> int:
    """Return the number of a place, the same for ever: 64 bits of a digest."""
    digest = hashlib.blake2b(f"{name} {value}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
