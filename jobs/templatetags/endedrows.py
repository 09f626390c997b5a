"""The table of the overview's chart, written at once: it has up to sixty rows."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from explorer.formats import thousands
from explorer.templatetags.explorer import stamp
from jobs.selectors.ended import Bin, Ended

register = template.Library()


@register.simple_tag
def rows_of_ended(ended: Ended) -> SafeString:
    """Write a row for each bin, the newest first."""
    return SafeString("".join(map(_row, reversed(ended.bins))))


def _row(bin: Bin) -> str:
    counts = (bin.completed, bin.stopped, bin.failed, bin.total)
    cells = "".join(f'<td class="r num">{thousands(count)}</td>' for count in counts)
    return f'<tr><th scope="row">{stamp(bin.at)}</th>{cells}</tr>'
