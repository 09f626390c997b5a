"""A file anywhere on the public web."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final
from urllib.parse import unquote, urlsplit

from django.conf import settings

from explorer.nosana.budget import Budget, RedisBudget
from explorer.nosana.errors import NosanaError
from explorer.nosana.guarded import PUBLIC, Guard, fetch
from explorer.nosana.networks import Window
from jobs.builder.sources.start import UNTITLED, NoStart, Start, label, reference
from jobs.builder.sources.texts import start_from
from jobs.definition import encoding
from jobs.definition.imports.outcome import Leftover

#: What all visitors together may have fetched: of any one host, and of all hosts.
_OF_HOST: Final = (Window(20, 60),)
_OF_ALL: Final = (Window(60, 60), Window(1000, 3600))
_SCOPE: Final = "import"
#: Pages that show a file, and where the file itself is.
_PAGES: Final = (
    (re.compile(r"https?://github\.com/([^/]+/[^/]+)/(?:blob|raw)/(.+)"), r"https://raw.githubusercontent.com/\1/\2"),
    (re.compile(r"https?://gitlab\.com/(.+?)/-/blob/(.+)"), r"https://gitlab.com/\1/-/raw/\2"),
    (re.compile(r"https?://gist\.github\.com/([^/]+/[0-9a-f]+)/?"), r"https://gist.githubusercontent.com/\1/raw"),
    (re.compile(r"https?://huggingface\.co/(.+?)/blob/(.+)"), r"https://huggingface.co/\1/resolve/\2"),
)


def from_url(written: str, guard: Guard = PUBLIC) -> Start:
    """Return a start from the file at a URL, which is fetched once, from public addresses only."""
    url = _file_of(written.strip())
    budget = RedisBudget(settings.REDIS, max_wait=0, prefix="import-budget")
    try:
        _count(budget, url)
        body = fetch(url, guard)
    except NosanaError as problem:
        raise NoStart(str(problem), "url") from None
    finally:
        budget.close()
    text, notes = encoding.decode(body)
    start = start_from(text, "url", "url")
    name = start.name if start.name != UNTITLED else label(_name(url))
    report = (*(Leftover("Letters", note.message) for note in notes), *start.report)
    return replace(start, name=name, reference=reference(_without_query(url)), report=report)


def _count(budget: Budget, url: str) -> None:
    """Count a fetch, or raise OverBudget: nobody is to send us to one host again and again."""
    try:
        host = urlsplit(url).hostname
    except ValueError:
        host = None
    budget.take((host or "none")[:200], _SCOPE, _OF_HOST)
    budget.take("all", _SCOPE, _OF_ALL)


def _file_of(url: str) -> str:
    """Return the address of the file itself where a page that shows one is named."""
    for page, file in _PAGES:
        if found := page.fullmatch(url.partition("#")[0].partition("?")[0]):
            return found.expand(file)
    return url if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", url) else f"https://{url}"


def _name(url: str) -> str:
    """Return the name of the file, without what its kind is called."""
    path = urlsplit(url).path.rstrip("/").rpartition("/")[2]
    return unquote(path).rpartition(".")[0] or unquote(path)


def _without_query(url: str) -> str:
    """Return the address without its query, which may hold a signature."""
    return url.partition("#")[0].partition("?")[0]
