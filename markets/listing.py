"""What a market's nodes must keep, entry by entry, as its page shows it."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from django.db import connection

from explorer import images
from explorer.kept import kept
from explorer.nosana import credentials
from explorer.nosana.payloads import JsonObject, JsonValue
from markets import effective
from markets.choices import EntryKind
from markets.curation.entries import Entry
from markets.curation.states import decided_in
from markets.effective import Name, Served
from markets.models import Market

#: How many entries that are no longer required a page shows.
GONE_SHOWN: Final = 20
#: Fields of a resource that its name or type column already says.
_SAID: Final = {"type", "url", "repo", "model"}
_DECIDED: Final = {"add": "added", "pin": "pinned", "hide": "hides", "note": "annotated"}


def row_key(entry: Entry) -> str:
    """Return a short name for an entry, fit for an element's id and a URL."""
    return hashlib.sha256(f"{entry.kind} {entry.identity}".encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Where:
    """In how many of the listed markets an entry is required, this one included."""

    markets: int
    of: int

    def __str__(self) -> str:
        if self.markets >= self.of > 1:
            return "every market"
        return "only here" if self.markets <= 1 else f"{self.markets} of {self.of} markets"


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry with what a page says of it; `image` is None for a resource and where the reference cannot be parsed."""

    served: Served
    where: Where
    image: images.Image | None
    link: str
    details: tuple[tuple[str, str], ...]

    @property
    def is_image(self) -> bool:
        """Whether it is an image, not a resource."""
        return self.served.entry.kind == EntryKind.IMAGE

    @property
    def name(self) -> str:
        """The reference, URL, repository or model."""
        return self.served.entry.name

    @property
    def type(self) -> str:
        """A resource's type."""
        return self.served.entry.type

    @property
    def key(self) -> str:
        """A name for the row's elements."""
        return row_key(self.served.entry)

    @property
    def decided(self) -> str:
        """What a curator did with it, as a word in a sentence."""
        return _DECIDED.get(self.served.decision.decision, "") if self.served.decision else ""

    @property
    def author(self) -> str:
        """Who decided; their account may be gone."""
        author = self.served.decision.author if self.served.decision else None
        return author.get_username() if author else "somebody"


class Gone(NamedTuple):
    """An image or resource that the network required once and does not now."""

    type: str  # of a resource
    name: str
    since: datetime
    removed_at: datetime

    def __str__(self) -> str:
        return f"{self.type} {self.name}".lstrip()


@dataclass(frozen=True, slots=True)
class Listing:
    """A market's list: what is served, what curators hide, what is gone. `shows_hidden`: its reader is a curator."""

    rows: list[EntryRow]
    gone: list[Gone]
    shows_hidden: bool

    @property
    def images(self) -> list[EntryRow]:
        """The images that are served."""
        return [row for row in self.rows if row.is_image and not row.served.is_hidden]

    @property
    def resources(self) -> list[EntryRow]:
        """The resources that are served."""
        return [row for row in self.rows if not row.is_image and not row.served.is_hidden]

    @property
    def shown_images(self) -> list[EntryRow]:
        """The images that the reader sees."""
        return [row for row in self.rows if row.is_image and (self.shows_hidden or not row.served.is_hidden)]

    @property
    def shown_resources(self) -> list[EntryRow]:
        """The resources that the reader sees."""
        return [row for row in self.rows if not row.is_image and (self.shows_hidden or not row.served.is_hidden)]

    @property
    def hidden_images(self) -> int:
        """How many images curators hide."""
        return sum(row.is_image and row.served.is_hidden for row in self.rows)

    @property
    def hidden_resources(self) -> int:
        """How many resources curators hide."""
        return sum(not row.is_image and row.served.is_hidden for row in self.rows)

    @property
    def count(self) -> int:
        """How many entries a node must keep."""
        return sum(not row.served.is_hidden for row in self.rows)

    @property
    def network_count(self) -> int:
        """How many entries the network lists."""
        return sum(row.served.origin != "curated" for row in self.rows)

    @property
    def differences(self) -> list[EntryRow]:
        """Those that the network lists and we do not serve, and the other way round."""
        return [row for row in self.rows if row.served.is_hidden or row.served.origin == "curated"]


@kept
def _listed_markets() -> list[str]:
    return list(Market.objects.filter(is_listed=True).order_by().values_list("pk", flat=True))


def listing(market: Market, *, shows_hidden: bool = False) -> Listing:
    """Return a market's list with where else each entry is required; a constant number of queries."""
    listed = [address for address in _listed_markets() if address != market.pk]
    decided = decided_in([market.pk, *listed])
    elsewhere = Counter(name for names in effective.names_served_in(listed, decided).values() for name in names)
    rows = [_row(served, elsewhere, len(listed) + 1) for served in effective.served(market, decided)]
    listed_now = {row.name for row in rows}
    gone = [entry for entry in _gone(market) if entry.name not in listed_now]
    return Listing(rows, gone, shows_hidden)


def _row(served: Served, elsewhere: Mapping[Name, int], of: int) -> EntryRow:
    entry = served.entry
    return EntryRow(
        served=served,
        where=Where(elsewhere[effective.name_of(entry)] + (not served.is_hidden), of),
        image=images.parse(entry.name) if entry.kind == EntryKind.IMAGE else None,
        link=_link(entry.name) if entry.kind == EntryKind.RESOURCE else "",
        details=_details(entry.spec),
    )


#: Written out, as markets/curation/states.py has it.
_GONE: Final = """
    SELECT type, name, since, removed_at FROM (
        (SELECT '' AS type, reference AS name, since, removed_at FROM markets_requiredimage
         WHERE market_id = %(market)s AND removed_at IS NOT NULL ORDER BY removed_at DESC LIMIT %(most)s)
        UNION ALL
        (SELECT type, name, since, removed_at FROM markets_requiredresource
         WHERE market_id = %(market)s AND removed_at IS NOT NULL ORDER BY removed_at DESC LIMIT %(most)s)) AS gone
    ORDER BY removed_at DESC LIMIT %(most)s
"""


def _gone(market: Market) -> list[Gone]:
    """Return what the network required once and does not now, the newest first; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_GONE, {"market": market.pk, "most": GONE_SHOWN})
        return [Gone(*row) for row in cursor]


def _link(name: str) -> str:
    """Return the name if it is a web address, else an empty text."""
    try:
        return name if urlsplit(name).scheme in {"http", "https"} else ""
    except ValueError:
        return ""


def _details(spec: JsonObject | None) -> tuple[tuple[str, str], ...]:
    """Return what else an entry says, field by field, without credentials."""
    bare = credentials.without(spec or {})
    fields = bare.items() if isinstance(bare, dict) else ()
    return tuple((name, _plain(value)) for name, value in fields if name not in _SAID)


def _plain(value: JsonValue) -> str:
    """Return a value as a person reads it: texts as they are, a list of texts with commas, the rest as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ", ".join(map(str, value))
    return json.dumps(value, ensure_ascii=False)
