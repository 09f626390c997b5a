"""The charts of a market's page: queue, price, waits, busy share, success; each with a table that says the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.utils.safestring import SafeString

from explorer import charts, formats
from explorer.charts import Bar, Point
from explorer.formats import DASH, duration, percent, thousands, usd
from markets.models import MarketRecord
from markets.models.history import HOUR
from markets.models.record import WAIT_BINS
from markets.selectors.history import Moment, Past, Range

WIDTH, HEIGHT = 640, 176


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture with a note about all of it; `picture` is empty where there is nothing to draw."""

    key: str
    title: str
    note: str
    picture: SafeString = SafeString("")


def queue_chart(past: Past) -> Chart:
    """Return how many jobs and nodes waited, on average."""
    title = f"Queue, mean per {past.range.unit}"
    if not past.seen:
        return Chart("queue-history", title, "not watched yet")
    most_jobs = max(past.seen, key=lambda moment: moment.most_waiting)
    most_nodes = max(past.seen, key=lambda moment: moment.most_free)
    most = _count(most_jobs.most_waiting, "job"), _count(most_nodes.most_free, "node")
    note = f"{past.range.title}, at most {most[0]} or {most[1]} in line"
    bars = [
        Bar(f"{name}: {_waiting(moment)}", (moment.waiting or 0, moment.free or 0), label)
        for moment, name, label in zip(past.moments, names(past), labels(past), strict=True)
    ]
    label = f"Jobs and nodes that waited, per {past.range.unit} over {past.range.title}: {note}"
    picture = charts.bars(bars, classes=("m-queued", "m-free"), label=label, width=WIDTH, height=HEIGHT, numeral=_short)
    return Chart("queue-history", title, note, picture)


def _waiting(moment: Moment) -> str:
    if moment.waiting is None or moment.free is None:
        return "not watched"
    return f"{_mean(moment.waiting)} jobs, {_mean(moment.free)} nodes waited; {moment.reads:,} reads"


def price_chart(past: Past) -> Chart:
    """Return what an hour cost a deployer, in USD, or in NOS where no rate in USD is known."""
    in_usd = any(moment.usd_per_hour is not None for moment in past.priced)
    unit = "USD" if in_usd else "NOS"
    title = f"Price, {unit} per hour"

    def price(moment: Moment) -> Decimal | None:
        return moment.usd_per_hour if in_usd else moment.nos_per_hour

    known = [value for moment in past.moments if (value := price(moment)) is not None]
    if not known:
        return Chart("price-history", title, "not known yet")
    low, high, last = min(known), max(known), known[-1]
    span = f"{usd(last)}, unchanged" if usd(low) == usd(high) else f"{usd(low)} to {usd(high)}, last {usd(last)}"
    note = f"{past.range.title}, {span}"
    told = (_priced(price(moment), unit, None if moment.is_listed else moment.ended) for moment in past.moments)
    label = f"Price of an hour in {unit} with the network's fee, over {past.range.title}: {note}"
    top = charts.nice_top(float(high), least=0.0001)
    picture = _line(past, told, map(price, past.moments), "l-price", label, top, _plain)
    return Chart("price-history", title, note, picture)


@lru_cache(maxsize=3000)
def _priced(value: Decimal | None, unit: str, ended: int | None) -> str:
    """Return a price in words: as listed, or what so many jobs paid that ended."""
    if value is None:
        return "not known"
    source = "as listed" if ended is None else f"what {_count(ended, 'job')} paid on average"
    return f"{usd(value)} {unit}, {source}"


