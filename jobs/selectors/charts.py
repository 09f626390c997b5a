"""How the network did over time, in total or in one market: what the charts page draws, and its table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeVar

from django.utils.safestring import SafeString

from explorer import charts, formats, money
from explorer.charts import BarLike
from explorer.formats import thousands
from explorer.kept import kept
from jobs.models.rollup import ALL, MARKET
from jobs.periods import Period, labels, names, times
from jobs.rollups import reading
from jobs.rollups.reading import Totals, together
from jobs.selectors.told import CURRENCIES, Told, amount, paid, told
from markets.models import Market

Value = TypeVar("Value")
#: Two charts stand side by side on a wide page.
WIDTH, HEIGHT = 640, 196


@dataclass(frozen=True, slots=True)
class Legend:
    """A part of a chart: the class of its mark, what it is, and how much of it there was."""

    css: str
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart: its name for links, its heading, its total in words, the picture, and what its parts are."""

    key: str
    title: str
    total: str
    note: str
    picture: SafeString
    legend: Sequence[Legend] = ()


@dataclass(frozen=True, slots=True)
class Fee:
    """The network's fee on what the hosts get: one percentage for all markets shown, or None where they differ."""

    percentage: Decimal | None

    def paid(self, amount: Decimal) -> Decimal:
        """Return what deployers paid for what hosts got; without the fee where it is not one."""
        return paid(amount, self.percentage)

    @property
    def told(self) -> str:
        """Whether the fee is in the amounts."""
        return "without the network's fee" if self.percentage is None else "with the network's fee"


def fee_of(markets: Iterable[Market]) -> Fee:
    """Return the fee of these markets; no query."""
    usual = money.DEFAULT_FEE_PERCENTAGE
    given = (market.network_fee_percentage for market in markets)
    found = {usual if percentage is None else percentage for percentage in given} or {usual}
    return Fee(found.pop() if len(found) == 1 else None)


@dataclass(frozen=True)
class Spell:
    """A period with the totals of each of its bars, oldest first; bars without jobs are zero.

    `times` names each bar, `labels` is what stands under it; `total` is all of them in one.
    """

    period: Period
    bars: Sequence[Totals]
    times: Sequence[str]
    labels: Sequence[str]
    total: Totals
    fee: Fee
    currency: str  # "usd" or "nos"

    @cached_property
    def told(self) -> Sequence[Told]:
        """What the charts and the table say of each bar."""
        fee, currency = self.fee.percentage, self.currency
        return [told(name, row[1:], fee, currency) for name, row in zip(self.times, self.bars, strict=True)]

    def labelled(self, titles: Iterable[str], values: Iterable[Value]) -> list[tuple[str, Value, str]]:
        """Return what the charts are drawn from: of each bar the title, the value and what stands under it."""
        return [*zip(titles, values, self.labels, strict=True)]

    def spent(self, totals: Totals) -> Decimal:
        """Return what was spent in the currency of this spell."""
        return self.fee.paid(totals.usd if self.currency == "usd" else totals.nos_micro / money.MICRO)


@kept
def markets() -> list[Market]:
    """Return the markets to choose from, by name; one query, kept."""
    columns = ("address", "name", "slug", "network_fee_percentage")
    return list(Market.objects.worth_showing().by_name().only(*columns))


def spell(period: Period, everywhere: Sequence[Market], market: Market | None, currency: str) -> Spell:
    """Return the totals of a period, of all jobs or of a market's; one query. `everywhere` has all markets."""
    dimension, key = (MARKET, market.pk) if market else (ALL, "")
    return spell_of(dimension, key, period, fee_of([market] if market else everywhere), currency)


def spell_of(dimension: str, key: str, period: Period, fee: Fee, currency: str) -> Spell:
    """Return the totals of a period of one key, of the jobs that ended; one query.

    Hours are kept of all jobs and of markets alone.
    """
    found = reading.series(dimension, key, period.unit.name, period.since, period.until, ended_only=True)
    return Spell(
        period=period,
        bars=found if len(found) == period.count else _filled(found, period),
        times=names(period),
        labels=labels(period),
        total=together(found),
        fee=fee,
        currency=currency,
    )


def _filled(found: Iterable[Totals], period: Period) -> list[Totals]:
    known = {totals.at: totals for totals in found}
    return [known.get(at) or Totals(at) for at in times(period)]


