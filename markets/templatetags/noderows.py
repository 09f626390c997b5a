"""The rows of the list of nodes, written at once: as templates they would cost four times as much."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from html import escape
from typing import Final

from django import template
from django.utils.safestring import SafeString, mark_safe

from explorer.formats import DASH, mb_as_gb, percent, thousands
from explorer.markup import page_of
from explorer.templatetags.explorer import address, meter, when
from markets.models import Node
from markets.selectors import NodeRow
from markets.templatetags.cells import activity, clip, gpu_line, success_rate

register = template.Library()


@register.simple_tag
def node_rows(rows: Iterable[NodeRow], shown: Collection[str]) -> SafeString:
    """Write the rows of the table; `shown` has the names of the columns. Every stranger's text is escaped."""
    cells = [write for name, write in _CELLS.items() if name in shown]
    return mark_safe("\n".join(_row(row, cells) for row in rows))  # noqa: S308 - every text is escaped in the cells


def _row(row: NodeRow, cells: Iterable[Callable[[NodeRow], str]]) -> str:
    head = address(row.node.pk, row.node.get_absolute_url())
    return f'<tr><th scope="row">{head}</th>{"".join(write(row) for write in cells)}</tr>'


def _cell(label: str, content: str, css: str) -> str:
    return f'<td class="{css}" data-label="{label}">{content}</td>'


def _clip(value: str, css: str = "") -> str:
    """Return a stranger's text in a line, cut where the column ends, the whole on hover; a dash for none."""
    return clip(value, css) if value else DASH


def _status(row: NodeRow) -> str:
    state: str = activity(row)
    if row.job:
        state = f'<a href="{page_of("jobs:detail", row.job)}" title="runs {escape(row.job)}">{state}</a>'
    return _cell("Status", state, "c-state")


def _market(row: NodeRow) -> str:
    market = row.node.market
    link = f'<a href="{escape(market.get_absolute_url())}">{_clip(str(market), "w-market")}</a>' if market else DASH
    return _cell("Market", link, "c-wide")


def _gpu(row: NodeRow) -> str:
    return _cell("GPU", gpu_line(row.node), "fill c-gpu")


def _memory(label: str, megabytes: int | None, css: str) -> str:
    return _cell(label, DASH if megabytes is None else mb_as_gb(megabytes), css)


def _disk(row: NodeRow) -> str:
    size = row.node.disk_gb
    return _cell("Disk", DASH if size is None else f'{thousands(size)} <span class="unit">GB</span>', "r num")


def _speed(row: NodeRow) -> str:
    down, up = (DASH if speed is None else thousands(speed) for speed in _speeds(row.node))
    both = DASH if down == up == DASH else f'{down} <span class="unit">/</span> {up}'
    return _cell("Down / up, Mbit/s", both, "r num c-wide")


def _speeds(node: Node) -> tuple[float | None, float | None]:
    return node.download_mbps, node.upload_mbps


def _success(row: NodeRow) -> str:
    return _cell("Success", success_rate(row.success, bare=True), "r")


def _rate(share: float) -> str:
    return f'<span class="rate num rate-bare">{meter(share)}<span>{percent(share)}</span></span>'


def _uptime(row: NodeRow) -> str:
    share = row.node.uptime
    return _cell("Uptime, 7 days", DASH if share is None else percent(share), "r num c-op")


#: By the name of the column, in the order of markets/forms/filters.py.
_CELLS: Final[Mapping[str, Callable[[NodeRow], str]]] = {
    "status": _status,
    "market": _market,
    "gpu": _gpu,
    "vram": lambda row: _memory("VRAM", row.node.vram_mb, "r num"),
    "processor": lambda row: _cell("Processor", _clip(row.node.cpu, "w-cpu"), "c-wide"),
    "ram": lambda row: _memory("RAM", row.node.ram_mb, "r num c-low"),
    "disk": _disk,
    "down-up": _speed,
    "cuda": lambda row: _cell("CUDA", _clip(row.node.cuda_version, "w-tiny"), "num c-low"),
    "driver": lambda row: _cell("Driver", _clip(row.node.driver_version, "w-word"), "num"),
    "country": lambda row: _cell("Country", _clip(row.node.country, "w-tiny"), "c-mid"),
    "version": lambda row: _cell("Version", _clip(row.node.node_version, "w-tiny"), "num"),
    "jobs": lambda row: _cell("Jobs", thousands(row.jobs), "r num"),
    "success": _success,
    "busy": lambda row: _cell("Busy, 7 days", _rate(row.node.busy_share), "r c-op"),
    "uptime": _uptime,
    "seen": lambda row: _cell("Seen", when(row.node.seen_at), "r"),
}
