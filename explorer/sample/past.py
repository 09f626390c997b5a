"""The month before a sample network's first start: the same life, lived in an instant and at its natural pace."""

from __future__ import annotations

import math

from explorer.sample import deployers, draw, money, order
from explorer.sample.life import Life

JOBS = 2_000
DAYS = 30
BURST, BURST_GAP = 20, 2.0  # jobs at once at most, seconds between them


def live(life: Life, now: float, jobs: int = JOBS) -> None:
    """Let `jobs` jobs be listed in the 30 days before `now`, and everything follow that is due until then."""
    begin = now - DAYS * money.DAY
    for node in sorted(life.world.nodes.values(), key=lambda node: draw.digest(life.world.seed, "joins", node.address)):
        if node.online:
            life.join(node.address, begin)
    last, left = begin, 0
    for planned in _times(life.world.seed, begin, jobs):
        number = life.next_job
        at = min(now, last + BURST_GAP if left else max(planned, last))
        if left:
            left -= 1
        else:
            who, what, market = deployers.choose(life.world.seed, life.world.deployers, number, at)
            left = life.burst(who.burst, number, BURST) - 1
        life.run_until(at)
        life.list_job(order.drawn(life.world.seed, number, who, what, market, 1.0), at)
        last = at
    life.run_until(now)


def _times(seed: int, begin: float, jobs: int) -> list[float]:
    """Return when jobs are listed: more by day than by night, fewer at weekends, a little more every week."""
    hours = [begin + hour * money.HOUR for hour in range(DAYS * 24)]
    rng = draw.rng(seed, "past")
    chosen = rng.choices(hours, [_rhythm(at, at - begin) for at in hours], k=jobs)
    return sorted(at + rng.uniform(0, money.HOUR) for at in chosen)


def _rhythm(at: float, since: float) -> float:
    """Return how busy the network is in that hour."""
    day = 1 + 0.55 * math.cos((at / money.HOUR % 24 - 15) / 24 * 2 * math.pi)
    weekend = 0.6 if int(at // money.DAY + 3) % 7 >= 5 else 1.0
    return day * weekend * (0.75 + 0.5 * since / (DAYS * money.DAY))
