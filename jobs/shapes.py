"""Reads of strangers' JSON, of whatever shape: nothing here raises. Pure Python."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")
#: How many entries of one kind a page shows; the definition has them all.
MANY = 60


@dataclass(frozen=True, slots=True)
class Some(Generic[Item]):
    """The first entries of a list, and how many more there are."""

    rows: tuple[Item, ...] = ()
    more: int = 0

    def __bool__(self) -> bool:
        return bool(self.rows)


def some(items: Iterable[Item]) -> Some[Item]:
    """Return the entries that a page shows."""
    rows = tuple(items)
    return Some(rows[:MANY], max(len(rows) - MANY, 0))


def mapping(value: object) -> dict[str, Any]:
    """Return an object, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def sequence(value: object) -> list[Any]:
    """Return a list, an empty one for anything else."""
    return value if isinstance(value, list) else []


def text(value: object) -> str:
    """Return a text as it is, nothing as "", and any other value as JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
