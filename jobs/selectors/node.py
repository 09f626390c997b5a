"""What jobs say of a node: what it earned by the day, how they went, and when it was at work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import F, Q
from django.utils import timezone
from django.utils.safestring import SafeString

from explorer import charts, money
from explorer.formats import DASH, duration, nos, percent, thousands, usd
from jobs.models import Job, JobRollup
from jobs.models.rollup import DAY, EVER, FIGURES
from jobs.models.rollup import NODE as BY_NODE
from jobs.rollups.reading import Totals, together
from jobs.selectors.failures import Failures, failures_of
from markets import selectors
from markets.caches import Cache, cache_of
from markets.choices import MachineSource
from markets.models import MachineReport, Node
from markets.presence import DayStrip, uptime
from markets.selectors import NodeRow, Place, Success
from markets.selectors.presence import DAYS as PRESENCE_DAYS

#: Days that the page shows, today included.
DAYS: Final = 30
#: Jobs whose times are read at most, the newest; and how much earlier than its end a job can have been listed.
SPELLS: Final = 3000
_BEFORE: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Earnings:
    """A node's days, oldest first, and all its time. What it got, without the network's fee."""

    days: Sequence[Totals]
    ever: Totals

    @property
    def total(self) -> Totals:
        """All days that are shown, in one."""
        return together(self.days)

    @property
    def lately(self) -> Totals:
        """The last seven days, today included."""
        return together(self.days[-7:])

    @property
    def has_usd(self) -> bool:
        """Whether any job of these days had a rate in USD."""
        return any(day.usd for day in self.days)

    @property
    def chart(self) -> SafeString:
        """What each day brought, in USD, or in NOS where no rate in USD is known."""
        amounts = [float(day.usd if self.has_usd else day.nos_micro / money.MICRO) for day in self.days]
        unit = "USD" if self.has_usd else "NOS"
        bars = [
            charts.Bar(f"{_named(day)}: {_told(day)}", (amount,), _label(day))
            for day, amount in zip(self.days, amounts, strict=True)
        ]
        label = f"Earned per day over {len(self.days)} days, in {unit}: {usd(sum(amounts))} in all"
        return charts.bars(bars, classes=("m-spend",), label=label, least=0.0001, numeral=_short)

    @property
    def rows(self) -> SafeString:
        """The same as rows of a table, newest first: day, jobs, success, time paid, NOS, USD."""
        return charts.table_rows(
            (
                _named(day),
                thousands(day.ended),
                DASH if day.success_share is None else percent(day.success_share),
                duration(day.seconds),
                nos(day.nos_micro / money.MICRO),
                usd(day.usd),
            )
            for day in reversed(self.days)
        )


@dataclass(frozen=True, slots=True)
class NodePage:
    """What the page of a node shows."""

    node: Node
    row: NodeRow
    places: Sequence[Place]
    reports: Sequence[MachineReport]
    earnings: Earnings
    failures: Failures
    strips: Sequence[DayStrip]  # newest first
    cache: Cache

    @property
    def uptime(self) -> float | None:
        """Of what was watched in the days shown, the share in which it was seen."""
        return uptime(self.strips)

    @property
    def busy_share(self) -> float:
        """Of the last 7 days, the share in which it ran jobs."""
        return self.node.busy_share


def node_page(node: Node) -> NodePage:
    """Return all of a node's page; a constant number of queries, whatever it has done."""
    since = timezone.now() - timedelta(days=PRESENCE_DAYS)
    reports = {report.source: report for report in MachineReport.objects.filter(node=node.pk)}
    places, earned = selectors.places_of(node.pk), earnings(node.pk)
    success = Success(earned.ever.succeeded, earned.ever.succeeded + earned.ever.failed)
    return NodePage(
        node=node,
        row=selectors.node_row(node, bool(places), earned.ever.listed, success),
        places=places,
        reports=[reports[source] for source in MachineSource.values if source in reports],
        earnings=earned,
        failures=failures_of(node.pk),
        strips=selectors.presence(node, spells(node.pk, since)),
        cache=cache_of(node),
    )


def _named(day: Totals) -> str:
    at = day.at or timezone.now()
    return f"{at:%a} {at.day} {at:%b %Y}"


def _told(day: Totals) -> str:
    return f"{nos(day.nos_micro / money.MICRO)} NOS, {usd(day.usd)} USD, {day.ended:,} jobs, {duration(day.seconds)}"


def _label(day: Totals) -> str:
    at = day.at or timezone.now()
    return f"{at.day} {at:%b}" if at.weekday() == 0 else ""


def _short(value: float) -> str:
    return f"{value:g}" if value < 1000 else thousands(value)


def earnings(node: str) -> Earnings:
    """Return what a node earned by the day, and in all its time; one query, which reads no job."""
    today = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    first = today - timedelta(days=DAYS - 1)
    days = Q(unit=DAY, at__gte=first, at__lt=today + timedelta(days=1))
    rows = JobRollup.objects.filter(Q(unit=EVER) | days, dimension=BY_NODE, key=node).order_by()
    found = {None if unit == EVER else at: figures for unit, at, *figures in rows.values_list("unit", "at", *FIGURES)}
    times = [first + timedelta(days=number) for number in range(DAYS)]
    return Earnings([Totals(at, *found.get(at, ())) for at in times], Totals(None, *found.get(None, ())))


def spells(node: str, since: datetime) -> list[tuple[datetime, datetime]]:
    """Return when a node ran jobs since a moment, the newest first; one query. One that runs does so until now."""
    now = timezone.now()
    ran = Job.objects.present().filter(node=node, phase__in=(1, 2), order_at__gte=since - _BEFORE)
    lately = ran.filter(Q(ended_at__gte=since) | Q(phase=1), started_at__isnull=False)
    times = lately.order_by(F("order_at").desc()).values_list("started_at", "ended_at")[:SPELLS]
    return [(began, ended or now) for began, ended in times if began]
