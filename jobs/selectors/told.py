"""What is told of one bar of a chart: its figures, what it says when pointed at, and its row of the table."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, NamedTuple

from django.utils.safestring import SafeString

from explorer import charts, formats, money
from explorer.formats import thousands
from jobs.rollups.reading import Totals

CURRENCIES: Final = {"usd": "USD", "nos": "NOS"}
#: Bars that are kept by a process: some years of days, in about five megabytes.
KEPT: Final = 3000


class Told(NamedTuple):
    """One bar: the jobs by how they ended, the rest as the charts show it, the titles of its marks, its row.

    `hours` and `spent` are the one part of a bar; `spent` is in the currency asked for.
    """

    ended: tuple[int, int, int]
    success: float | None
    hours: tuple[float]
    spent: tuple[float]
    ended_title: str
    success_title: str
    hours_title: str
    spent_title: str
    row: SafeString


@lru_cache(maxsize=KEPT)  # what is over does not change: of a year, only today's bar is not known yet
def told(name: str, figures: tuple[Any, ...], percentage: Decimal | None, currency: str) -> Told:
    """Return what is told of the bar with that name, whose amounts get that fee.

    `figures` is a row of Totals without its time, which takes longer to look up than all the rest.
    """
    row = Totals(None, *figures)
    usd, nos = paid(row.usd, percentage), paid(row.nos_micro / money.MICRO, percentage)
    ended = (row.ended_completed, row.ended_stopped, row.ended_failed)
    spent = usd if currency == "usd" else nos
    success = formats.DASH if row.success_share is None else formats.percent(row.success_share)
    known, hours = row.ended_succeeded + row.ended_failed, amount(row.gpu_hours)
    counts = (thousands(count) for count in (*ended, row.ended))
    return Told(
        ended=ended,
        success=row.success_share,
        hours=(row.gpu_hours,),
        spent=(float(spent),),
        ended_title=f"{name}: {ended[0]:,} completed, {ended[1]:,} stopped, {ended[2]:,} failed",
        success_title=f"{name}: {f'{success} of {known:,}' if known else 'nothing known'}",
        hours_title=f"{name}: {hours} h",
        spent_title=f"{name}: {amount(float(spent))} {CURRENCIES[currency]}",
        row=charts.table_rows([(name, *counts, success, hours, formats.usd(usd), formats.nos(nos))]),
    )


def paid(amount: Decimal, percentage: Decimal | None) -> Decimal:
    """Return what deployers paid for what hosts got; without the fee where it is not one."""
    return amount * _with_fee(percentage)


@lru_cache  # asked for each bar of each chart
def _with_fee(percentage: Decimal | None) -> Decimal:
    return 1 + (percentage or Decimal(0)) / 100


def amount(value: float) -> str:
    """Return hours or money with the digits that matter."""
    return formats.usd(value) if value < 1000 else thousands(value)