def busy_chart(past: Past) -> Chart:
    """Return the share of the nodes that were at work, of those that were there."""
    known = [moment.busy_share for moment in past.moments if moment.busy_share is not None]
    if not known:
        return Chart("busy-history", "Nodes at work", "not watched yet")
    running = sum(moment.running or 0 for moment in past.seen)
    share = percent(running / (running + sum(moment.free or 0 for moment in past.seen)))
    bars = [
        Bar(f"{name}: {_busy(moment)}", (moment.busy_share or 0,), label)
        for moment, name, label in zip(past.moments, names(past), labels(past), strict=True)
    ]
    label = f"Share of the nodes there that ran a job, per {past.range.unit} over {past.range.title}: {share} in all"
    picture = charts.bars(
        bars, classes=("m-run",), label=label, width=WIDTH, height=HEIGHT, least=0.05, numeral=_whole_percent
    )
    return Chart("busy-history", "Nodes at work", f"{past.range.title}, {share} of those that were there", picture)


def _busy(moment: Moment) -> str:
    return "not watched" if moment.busy_share is None else f"{percent(moment.busy_share)} of the nodes that were there"


def success_chart(past: Past) -> Chart:
    """Return the share of jobs whose ops all went well, by when they ended."""
    known = [moment for moment in past.moments if moment.success_share is not None]
    if not known:
        return Chart("success-history", "Success rate", "no job ended")
    told = (DASH if moment.success_share is None else percent(moment.success_share) for moment in past.moments)
    note = f"{past.range.title}, by when jobs ended"
    label = f"Share of jobs whose ops all went well, per {past.range.unit} over {past.range.title}"
    values = (moment.success_share for moment in past.moments)
    picture = _line(past, told, values, "l-success", label, 1, _whole_percent)
    return Chart("success-history", "Success rate", note, picture)


def ended_chart(past: Past) -> Chart:
    """Return how many jobs ended, and how."""
    title = f"Jobs that ended, per {past.range.unit}"
    if not any(moment.ended for moment in past.moments):
        return Chart("ended-history", title, "none did")
    parts = [(moment.completed, moment.stopped, moment.failed) for moment in past.moments]
    totals = [sum(each) for each in zip(*parts, strict=True)]
    words = "{:,} completed, {:,} stopped, {:,} failed"
    note = words.format(*totals)
    bars = [
        Bar(f"{name}: {words.format(*three)}", three, label)
        for name, three, label in zip(names(past), parts, labels(past), strict=True)
    ]
    label = f"Jobs that ended, per {past.range.unit} over {past.range.title}: {note}"
    classes = ("m-done", "m-stop", "m-fail")
    picture = charts.bars(bars, classes=classes, label=label, width=WIDTH, height=HEIGHT, numeral=_short)
    return Chart("ended-history", title, note, picture)


def wait_chart(record: MarketRecord | None) -> Chart:
    """Return how long jobs waited for a node in the last week, as so many jobs in each stretch of time."""
    title = "Wait for a node, 7 days"
    if record is None or not sum(record.wait_bins):
        return Chart("waits", title, "no job started")
    total = sum(record.wait_bins)
    note = f"median {duration(record.median_wait_s or 0)}, 95 % within {duration(record.slow_wait_s or 0)}"
    rows = zip(wait_names(), record.wait_bins, strict=True)
    bars = [Bar(f"{name}: {thousands(jobs)} jobs, {percent(jobs / total)}", (jobs,), name) for name, jobs in rows]
    label = f"Jobs by how long they waited, of {thousands(total)} that started in 7 days: {note}"
    picture = charts.bars(bars, classes=("m-wait",), label=label, width=WIDTH, height=HEIGHT, numeral=_short)
    return Chart("waits", title, note, picture)


def wait_names() -> list[str]:
    """Return what each stretch of WAIT_BINS is called."""
    ends = [f"< {_span(end)}" for end in WAIT_BINS[1:]]
    return [*ends, f"≥ {_span(WAIT_BINS[-1])}"]


