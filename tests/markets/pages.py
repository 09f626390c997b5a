"""How the tests read a page: what a reader sees of it, and what it costs."""

from __future__ import annotations

import html
import re

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

HTMX = {"HX-Request": "true"}


def get(client: Client, url: str, **headers: str) -> str:
    """Return the text of a page that must be there."""
    response = client.get(url, headers=headers)
    assert response.status_code == 200, response.content[:500]
    return str(response.content.decode())


def plain(fragment: str) -> str:
    """Return the words of a piece of HTML, without its tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", fragment)).split())


def rows(page: str) -> list[list[str]]:
    """Return the words in every cell of the first table."""
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    lines = re.findall(r"<tr>(.*?)</tr>", body, re.S)
    return [[plain(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line, re.S)] for line in lines]


def cells(page: str, index: int) -> list[str]:
    """Return the words in one column of the first table."""
    return [row[index] for row in rows(page)]


def titles(page: str, css: str) -> list[str]:
    """Return the titles of all spans of a class."""
    return [html.unescape(title) for title in re.findall(rf'<span class="{css}" title="([^"]*)"', page)]


def queries(client: Client, url: str) -> int:
    """Return how many queries a page takes when nothing has to be set up for it."""
    get(client, url)
    with CaptureQueriesContext(connection) as captured:
        get(client, url)
    return len(captured)


def short(address: str) -> str:
    """Return an address as a list shows it."""
    return f"{address[:4]} … {address[-4:]}"
