"""A day in quarters of an hour, one bit each, the first begins at midnight UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from django.db import models

if TYPE_CHECKING:
    TextField = models.TextField[str, str]
else:
    TextField = models.TextField

#: Quarters of an hour in a day.
SLOTS: Final = 96
SLOT_SECONDS: Final = 900
NONE: Final = "0" * SLOTS


class SlotsField(TextField):
    """A column of 96 bits, in Python their text of "0" and "1"; PostgreSQL's own operators join and count them."""

    def db_type(self, connection: Any) -> str:
        """Return the column's type."""
        return f"bit({SLOTS})"


def slot_of(moment: datetime) -> int:
    """Return the number of the quarter of an hour that a moment lies in, from 0."""
    at = moment.astimezone(UTC)
    return (at.hour * 3600 + at.minute * 60 + at.second) // SLOT_SECONDS


def slots_at(*moments: datetime) -> str:
    """Return a day's bits with those set in which one of these moments lies."""
    wanted = {slot_of(moment) for moment in moments}
    return "".join("1" if slot in wanted else "0" for slot in range(SLOTS))