def _span(seconds: int) -> str:
    for size, unit in ((3600, "h"), (60, "m")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def table(past: Past) -> SafeString:
    """Return the rows of the table of all charts over time, newest first."""
    rows = zip(names(past), past.moments, strict=True)
    return SafeString("".join(reversed([_row(name, moment[1:]) for name, moment in rows])))


@lru_cache(maxsize=3000)  # some years of days, in two megabytes; what is over does not change
def _row(name: str, figures: tuple[Any, ...]) -> SafeString:
    """Return a row of the table; `figures` is a moment without its time, which takes longest to look up."""
    moment = Moment(datetime.min, *figures)  # noqa: DTZ901 - not looked at
    return charts.table_rows(
        [
            (
                name,
                *(DASH if mean is None else _mean(mean) for mean in (moment.waiting, moment.free, moment.running)),
                DASH if moment.busy_share is None else percent(moment.busy_share),
                DASH if moment.usd_per_hour is None else usd(moment.usd_per_hour),
                DASH if moment.nos_per_hour is None else formats.nos(moment.nos_per_hour),
                thousands(moment.ended),
                DASH if moment.success_share is None else percent(moment.success_share),
                DASH if moment.mean_wait_s is None else duration(moment.mean_wait_s),
            )
        ]
    )


def _line(
    past: Past,
    told: Iterable[str],
    values: Iterable[Decimal | float | None],
    css: str,
    label: str,
    top: float,
    numeral: Callable[[float], str],
) -> SafeString:
    points = [
        Point(f"{name}: {text}", None if value is None else float(value), under)
        for name, text, value, under in zip(names(past), told, values, labels(past), strict=True)
    ]
    return charts.line(points, css=css, label=label, top=top, width=WIDTH, height=HEIGHT, numeral=numeral)


def names(past: Past) -> Sequence[str]:
    """Return the name of each bar."""
    return _names(past.range, past.moments[-1].at)


@lru_cache(maxsize=50)  # every chart of a page has the same bars, and so has every page of an hour
def _names(asked: Range, last: datetime) -> Sequence[str]:
    times = asked.times(last)
    if asked.unit == HOUR:
        return [f"{at:%a} {at.day} {at:%b}, {at:%H:%M} UTC" for at in times]
    return [f"{at:%a} {at.day} {at:%b %Y}" for at in times]


def labels(past: Past) -> Sequence[str]:
    """Return what stands under each bar; most have nothing, and the last ones have no room."""
    return _labels(past.range, past.moments[-1].at)


@lru_cache(maxsize=50)
def _labels(asked: Range, last: datetime) -> Sequence[str]:
    return [_label(at, asked) if n < 0.92 * asked.count else "" for n, at in enumerate(asked.times(last))]


def _label(at: datetime, asked: Range) -> str:
    if asked.unit == HOUR:
        is_marked = at.hour % 6 == 0 if asked.count <= 24 else at.hour == 0
        return (f"{at:%H:%M}" if asked.count <= 24 else f"{at:%a} {at.day}") if is_marked else ""
    if asked.count <= 31:
        return f"{at.day} {at:%b}" if at.weekday() == 0 else ""
    is_marked = at.day == 1 and (asked.count <= 92 or at.month % 2 == 1)
    return f"{at.day} {at:%b}" if is_marked or asked.count <= 92 and at.day == 15 else ""


def _mean(value: float) -> str:
    return thousands(value) if value >= 100 or value == int(value) else f"{value:.1f}"


def _count(number: int, word: str) -> str:
    return f"{thousands(number)} {word}{'' if number == 1 else 's'}"


def _plain(value: float) -> str:
    return f"{value:.4g}"


def _short(value: float) -> str:
    return f"{value / 1000:g}k" if value >= 10_000 else f"{value:g}"


def _whole_percent(share: float) -> str:
    return f"{share:.0%}"


def on_top(queue: Past, price: Past) -> Sequence[Chart]:
    """Return the charts that stand on top of the page; each says how far back it looks."""
    return [queue_chart(queue), price_chart(price)]


def below(past: Past, record: MarketRecord | None) -> Sequence[Chart]:
    """Return the charts that stand further down."""
    return [wait_chart(record), busy_chart(past), success_chart(past), ended_chart(past)]
