"""When a node was there."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.utils import timezone

from explorer.kept import kept
from markets.models import Node, NodeDay, WatchDay
from markets.presence import DayStrip, Spell, strips

#: Days that a node's page shows, today included.
DAYS = 14


def presence(node: Node, spells: Iterable[Spell]) -> list[DayStrip]:
    """Return the last days of a node, the newest first; `spells` say when it ran jobs. Two queries, one kept."""
    today = timezone.now().date()
    days = [today - timedelta(days=number) for number in range(DAYS)]
    seen = list(NodeDay.objects.filter(node=node.pk, day__gte=days[-1]).values_list("day", "free", "busy"))
    return strips(
        days,
        watched=_watched(days[-1]),
        free={day: free for day, free, _ in seen},
        busy={day: busy for day, _, busy in seen},
        spells=spells,
        since=node.first_seen_at,
    )


@kept
def _watched(since: date) -> dict[date, str]:
    return dict(WatchDay.objects.filter(day__gte=since).values_list("day", "slots"))
