"""A template's readme as HTML: headings, paragraphs, lists, code and links, and nothing else of Markdown.

Every text is escaped before anything is made of it, so a stranger's readme can hold no markup of its own. Links lead to
http and https only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from itertools import groupby, islice
from typing import Final

from django.utils.safestring import SafeString, mark_safe

from explorer.text import visible

#: Lines that are shown; what comes after is left out.
MOST_LINES: Final = 500
_INLINE: Final = re.compile(
    r"`(?P<code>[^`\n]{1,500})`"
    r"|\[(?P<label>[^\]\n]{1,200})\]\((?P<url>https?://[^\s()<>\"]{1,500})\)"
    r"|\*\*(?P<strong>[^*\n]{1,200})\*\*"
)
_LINES: Final = (("heading", re.compile(r"#{1,6} ")), ("item", re.compile(r"\s{0,3}[-*] ")))
_FENCE: Final = "```"


def rendered(text: str) -> SafeString:
    """Return a readme as HTML. All headings are of one level, below those of the page."""
    lines = list(islice(visible(text).split("\n"), MOST_LINES))
    return mark_safe("\n".join(_blocks(lines)))  # noqa: S308 - every piece is escaped in _inline or below


def _blocks(lines: list[str]) -> Iterator[str]:
    """Yield the HTML of each block: lines of one kind that follow one another."""
    for kind, group in groupby(_kinds(lines), key=lambda pair: pair[0]):
        block = [line for _, line in group]
        if kind == "code":
            code = escape("\n".join(block))
            yield f'<pre class="readme-code" tabindex="0" aria-label="Code"><code>{code}</code></pre>'
        elif kind == "heading":
            yield from (f"<h3>{_inline(line.lstrip('# '))}</h3>" for line in block)
        elif kind == "item":
            yield "<ul>" + "".join(f"<li>{_inline(line.strip()[2:].strip())}</li>" for line in block) + "</ul>"
        elif kind == "prose":
            yield f"<p>{_inline(' '.join(block))}</p>"


def _kinds(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Yield each line with its kind."""
    is_code = False
    for line in lines:
        if line.startswith(_FENCE):
            is_code = not is_code
            yield "fence", line
        elif is_code:
            yield "code", line
        elif not line.strip():
            yield "gap", line
        else:
            yield next((kind for kind, pattern in _LINES if pattern.match(line)), "prose"), line


def _inline(text: str) -> str:
    """Return a line's text with its code, links and strong words, everything escaped."""
    pieces: list[str] = []
    done = 0
    for found in _INLINE.finditer(text):
        pieces.append(escape(text[done : found.start()]))
        done = found.end()
        if found["code"] is not None:
            pieces.append(f"<code>{escape(found['code'])}</code>")
        elif found["url"] is not None:
            url, label = escape(found["url"]), escape(found["label"])
            pieces.append(f'<a href="{url}" rel="noopener nofollow noreferrer">{label}</a>')
        else:
            pieces.append(f"<strong>{escape(found['strong'])}</strong>")
    return "".join(pieces) + escape(text[done:])
