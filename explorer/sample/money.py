"""What things cost: the price of NOS over time, and a market's rate on chain.

Figures are invented; units are the network's: a job's price is a whole number of micro-NOS per second.
"""

from __future__ import annotations

import math
from functools import lru_cache

from explorer.sample.draw import rng

HOUR = 3600
DAY = 86400
FEE_PERCENT = 10
# How the price of NOS in USD swings: period in days and height.
WAVES = ((41.0, 0.16), (13.3, 0.07), (3.1, 0.03), (0.8, 0.012))
MEAN_USD = 0.31


def nos_usd(seed: int, at: float) -> float:
    """Return the price of one NOS in USD in the hour of `at`, a Unix time."""
    return _nos_usd_in_hour(seed, int(at // HOUR))


@lru_cache(maxsize=4096)
def _nos_usd_in_hour(seed: int, hour: int) -> float:
    phases = rng(seed, "nos price")
    swing = sum(height * math.sin(2 * math.pi * (hour / 24 / period + phases.random())) for period, height in WAVES)
    return round(MEAN_USD * math.exp(swing), 6)


def job_price(seed: int, usd_per_hour: float, at: float) -> int:
    """Return a market's price at that time in micro-NOS per second, without the network's fee."""
    return max(1, round(usd_per_hour / HOUR / nos_usd(seed, at) * 1e6))


def usd_per_hour(seed: int, price: int, listed_at: float) -> float:
    """Return what a job of that price pays per hour in USD, by the indexer's formula (without the fee)."""
    return round(price / 1e6 * nos_usd(seed, listed_at) * HOUR, 6)
