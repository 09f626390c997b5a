"""Pieces of the tables of markets and nodes; {% load cells %}. Written in Python: a table has hundreds of them.

Every stranger's text is escaped here, odd characters in it are made visible, and what is long is cut.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any, Final

from django import template
from django.utils.safestring import SafeString

from explorer import images
from explorer.formats import DASH, percent, thousands
from explorer.templatetags.catalog import image_url
from explorer.templatetags.explorer import icon, meter, text
from explorer.text import shortened, visible
from markets.effective import Served
from markets.facts import Fact
from markets.models import Market, Node
from markets.selectors import NodeRow, Success

register = template.Library()

#: icon, CSS class and word of what a node does now
_ACTIVITIES: Final = {
    "busy": ("circle-play", "state is-running", "Busy"),
    "free": ("circle-check", "state is-ready", "Free"),
    "idle": ("circle-dashed", "state", "Idle"),
}


@register.simple_tag
def clip(value: object, css: str = "") -> SafeString:
    """Show a stranger's text in a line, cut where the column ends, the whole on hover."""
    shown = visible(value)
    return SafeString(
        f'<span class="clip{" " if css else ""}{css}" title="{escape(shortened(shown, 1000))}">'
        f"<bdi>{escape(shortened(shown, 100))}</bdi></span>"
    )


@register.simple_tag
def activity(row: NodeRow) -> SafeString:
    """Show what a node does now."""
    symbol, css, word = _ACTIVITIES[row.activity]
    return SafeString(f'<span class="{css}">{icon(symbol)}{word}</span>')


@register.simple_tag
def gpu_line(node: Node) -> SafeString:
    """Show a node's GPUs in a line."""
    if not node.gpu_name:
        return SafeString("none" if node.specs_at else '<span class="faint">not reported yet</span>')
    shown = visible(node.gpu_name)
    count = f'<span class="num">{node.gpu_count} ×</span> ' if node.gpu_count > 1 else ""
    return SafeString(
        f'<span class="clip" title="{escape(shortened(shown, 300))}">{count}'
        f"<bdi>{escape(shortened(shown, 100))}</bdi></span>"
    )


@register.simple_tag
def success_rate(success: Success, *, bare: bool = False) -> SafeString:
    """Show a success rate, and of how many jobs unless a column beside it says that."""
    if success.share is None:
        return SafeString(f'<span class="faint">{DASH}</span>')
    judged = thousands(success.judged)
    of = "" if bare else f' <span class="unit">of {judged}</span>'
    return SafeString(
        f'<span class="rate num{" rate-bare" if bare else ""}" title="{thousands(success.succeeded)} of {judged} jobs '
        f'that were judged">{meter(success.share)}<span>{percent(success.share)}</span>{of}</span>'
    )


@register.simple_tag
def queue_now(market: Market) -> SafeString:
    """Show who waits in a market's queue."""
    if market.queue_type is None:
        return SafeString(f'<span class="faint" title="its account on chain was not read yet">{DASH}</span>')
    for count, css, symbol, word in (
        (market.jobs_waiting, "is-queued", "clock", "waiting"),
        (market.nodes_free, "is-done", "server", "free"),
    ):
        if count:
            return SafeString(f'<span class="state {css}">{icon(symbol)}{thousands(count)} {word}</span>')
    return SafeString('<span class="faint">empty</span>')


@register.simple_tag
def image_line(reference: str, image: images.Image | None, *, unlinked: bool = False) -> SafeString:
    """Show a required image as the network writes it, with a link to its page."""
    page = "" if unlinked else image_url(reference)
    inner = _parts(image) if image else f"<b><bdi>{escape(shortened(visible(reference), 200))}</bdi></b>"
    if page:
        inner = f'<a href="{escape(page)}">{inner}</a>'
    return SafeString(f'<span class="img" title="{escape(shortened(visible(reference), 1000))}">{inner}</span>')


def _parts(image: images.Image) -> str:
    tag = f":{escape(image.tag)}" if image.tag else ""
    digest = f"@{escape(shortened(image.digest, 20))}" if image.digest else ""
    return (
        (f'<span class="reg">{escape(image.host)}/</span>' if image.host else "")
        + f"<b>{escape(image.name)}</b>"
        + (f'<span class="tag">{tag}{digest}</span>' if tag or digest else "")
    )


@register.simple_tag
def fact_items(facts: Iterable[Fact]) -> SafeString:
    """Write facts as the items of a list, each value with its unit and what others say of it."""
    return SafeString("\n".join(map(_fact, facts)))


def _fact(fact: Fact) -> str:
    value: str = _measured(fact) if fact.unit else text(fact.value, 300)
    others = "".join(f'<span class="sub">{escape(source)}: {text(said, 200)}</span>' for source, said in fact.others)
    return f"<div><dt>{escape(fact.label)}</dt><dd>{value}{others}</dd></div>"


def _measured(fact: Fact) -> str:
    unit = "" if fact.value == DASH else f'<span class="unit">{escape(fact.unit)}</span>'
    return f'<span class="num">{escape(fact.value)} {unit}</span>'


@register.simple_tag
def origin_badge(row: Any) -> SafeString:
    """Say who requires an entry; `row` has the entry as `served`, and where a curator did something, `decided`."""
    served: Served = row.served
    if served.is_hidden:
        return _badge(("eye-off",), "hidden", "The network lists it; a curator keeps it out", " is-queued")
    if served.origin == "network":
        return _badge(("radio-tower",), "network", "From the network's own list")
    decided = escape(getattr(row, "decided", ""))
    if served.origin == "both":
        title = f"The network lists it, and a curator {decided} it"
        return _badge(("radio-tower", "user-round-pen"), "both", title, " is-running")
    title = f"The network does not list it; a curator {decided} it"
    return _badge(("user-round-pen",), "curated", title, " is-running")


def _badge(symbols: Iterable[str], word: str, title: str, css: str = "") -> SafeString:
    return SafeString(f'<span class="badge{css}" title="{title}">{"".join(map(icon, symbols))}{word}</span>')
