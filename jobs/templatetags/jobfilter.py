"""The fields of the job list's filter and of its menus, written at once: a form's own would cost ten times as much."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from html import escape
from typing import Final

from django import template
from django.forms import BoundField
from django.template.base import NodeList, Parser, Token
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from explorer.templatetags.explorer import STATES, WITHDRAWN, icon
from explorer.text import shortened, visible
from jobs.columns import Column
from jobs.selectors.listing import Choice
from markets.models import Market

register = template.Library()

#: icon and CSS class of a state by the name that the filter has for it
_PILLS: Final = {word.lower(): (symbol, css, word) for symbol, css, word in (*STATES.values(), WITHDRAWN)}


@register.simple_tag
def text_field(field: BoundField, hint: str = "") -> SafeString:
    """Write a text field of the filter; its label is also its name for those who do not see the one beside it."""
    name = field.name
    wrong = ' aria-invalid="true"' if name in field.form.errors else ""
    value = field.form.data.get(name) or ""
    return mark_safe(  # noqa: S308 - a stranger's value is escaped, the rest is the form's own
        f'<input class="input mono" name="{name}" id="{name}" value="{escape(visible(value)) if value else ""}" '
        f'maxlength="{getattr(field.field, "max_length", "")}" placeholder="{hint}" aria-label="{field.label}" '
        f'autocomplete="off" spellcheck="false"{wrong}>'
    )


class GroupNode(template.Node):
    """A folded group of fields. While none of them has a value, it is the same on every page: it is drawn once."""

    def __init__(self, name: str, nodelist: NodeList) -> None:
        """Take the name of the group in jobs.forms.filters.GROUPS, and what it holds."""
        self.name, self.nodelist = name, nodelist
        self._folded = SafeString("")

    def render(self, context: Context) -> SafeString:
        """Return the group, drawn anew where it is open."""
        if self.name in context["open"]:
            return self.nodelist.render(context)
        if not self._folded:  # two threads that draw it at once draw the same
            self._folded = self.nodelist.render(context)
        return self._folded


@register.tag
def group(parser: Parser, token: Token) -> GroupNode:
    """Hold a folded group of the filter: `{% group image %}…{% endgroup %}`. Nothing else of the page may be in it."""
    nodelist = parser.parse(["endgroup"])
    parser.delete_first_token()
    return GroupNode(token.split_contents()[1], nodelist)


@register.simple_tag
def pick_list(name: str, choices: Sequence[Choice]) -> SafeString:
    """Write the items of a list in which any number of values can be ticked."""
    return mark_safe("\n".join(_pick(name, one) for one in choices))  # noqa: S308 - every text is escaped there


def _pick(name: str, choice: Choice) -> str:
    label, value, number = escape(choice.label), escape(choice.value), "" if choice.count is None else choice.count
    return (
        f'<li><label title="{label}"><input type="checkbox" name="{name}" value="{value}"'
        f'{" checked" if choice.is_chosen else ""}><span class="cut">{label}</span>'
        f'<span class="n" id="n-{name}-{value[:8]}">{number}</span></label></li>'
    )


@register.simple_tag
def market_options(markets: Iterable[Market], chosen: Market | None) -> SafeString:
    """Write the markets as the options of a list in which one can be chosen."""
    return mark_safe("".join(_option(market, chosen) for market in markets))  # noqa: S308 - escaped there


def _option(market: Market, chosen: Market | None) -> str:
    selected = " selected" if chosen and market.pk == chosen.pk else ""
    return f'<option value="{escape(market.pk)}"{selected}>{escape(shortened(visible(market), 60))}</option>'


@register.simple_tag
def state_word(choice: Choice) -> SafeString:
    """Write a state that can be chosen as its pill."""
    return _pill(choice.value)


@lru_cache(maxsize=len(_PILLS))
def _pill(state: str) -> SafeString:
    symbol, css, word = _PILLS[state]
    return format_html('<span class="state {}">{}{}</span>', css, icon(symbol), word)


@register.simple_tag
def column_boxes(columns: Sequence[Column], shown: Sequence[Column]) -> SafeString:
    """Write a box to tick for each column; the names and labels are constants of jobs.columns."""
    boxes = (
        f'<label><input type="checkbox" name="columns" value="{column.name}"'
        f"{' checked' if column in shown else ''}>{column.label}</label>"
        for column in columns
    )
    return mark_safe("\n".join(boxes))  # noqa: S308 - constants
