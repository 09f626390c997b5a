"""The list a market serves, in the network's own contract: what a node that is pointed at the explorer gets.

Contract: `GET /api/markets/:id/required-resources` → `{"required_images": [...], "required_remote_resources": [...]}`
(the network's host manager; spec of its HTTP interfaces, "Markets").
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db.models import Max

from explorer.nosana import credentials, strict_json
from explorer.nosana.payloads import JsonObject, JsonValue
from markets.choices import Decision, EntryKind
from markets.curation.states import KEEPING
from markets.effective import Served, served
from markets.models import Market

#: The order in which the network writes a resource's fields; any others follow.
_FIELDS: Final = ("type", "url", "repo", "model", "revision", "files", "buckets", "target")


def document(market: Market) -> JsonObject:
    """Return a market's list for nodes: everything served, nothing hidden, no credentials; three queries."""
    rows = [row for row in served(market) if not row.is_hidden]
    return {
        "required_images": [row.entry.name for row in rows if row.entry.kind == EntryKind.IMAGE],
        "required_remote_resources": [_resource(row) for row in rows if row.entry.kind == EntryKind.RESOURCE],
    }


def body(document: JsonObject) -> bytes:
    """Return a document's bytes: compact, as the network writes its own."""
    return strict_json.write(document).encode()


def is_known(market: Market) -> bool:
    """Say whether anything can be said of a market's list; at most four queries.

    A node deletes what is not in the list, so "not known yet" must never look like an empty list.
    """
    if market.required_at is not None or market.required_images.exists() or market.required_resources.exists():
        return True
    return market.curated.filter(decision__in=[*KEEPING, Decision.HIDE]).exists()


def changed_at(market: Market) -> datetime | None:
    """Return when a market's list, or a decision about it, changed last; None where nothing is known. One query."""
    newest: datetime | None = market.revisions.aggregate(newest=Max("at"))["newest"]
    return newest or market.required_at


def _resource(row: Served) -> JsonValue:
    spec = credentials.without(row.entry.spec or {})
    return {name: spec[name] for name in (*_FIELDS, *spec) if name in spec} if isinstance(spec, dict) else {}
