"""The rows of the list of markets, written at once: as templates they would cost five times as much."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from html import escape
from typing import Final

from django import template
from django.utils.safestring import SafeString

from explorer.formats import DASH, duration, percent, thousands
from explorer.templatetags.explorer import icon, when
from explorer.text import shortened, visible
from markets.models import Market
from markets.selectors import MarketRow
from markets.templatetags.cells import clip, queue_now, success_rate

register = template.Library()

_CENT_OF_A_CENT: Final = Decimal("0.0001")


@register.simple_tag
def market_rows(rows: Iterable[MarketRow], shown: Collection[str]) -> SafeString:
    """Write the rows of the table; `shown` has the names of the columns. Every stranger's text is escaped."""
    cells = [(head, write) for name, (head, write) in _CELLS.items() if name in shown]
    return SafeString("\n".join(_row(row, cells) for row in rows))


def _row(row: MarketRow, cells: Iterable[tuple[str, Callable[[MarketRow], str]]]) -> str:
    return f"<tr>{_name(row.market)}{''.join(f'<td {head}>{write(row)}</td>' for head, write in cells)}</tr>"


def _name(market: Market) -> str:
    address, name = escape(market.pk), escape(shortened(visible(market), 60))
    shown = clip(market.name, "w-name") if market.name else f'<span class="mono">{address[:4]}…{address[-4:]}</span>'
    unlisted = (
        ' <span class="badge is-queued" title="The network&#x27;s newest market list does not have it">'
        f"{icon('triangle-alert')}unlisted</span>"
    )
    return (
        '<th scope="row" class="c-market"><label class="pick-one"><input type="checkbox" form="compare" name="markets" '
        f'value="{address}" aria-label="Compare {name}"></label>'
        f'<a href="{escape(market.get_absolute_url())}">{shown}</a>{"" if market.is_listed else unlisted}</th>'
    )


def _gpu(row: MarketRow) -> str:
    first, *more = row.market.gpu_types or [""]
    if not more:
        return clip(first) if row.market.gpu_types else DASH
    others = escape(shortened(visible(", ".join(more)), 1000))
    return f'{clip(first)}<span class="faint" title="{others}"> +{len(more)}</span>'


def _vram(row: MarketRow) -> str:
    size = row.market.lowest_vram_gb
    return DASH if size is None else f'{thousands(size)} <span class="unit">GB</span>'


def _amount(amount: Decimal | None) -> str:
    return DASH if amount is None else f"{amount.quantize(_CENT_OF_A_CENT, ROUND_HALF_UP):f}"


def _required(row: MarketRow) -> str:
    if not row.images and not row.resources:
        return '<span class="faint">not fetched</span>'
    told = f"{_count(row.images, 'image')}, {_count(row.resources, 'remote resource')}"
    return f'<span class="num" title="{told}">{row.images} <span class="unit">+</span> {row.resources}</span>'


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _refreshed(row: MarketRow) -> str:
    at, error = when(row.market.required_at), row.market.required_error
    if not error:
        return at
    title = escape(shortened(visible(error), 300))
    return f'<span class="state is-failed" title="{title}">{icon("circle-x")}{at}</span>'


def _type(row: MarketRow) -> str:
    return clip(row.market.type.lower().capitalize(), "w-word") if row.market.type else DASH


#: By the name of the column, in the order of markets/forms/filters.py: the cell's attributes, and what is in it.
_CELLS: Final[Mapping[str, tuple[str, Callable[[MarketRow], str]]]] = {
    "gpu": ('class="fill c-mid" data-label="GPU"', _gpu),
    "vram": ('class="r num" data-label="VRAM"', _vram),
    "type": ('class="c-low" data-label="Type"', _type),
    "usd-h": ('class="r num" data-label="USD/h"', lambda row: _amount(row.market.usd_per_hour)),
    "nos-h": ('class="r num c-low" data-label="NOS/h"', lambda row: _amount(row.market.nos_per_hour)),
    "queue": ('class="r" data-label="Queue"', lambda row: queue_now(row.market)),
    "running": ('class="r num" data-label="Running"', lambda row: thousands(row.running)),
    "nodes": ('class="r num c-mid" data-label="Nodes"', lambda row: thousands(row.nodes)),
    "success": ('class="r c-wide" data-label="Success, 7 days"', lambda row: success_rate(row.success)),
    "wait": (
        'class="r num c-low" data-label="Wait, median"',
        lambda row: DASH if row.median_wait_s is None else duration(row.median_wait_s),
    ),
    "at-work": (
        'class="r num c-low" data-label="Nodes at work"',
        lambda row: DASH if row.busy_share is None else percent(row.busy_share),
    ),
    "required": ('class="r" data-label="Required"', _required),
    "refreshed": ('class="r c-op" data-label="Refreshed"', _refreshed),
}
