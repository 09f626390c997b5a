"""The boxes of the node list's facets, written at once: as templates they would cost ten times as much."""

from __future__ import annotations

import hashlib
from html import escape

from django import template
from django.utils.safestring import SafeString, mark_safe

from explorer.templatetags.explorer import icon, meter
from markets.selectors import FacetView
from markets.selectors.facets import FacetChoice

register = template.Library()

#: icon and CSS class of what a node does now
_STATES = {
    "busy": ("circle-play", "is-running"),
    "free": ("circle-check", "is-ready"),
    "idle": ("circle-dashed", ""),
}


@register.simple_tag
def facet_boxes(view: FacetView) -> SafeString:
    """Write the items of a facet, each a box to tick, with how many nodes it would show, as a bar and as a number."""
    items = "\n".join(_box(view.facet.name, choice, view.most) for choice in view.choices)
    more = f'<li class="faint small">and {view.more:,} rarer</li>' if view.more else ""
    none = "" if view.choices else '<li class="faint small">none reported</li>'
    return mark_safe(f"{items}{more}{none}")  # noqa: S308 - every text is escaped in _box()


def _box(name: str, choice: FacetChoice, most: int) -> str:
    label, value = escape(choice.label), escape(choice.value)
    # The same element after a swap keeps the focus.
    key = hashlib.sha256(choice.value.encode()).hexdigest()[:10]
    return (
        f'<li><label title="{label}"><input type="checkbox" name="{name}" id="f-{name}-{key}" value="{value}"'
        f"{' checked' if choice.is_chosen else ''}>{_word(name, choice, label)}"
        f'{meter(choice.count / most if most else 0)}<span class="n">{choice.count:,}</span></label></li>'
    )


def _word(name: str, choice: FacetChoice, label: str) -> str:
    if name != "status" or choice.value not in _STATES:
        # Nearly all GPUs begin alike, and the rail is narrow; the whole is on hover.
        short = label.removeprefix("NVIDIA ").removeprefix("GeForce ") if name in {"gpu", "market"} else label
        return f'<span class="cut"><bdi>{short or label}</bdi></span>'
    symbol, css = _STATES[choice.value]
    return f'<span class="state {css}">{icon(symbol)}{label}</span>'
