"""Jobs as the indexer shows them, written as text: definitions and results go in as they are stored."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from explorer.sample import draw, flow
from explorer.sample.draw import JsonObject, dumps
from explorer.sample.network import Network
from explorer.sample.nodes import CLOJURE
from explorer.sample.record import COLUMNS, unpacked
from explorer.sample.store import NOT_JSON, OBJECT

Columns = Mapping[str, Any]
SELECT = f"SELECT {', '.join(COLUMNS)} FROM jobs"  # noqa: S608 - constants
# The indexer reads definitions and results a little after the chain: seconds, for one job in so many.
LAG_SECONDS, LAG_EVERY = 6, 4
# Now and then it could not fill a field, or wrote a definition as text.
NO_LISTED_AT, NO_RATE, AS_TEXT = (97, 5), (53, 11), (31, 7)


def read(network: Network, where: str, values: Iterable[Any]) -> list[Columns]:
    """Return columns by name; `where` is written in this package, what a request says goes into `values`."""
    with network.store.reading() as db:
        found = db.execute(f"{SELECT} {where}", tuple(values)).fetchall()
    return [dict(zip(COLUMNS, row, strict=True)) for row in found]


def full(network: Network, rows: list[Columns]) -> list[str]:
    """Return each job as JSON text, definition and result included."""
    contents = network.store.contents(row["ipfs_job"] for row in rows)
    now = network.clock.now()
    return [_full(network, row, contents.get(row["ipfs_job"]), now) for row in rows]


def short(rows: list[Columns]) -> list[JsonObject]:
    """Return each job without definition and result, as POST /jobs/batch does."""
    return [_fields(row) for row in rows]


def _full(network: Network, row: Columns, content: tuple[int, str] | None, now: float) -> str:
    fields, definition, result = _fields(row), _definition(row, content), _result(network, row)
    wait = LAG_SECONDS if not row["posted"] and row["id"] % LAG_EVERY == 0 else 0
    if now < row["listed_at"] + wait:
        fields["type"], definition = None, "null"
    if now < row["time_end"] + wait:
        fields["jobStatus"], result = None, "null"
    return f'{dumps(fields)[:-1]},"jobDefinition":{definition},"jobResult":{result}}}'


def _fields(row: Columns) -> JsonObject:
    """Return the plain fields of a job."""
    return {
        "id": row["id"],
        "address": row["address"],
        "ipfsJob": row["ipfs_job"],
        "ipfsResult": row["ipfs_result"],
        "market": row["market"],
        "node": row["node"],
        "payer": row["payer"],
        "price": row["price"],
        "project": row["project"],
        "state": row["state"],
        "type": row["trigger"],
        "jobStatus": row["status"],
        "timeStart": row["time_start"],
        "timeEnd": row["time_end"],
        "timeout": row["timeout"],
        "usdRewardPerHour": None if _is(row, NO_RATE) else row["usd"],
        "listedAt": None if _is(row, NO_LISTED_AT) else row["listed_at"],
    }


def _definition(row: Columns, content: tuple[int, str] | None) -> str:
    """Return the definition as JSON: an object as it is, or as a text; what is not JSON as a text; a list as null."""
    if content is None:
        return "null"
    kind, text = content
    if kind == NOT_JSON or (kind == OBJECT and _is(row, AS_TEXT)):
        return json.dumps(text)
    return text if kind == OBJECT else "null"


def _result(network: Network, row: Columns) -> str:
    """Return the result with its logs stripped."""
    if row["ipfs_result"] is None:
        return "null"
    text = unpacked(row["flow"])
    node = network.world.nodes[row["node"]]
    return draw.dumps(flow.shown(json.loads(text), node)) if node.version == CLOJURE else text


def _is(row: Columns, odd: tuple[int, int]) -> bool:
    """Return whether a job is one of those with that oddity; one that somebody posted never is."""
    return not row["posted"] and row["id"] % odd[0] == odd[1]
