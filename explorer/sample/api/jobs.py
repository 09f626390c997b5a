"""The indexer's read interface to jobs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from explorer.sample import draw
from explorer.sample.api import rows
from explorer.sample.api.answer import Answer, Request, encoded, needed, not_found, ok, one_of, validation, whole
from explorer.sample.definitions import catalogue
from explorer.sample.draw import JsonObject
from explorer.sample.network import Network
from explorer.sample.record import RUNNING, STATE_NAMES

MAX_ROWS, MAX_BATCH = 50, 100
COLUMN_BY_PARAMETER = {"market": "market", "node": "node", "poster": "project", "payer": "payer"}
FIRST_SLOT, FIRST_SLOT_AT, SLOTS_PER_SECOND = 380_000_000, 1_762_000_000, 2.5
NEWEST_FIRST = "ORDER BY time_start DESC, id DESC"


def condition(query: Mapping[str, str], *, state: bool = False) -> tuple[str, list[Any]]:
    """Return the WHERE clause of a request and its values; only known parameters count."""
    found = [(column, query[name]) for name, column in COLUMN_BY_PARAMETER.items() if query.get(name)]
    parts: list[tuple[str, Any]] = list(found)
    name = one_of(query, "state", STATE_NAMES) if state else None
    if name is not None:
        parts.append(("state", STATE_NAMES.index(name)))
    clause = " AND ".join(f"{column} = ?" for column, _ in parts)
    return (f"WHERE {clause}" if clause else ""), [value for _, value in parts]


def jobs(network: Network, request: Request) -> Answer:
    """GET /api/jobs: newest start first, which puts jobs that wait last."""
    limit = whole(request.query, "limit", 10, 1, MAX_ROWS)
    offset = whole(request.query, "offset", 0, 0)
    where, values = condition(request.query, state=True)
    found = rows.read(network, f"{where} {NEWEST_FIRST} LIMIT ? OFFSET ?", [*values, limit, offset])
    with network.store.reading() as db:
        total = db.execute(f"SELECT COUNT(*) FROM jobs {where}", values).fetchone()[0]  # noqa: S608 - own clause
    return Answer(encoded(f'{{"jobs":[{",".join(rows.full(network, found))}],"totalJobs":{total}}}'))


def job(network: Network, _: Request, address: str) -> Answer:
    """GET /api/jobs/:address"""
    found = rows.read(network, "WHERE address = ?", [address])
    if not found:
        raise not_found()
    return Answer(encoded(rows.full(network, found)[0]))


def batch(network: Network, request: Request) -> Answer:
    """POST /api/jobs/batch: at most 100 addresses; those not known are left out."""
    body = request.json_object()
    addresses, limit = body.get("addresses"), body.get("limit", MAX_BATCH)
    if not isinstance(addresses, list) or not all(isinstance(item, str) for item in addresses):
        raise validation("body", "addresses", "Expected array of string", addresses)
    if not 1 <= len(addresses) <= MAX_BATCH:
        raise validation("body", "addresses", f"Expected array length to be from 1 to {MAX_BATCH}", len(addresses))
    if not isinstance(limit, int) or isinstance(limit, bool) or not 1 <= limit <= MAX_BATCH:
        raise validation("body", "limit", f"Expected number to be from 1 to {MAX_BATCH}", limit)
    marks = ", ".join("?" * len(addresses))
    return ok(rows.short(rows.read(network, f"WHERE address IN ({marks}) LIMIT ?", [*addresses, limit])))


def count(network: Network, request: Request) -> Answer:
    """GET /api/jobs/count"""
    where, values = condition(request.query)
    with network.store.reading() as db:
        found = dict(db.execute(f"SELECT state, COUNT(*) FROM jobs {where} GROUP BY state", values))  # noqa: S608 - own
    by_state = {name: found.get(state, 0) for state, name in enumerate(STATE_NAMES)}
    return ok({"total": sum(by_state.values()), "byState": by_state})


def running(network: Network, _: Request) -> Answer:
    """GET /api/jobs/running: markets without a running job are left out."""
    query = "SELECT market, COUNT(*) FROM jobs WHERE state = ? GROUP BY market"
    with network.store.reading() as db:
        return ok({market: {"running": number} for market, number in db.execute(query, (RUNNING,))})


def running_nodes(network: Network, request: Request) -> Answer:
    """GET /api/jobs/running-nodes?market="""
    values = (needed(request.query, "market"), RUNNING)
    with network.store.reading() as db:
        found = db.execute("SELECT DISTINCT node FROM jobs WHERE market = ? AND state = ?", values).fetchall()
    return ok([node for (node,) in found])


def long_running(network: Network, request: Request) -> Answer:
    """GET /api/jobs/long-running: started, not ended, and past their timeout."""
    where, values = condition({name: request.query.get(name, "") for name in ("market", "payer")})
    late = "time_end = 0 AND time_start <> 0 AND time_start + timeout < ?"
    query = f"SELECT market, address, time_start, timeout FROM jobs {where or 'WHERE 1'} AND {late}"  # noqa: S608 - own
    by_market: dict[str, list[JsonObject]] = {}
    with network.store.reading() as db:
        for market, address, start, timeout in db.execute(query, [*values, int(network.clock.now())]):
            found = {"address": address, "timeStart": start, "timeout": timeout}
            by_market.setdefault(market, []).append(found)
    market = request.query.get("market")
    return ok({"market": market, "jobs": by_market.get(market, [])} if market else by_market)


def events(network: Network, _: Request, address: str) -> Answer:
    """GET /api/jobs/:address/events, oldest first."""
    found = rows.read(network, "WHERE address = ?", [address])
    if not found:
        raise not_found()
    row = found[0]
    history = json.loads(row["history"])
    return ok([_event(network, row, number, *event) for number, event in enumerate(history)])


def _event(network: Network, row: rows.Columns, number: int, kind: str, at: int, node: str | None) -> JsonObject:
    return {
        "jobAddress": row["address"],
        "nodeAddress": node,
        "marketAddress": row["market"],
        "runAddress": row["run"] if node else None,
        "type": kind,
        "signature": draw.signature(network.seed, "event", row["address"], number),
        "instructionIndex": 0,
        "slot": slot(at),
        "blockTime": at,
        "data": None,
    }


def slot(at: float) -> int:
    """Return the chain's slot at that time."""
    return int(FIRST_SLOT + (at - FIRST_SLOT_AT) * SLOTS_PER_SECOND)


def templates(network: Network, _: Request) -> Answer:
    """GET /api/jobs/templates"""
    return ok(catalogue.templates(network.seed))
