"""The rows of what a node holds, written at once; {% load nodecache %}."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from django import template
from django.utils.safestring import SafeString

from explorer.templatetags.catalog import resource_url
from explorer.templatetags.explorer import text, when
from explorer.text import shortened, visible
from markets.caches import CacheRow
from markets.templatetags.cells import image_line

register = template.Library()


@register.simple_tag
def cache_rows(rows: Iterable[CacheRow]) -> SafeString:
    """Write the rows: kind, name, why it is believed to be there, when it was used last, and when it goes."""
    return SafeString("\n".join(map(_row, rows)))


def _row(row: CacheRow) -> str:
    return (
        f'<tr><td class="c-state">{escape(visible(row.kind) or "Volume")}</td>'
        f'<th scope="row" class="fill">{_name(row)}</th>'
        f'<td class="c-wide" data-label="Why">{", ".join(row.origins)}</td>'
        f'<td class="r" data-label="Last used">{when(row.used_at)}</td>'
        f'<td class="r" data-label="Cached until">{_until(row)}</td></tr>'
    )


def _name(row: CacheRow) -> str:
    """Return the name, with a link to its page where the catalog has one: not for what the node alone names."""
    if row.is_image:
        return str(image_line(row.name, row.image, unlinked=not (row.is_required or row.used_at)))
    shown, page = text(row.name, 200), resource_url(row.kind, row.name) if row.kind else ""
    link = f'<a href="{escape(page)}">{shown}</a>' if page else shown
    return f'<span class="mono" title="{escape(shortened(visible(row.name), 1000))}">{link}</span>'


def _until(row: CacheRow) -> str:
    if not row.until:
        return '<span class="faint">no end</span>'
    if row.used_at:
        return str(when(row.until))
    return f'<span title="at the latest: no use is known, but the node named it">{when(row.until)}</span>'
