"""Reads the Retry-After header, which is a number of seconds or a date."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

#: What a 429 without a usable header means, in seconds.
DEFAULT: Final = 30.0
#: No host is left alone for longer than its longest published window, a day.
LONGEST: Final = 86_400.0
#: The shortest, so that "now" does not become a loop.
SHORTEST: Final = 1.0


def seconds_of(header: str | None) -> float | None:
    """Return the seconds to wait, from SHORTEST to LONGEST; None when the header is absent or unreadable."""
    if not header:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return _bounded(float(text[:9]))
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return _bounded((moment - datetime.now(UTC)).total_seconds())


def _bounded(seconds: float) -> float:
    return min(max(seconds, SHORTEST), LONGEST)
