"""How the tests read the pages of jobs: the words of a part, the rows of a table, and whether anything is alive."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from tests.markets.pages import plain

#: Elements that have no end.
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
#: Symbols may only be drawn, never load or run.
HARMLESS_SCHEMES = ("http://", "https://", "/", "?", "#")


def rows(page: str) -> list[list[str]]:
    """Return the words in every cell of the first table, each row led by "---" where a line sets it off."""
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    found = []
    for css, line in re.findall(r"<tr( class=\"brk\")?>(.*?)</tr>", body, re.S):
        cells = [plain(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line, re.S)]
        found.append(["---", *cells] if css else cells)
    return found


class _Parts(HTMLParser):
    """Gathers all elements, and the source between the tags of the one with an id."""

    def __init__(self, wanted: str = "") -> None:
        super().__init__(convert_charrefs=False)
        self.wanted, self.depth, self.source = wanted, 0, ""
        self.elements: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if self.depth:
            self.source += self.get_starttag_text() or ""
            self.depth += tag not in VOID
        elif self.wanted and dict(attrs).get("id") == self.wanted:
            self.depth = 1

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.source += self.get_starttag_text() or "" if self.depth else ""

    def handle_endtag(self, tag: str) -> None:
        if self.depth:
            self.depth -= 1
            self.source += f"</{tag}>" if self.depth else ""

    def handle_data(self, data: str) -> None:
        self.source += data if self.depth else ""

    def handle_entityref(self, name: str) -> None:
        self.handle_data(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.handle_data(f"&#{name};")


def part(page: str, wanted: str) -> str:
    """Return the HTML inside of the element with an id."""
    parser = _Parts(wanted)
    parser.feed(page)
    assert parser.source, f"nothing has the id {wanted}"
    return parser.source


def words(page: str, wanted: str) -> str:
    """Return the words of the element with an id."""
    return plain(part(page, wanted))


def dangers(page: str) -> list[str]:
    """Return everything in a page that a stranger could have brought to life; an inert page has nothing."""
    parser = _Parts()
    parser.feed(page)
    found = re.findall("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]", page)
    for tag, attributes in parser.elements:
        found += [f"{tag} {name}" for name in attributes if name.startswith("on") or name in {"style", "srcdoc"}]
        found += [
            f"{tag} {name}={value}"
            for name in ("href", "src", "action", "hx-get", "hx-post", "formaction")
            if (value := attributes.get(name)) and not value.startswith(HARMLESS_SCHEMES)
        ]
        if tag in {"iframe", "object", "embed", "img", "base", "form", "script"}:
            found += [] if _is_ours(tag, attributes) else [tag]
    return found


def _is_ours(tag: str, attributes: dict[str, str | None]) -> bool:
    if tag == "script":
        return (attributes.get("src") or "").startswith("/static/")
    return tag == "form" and (attributes.get("action") or "").startswith("/")
