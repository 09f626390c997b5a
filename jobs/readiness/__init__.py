"""Where a job would start at once: for a definition and every market, what is cached, free, waited for, paid, fitting.

`readiness()` is the way in. `needs` reads the definition, `reading` the database, `engine` puts them together,
`ranking` decides the order and finds the words, `records` keeps how jobs fared lately.
"""

from __future__ import annotations

from explorer.held import Status
from jobs.readiness.answer import FITS, TOO_SMALL, UNKNOWN, ItemReadiness, MarketReadiness, Price, Readiness
from jobs.readiness.engine import readiness

__all__ = [
    "FITS",
    "TOO_SMALL",
    "UNKNOWN",
    "ItemReadiness",
    "MarketReadiness",
    "Price",
    "Readiness",
    "Status",
    "readiness",
]
