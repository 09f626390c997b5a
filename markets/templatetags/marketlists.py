"""The lists on a market's page, written at once: who waits in its queue, and its nodes."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils.safestring import SafeString

from explorer.formats import DASH, mb_as_gb, thousands
from explorer.markup import page_of
from explorer.templatetags.explorer import address, when
from markets.models import Market
from markets.selectors import NodeRow, Waiting
from markets.templatetags.cells import activity, clip, gpu_line, success_rate

register = template.Library()

_UNKNOWN = '<span class="small faint">not fetched yet</span>'


@register.simple_tag
def line_items(market: Market, queue: Iterable[Waiting]) -> SafeString:
    """Write those who wait, jobs or nodes, first in line first."""
    name = "jobs:detail" if market.jobs_waiting else "markets:node"
    return SafeString("".join(_item(number, waiting, name) for number, waiting in enumerate(queue, 1)))


def _item(number: int, waiting: Waiting, name: str) -> str:
    shown = (
        address(waiting.address, page_of(name, waiting.address))
        if waiting.is_known
        else f"{address(waiting.address)}{_UNKNOWN}"
    )
    return f'<li><span class="n">{number}</span>{shown}</li>'


@register.simple_tag
def short_node_rows(rows: Iterable[NodeRow]) -> SafeString:
    """Write the rows of a market's nodes, without what all of them share."""
    return SafeString("\n".join(map(_node, rows)))


def _node(row: NodeRow) -> str:
    node = row.node
    vram, ram = (DASH if size is None else mb_as_gb(size) for size in (node.vram_mb, node.ram_mb))
    return (
        f'<tr><th scope="row">{address(node.pk, node.get_absolute_url())}</th>'
        f'<td class="c-state" data-label="Status">{activity(row)}</td>'
        f'<td class="fill c-gpu" data-label="GPU">{gpu_line(node)}</td>'
        f'<td class="r num" data-label="VRAM">{vram}</td>'
        f'<td class="r num c-mid" data-label="RAM">{ram}</td>'
        f'<td class="c-op" data-label="Country">{clip(node.country, "w-tiny") if node.country else DASH}</td>'
        f'<td class="r num" data-label="Jobs">{thousands(row.jobs)}</td>'
        f'<td class="r" data-label="Success">{success_rate(row.success, bare=True)}</td>'
        f'<td class="r" data-label="Seen">{when(node.seen_at)}</td></tr>'
    )