def drawn(spell: Spell) -> list[Chart]:
    """Return the four charts of a spell; no query."""
    return [_jobs(spell), _success(spell), _gpu_hours(spell), _spend(spell)]


def _jobs(spell: Spell) -> Chart:
    total, rows, unit = spell.total, spell.bars, spell.period.unit.name
    parts = (thousands(total.ended_completed), thousands(total.ended_stopped), thousands(total.ended_failed))
    words = (
        f"Jobs that ended, per {unit}: {parts[0]} completed without a failed op, {parts[1]} stopped, "
        f"{parts[2]} failed, at most {thousands(max(row.ended for row in rows))} at once"
    )
    bars = spell.labelled([one.ended_title for one in spell.told], [one.ended for one in spell.told])
    classes = ("m-done", "m-stop", "m-fail")
    picture = charts.bars(bars, classes=classes, label=words, width=WIDTH, height=HEIGHT)
    legend = (
        Legend("k-done", f"{parts[0]} completed without a failed op"),
        Legend("k-stop", f"{parts[1]} stopped"),
        Legend("k-fail", f"{parts[2]} with a failed op"),
    )
    return Chart("jobs", "Jobs that ended", thousands(total.ended), "", picture, legend)


def _success(spell: Spell) -> Chart:
    whole = spell.total.success_share
    total = formats.DASH if whole is None else formats.percent(whole)
    picture = charts.line(
        spell.labelled([one.success_title for one in spell.told], [one.success for one in spell.told]),
        css="l-success",
        label=f"Share of jobs whose ops all went well, per {spell.period.unit.name}: {total} of all",
        top=1,
        width=WIDTH,
        height=HEIGHT,
        numeral=lambda share: f"{share:.0%}",
    )
    return Chart("success", "Success rate", total, "of the ended jobs whose ops are known", picture)


def _gpu_hours(spell: Spell) -> Chart:
    total = amount(spell.total.gpu_hours)
    label = f"GPU hours of jobs that ended, per {spell.period.unit.name}: {total} in all"
    bars = spell.labelled([one.hours_title for one in spell.told], [one.hours for one in spell.told])
    picture = _amounts(bars, "m-run", label)
    return Chart("gpu-hours", "GPU hours", f"{total} h", "of the jobs that ended; one GPU a job", picture)


def _spend(spell: Spell) -> Chart:
    total = f"{amount(float(spell.spent(spell.total)))} {CURRENCIES[spell.currency]}"
    label = f"Spent on jobs that ended, per {spell.period.unit.name}: {total} in all"
    bars = spell.labelled([one.spent_title for one in spell.told], [one.spent for one in spell.told])
    picture = _amounts(bars, "m-spend", label)
    return Chart("spend", "Spend", total, f"on the jobs that ended, {spell.fee.told}", picture)


def _amounts(bars: Sequence[BarLike], css: str, label: str) -> SafeString:
    return charts.bars(bars, classes=(css,), label=label, width=WIDTH, height=HEIGHT, least=0.01, numeral=_short)


def _short(value: float) -> str:
    """Return a number that fits beside the axis."""
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if value >= size:
            scaled = value / (1000 if unit == "k" else size)
            return f"{scaled:,.1f}".removesuffix(".0") + unit
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def told_as_json(spell: Spell) -> dict[str, Any]:
    """Return the same for programs; money as text, so that no digit is lost."""
    return {
        "per": spell.period.unit.name,
        "since": spell.period.since.isoformat(),
        "until": spell.period.until.isoformat(),
        "fee_percentage": None if spell.fee.percentage is None else f"{spell.fee.percentage.normalize():f}",
        "rows": [
            {
                "at": row.at.isoformat() if row.at else None,
                "completed": row.ended_completed,
                "stopped": row.ended_stopped,
                "failed": row.ended_failed,
                "succeeded": row.ended_succeeded,
                "ended": row.ended,
                "success_share": row.success_share,
                "paid_seconds": row.seconds,
                "usd": str(spell.fee.paid(row.usd)),
                "nos": str(spell.fee.paid(row.nos_micro / money.MICRO)),
            }
            for row in spell.bars
        ],
    }


def table(spell: Spell) -> SafeString:
    """Return the same as a table's rows, newest first: time, completed, stopped, failed, all, success, hours, money."""
    return SafeString("".join([one.row for one in reversed(spell.told)]))
