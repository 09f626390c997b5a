"""Who curates in the tests, and what their forms carry."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from markets.curation import latest
from markets.effective import served
from markets.models import Market, MarketCurator


def make_user(name: str, *, curates: Market | None = None, **facts: Any) -> User:
    """Create an account, perhaps the curator of one market."""
    user = User.objects.create_user(name, password="a long pass phrase", **facts)
    if curates:
        MarketCurator.objects.create(user=user, market=curates)
    return user


def client_of(user: User) -> Client:
    """Return a browser in which the user is signed in."""
    client = Client()
    client.force_login(user)
    return client


def typed(market: Market, entry: str, decision: str = "add", kind: str = "image", **fields: Any) -> dict[str, Any]:
    """Return what the form for a new entry sends."""
    row = {"rows-0-kind": kind, "rows-0-entry": entry, "rows-0-decision": decision, "rows-0-note": ""}
    return {"reason": "because", "seen": latest(market), "count": 1, **row, **fields}


def about(market: Market, name: str, decision: str, note: str = "", **fields: Any) -> dict[str, Any]:
    """Return what the form about an entry of the list sends."""
    row = next(row for row in served(market) if row.entry.name == name)
    was = (row.decision.decision, row.decision.note) if row.decision else ("", "")
    facts = {
        "kind": row.entry.kind,
        "identity": row.entry.identity,
        "decision": decision,
        "note": note,
        "was_decision": was[0],
        "was_note": was[1],
    }
    sent = {f"rows-0-{field}": value for field, value in facts.items()}
    return {"reason": "because", "seen": latest(market), "count": 1, **sent, **fields}


def names(market: Market) -> list[str]:
    """Return what is served."""
    return [row.entry.name for row in served(market) if not row.is_hidden]


def untimed(text: str) -> str:
    """Return the words of a page with "then" for every relative time, which a slow machine changes."""
    return re.sub(r"\bnow\b|\b(in )?\d+[smhd]( \d\dm)?( ago)?(?!\w)", "then", text)
