"""Times, durations, amounts and sizes as people read them; each is a template filter too, where None is a dash."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.utils import timezone

Number = int | float | Decimal

DASH = "–"


def iso(moment: datetime) -> str:
    """Return a time for a datetime attribute."""
    return f"{moment.astimezone(UTC).isoformat()[:19]}Z"


def known_iso(moment: datetime | None) -> str | None:
    """Return a time for JSON; None where it is not known."""
    return iso(moment) if moment else None


def utc(moment: datetime) -> str:
    """Return a time to the second, for a title."""
    return f"{moment.astimezone(UTC).isoformat(' ')[:19]} UTC"


def ago(moment: datetime) -> str:
    """Return how far `moment` is from now: "20s ago", "4m ago", "1h 05m ago", "3d ago", "in 5m", else a date."""
    seconds = int((timezone.now() - moment).total_seconds())
    if abs(seconds) < 2:
        return "now"
    if abs(seconds) >= 30 * 86400:
        return day(moment)
    span = duration(abs(seconds) if abs(seconds) < 60 else abs(seconds) // 60 * 60).removesuffix(" 00s")
    if abs(seconds) >= 86400:
        span = f"{abs(seconds) // 86400}d"
    return f"in {span}" if seconds < 0 else f"{span} ago"


def day(moment: datetime) -> str:
    """Return the day of a time, "21 Aug 2026"."""
    at = moment.astimezone(UTC)
    return f"{at.day} {at:%b %Y}"


def duration(seconds: Number | timedelta) -> str:
    """Return seconds as "57s", "4m 28s", "1h 05m" or "3d 04h", less than nothing is "0s"."""
    if isinstance(seconds, timedelta):
        seconds = seconds.total_seconds()
    whole = max(int(seconds), 0)
    for size, unit, small, small_unit in ((86400, "d", 3600, "h"), (3600, "h", 60, "m"), (60, "m", 1, "s")):
        if whole >= size:
            return f"{whole // size}{unit} {whole % size // small:02d}{small_unit}"
    return f"{whole}s"


def thousands(number: Number) -> str:
    """Return a number as "1,284,911", without decimals."""
    return f"{number:,.0f}"


def nos(amount: Decimal) -> str:
    """Return an amount of NOS with six significant digits, at most six decimals: "0.504303", "7,013.21"."""
    whole_digits = len(str(int(abs(amount)))) if abs(amount) >= 1 else 0
    return f"{amount:,.{max(6 - whole_digits, 0)}f}"


def usd(amount: Number) -> str:
    """Return an amount of USD with the digits that matter: "0.0019", "0.924", "41.25", "412.5", "1,733"."""
    if amount == 0:
        return "0"
    size = abs(float(amount))
    if size < 0.00005:
        return "<0.0001"
    decimals = 0 if size >= 1000 else 1 if size >= 100 else 2 if size >= 10 else 3 if size >= 0.1 else 4
    return f"{amount:,.{decimals}f}"


def in_column(amount: Number, decimals: int = 4) -> str:
    """Return an amount of money with so many decimals, for a column: the points stand below each other.

    Nothing is "0"; what would be rounded to it is less than the smallest that is shown: "<0.0001".
    """
    if amount == 0:
        return "0"
    least = 10.0**-decimals
    if abs(float(amount)) <= least / 2:
        return f"<{least:.{decimals}f}"
    return f"{amount:,.{decimals}f}"


def byte_size(count: Number) -> str:
    """Return a size as "512 B", "3.1 MB" (decimal units)."""
    size, units = float(count), ["B", "kB", "MB", "GB", "TB", "PB"]
    while size >= 999.5 and len(units) > 1:
        size, units = size / 1000, units[1:]
    return f"{size:.0f} {units[0]}" if units[0] == "B" or size >= 99.5 else f"{size:.1f} {units[0]}"


def mb_as_gb(megabytes: Number) -> str:
    """Return megabytes, as nodes report memory (1024 to a GB), as "24 GB"."""
    return f"{float(megabytes) / 1024:,.0f} GB"


def percent(share: Number) -> str:
    """Return a share from 0 to 1 as "94.2 %"; only a whole is "100 %"."""
    if share in (0, 1):
        return f"{share * 100:.0f} %"
    # Almost all is not all: 0.9996 stays below 100 %.
    return f"{min(max(math.floor(float(share) * 1000 + 0.5) / 10, 0.1), 99.9):.1f} %"
