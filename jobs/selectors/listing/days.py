"""Pages of the job list that begin or end at a day, and not at a row."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import QueryDict

from explorer.paging import write_cursor
from jobs.columns import QUEUE


def beside_day(params: QueryDict, order: tuple[str, ...], at: datetime | None, side: str = "after") -> QueryDict:
    """Return the parameters of the page on that side of a moment, "after" or "before"; None leaves them as they are."""
    if at is None:
        return params
    found = params.copy()
    found[side] = write_cursor(_position(order, at))
    return found


def _position(order: tuple[str, ...], at: datetime) -> list[Any]:
    """Return the sort keys just before the first row of a moment; unfinished jobs stand above all of the queue's."""
    return [2, at, ""] if order == QUEUE else [at, ""]
