"""How a refresh that somebody asked for is going."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q
from django.utils import timezone

from markets.choices import Change
from markets.models import Market, Revision

#: After this long without an answer nobody waits any more: the workers are busy or down.
PATIENCE: Final = timedelta(seconds=90)


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of the markets that were asked for at `since` have answered, failed, and changed."""

    since: datetime
    asked: int
    done: int
    failed: int
    changed: int

    @property
    def is_late(self) -> bool:
        """Whether it is given up to wait, though not all have answered."""
        return self.done < self.asked and timezone.now() - self.since > PATIENCE

    @property
    def is_over(self) -> bool:
        """Whether nothing more is waited for."""
        return self.done >= self.asked or self.is_late


def progress(markets: Collection[str], since: datetime) -> Progress:
    """Return how the refresh of these markets, asked for at `since`, is going; three queries."""
    chosen = Market.objects.filter(pk__in=markets)
    failed = Q(required_failed_at__gte=since) & ~Q(required_error="")
    changed = Revision.objects.filter(market__in=markets, at__gte=since, change__in=[Change.ENDPOINT, Change.LISTING])
    return Progress(
        since=since,
        asked=len(markets),
        done=chosen.filter(Q(required_at__gte=since) | failed).count(),
        failed=chosen.filter(failed).count(),
        changed=changed.values("market").distinct().count(),
    )
