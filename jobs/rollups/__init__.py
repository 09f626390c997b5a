"""Sums over jobs by hour, day and ever: `maintain` keeps them, `reading` reads them, `rebuild` makes them anew."""

from __future__ import annotations

from jobs.rollups.maintain import Counted, adding, counted

__all__ = ["Counted", "adding", "counted"]
