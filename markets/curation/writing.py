"""Writes what markets serve, and the decisions about it, as files that `reading` reads back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Final

from explorer.export import safe
from explorer.nosana import credentials, strict_json
from explorer.nosana.payloads import JsonObject, JsonValue
from markets.choices import EntryKind
from markets.curation.entries import Entry
from markets.curation.states import decided_in, entry_of
from markets.effective import Served, served_in
from markets.models import Curated, Market

#: What a row of the CSV says. market, decision, kind, entry and note are read back; the others tell the reader more.
COLUMNS: Final = (
    "market",
    "slug",
    "decision",
    "kind",
    "entry",
    "note",
    "served",
    "origin",
    "since",
    "reason",
    "author",
    "decided_at",
)


def to_csv(markets: Iterable[Market]) -> str:
    """Return every entry of these markets, hidden ones too, one a row, no formula among them; three queries."""
    chosen = list(markets)
    lists = served_in(market.pk for market in chosen)
    file = io.StringIO(newline="")
    write = csv.writer(file)
    write.writerow(COLUMNS)
    for market in chosen:
        write.writerows([safe(cell) for cell in _cells(market, row)] for row in lists[market.pk])
    return file.getvalue()


def _cells(market: Market, row: Served) -> list[str]:
    decision = row.decision
    return [
        market.pk,
        market.slug,
        decision.decision if decision else "",
        row.entry.kind,
        row.entry.name if row.entry.kind == EntryKind.IMAGE else strict_json.write(_bare(row.entry)),
        decision.note if decision else "",
        "no" if row.is_hidden else "yes",
        row.origin,
        row.since.isoformat(),
        decision.reason if decision else "",
        _author(decision) if decision else "",
        decision.decided_at.isoformat() if decision else "",
    ]


def to_json(markets: Iterable[Market]) -> JsonObject:
    """Return the decisions of these markets, and what each serves under the network's contract; four queries."""
    chosen = list(markets)
    lists, decided = served_in(m.pk for m in chosen), decided_in(m.pk for m in chosen)
    return {"markets": [_market(market, lists[market.pk], decided.get(market.pk, [])) for market in chosen]}


def _market(market: Market, rows: list[Served], decided: list[Curated]) -> JsonObject:
    entries = [row.entry for row in rows if not row.is_hidden]
    return {
        "address": market.pk,
        "slug": market.slug,
        "name": market.name,
        "decisions": [_decision(row) for row in decided],
        "required_images": [entry.name for entry in entries if entry.kind == EntryKind.IMAGE],
        "required_remote_resources": [_bare(entry) for entry in entries if entry.kind == EntryKind.RESOURCE],
    }


def _decision(row: Curated) -> JsonObject:
    entry = entry_of(row)
    what: JsonValue = entry.name if entry.kind == EntryKind.IMAGE else _bare(entry)
    return {
        "decision": row.decision,
        row.kind: what,
        "note": row.note,
        "reason": row.reason,
        "author": _author(row),
        "decided_at": row.decided_at.isoformat(),
    }


def _bare(entry: Entry) -> JsonValue:
    return credentials.without(entry.spec or {})


def _author(row: Curated) -> str:
    return row.author.get_username() if row.author else ""
