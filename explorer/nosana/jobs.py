"""Reads the indexer's answers about jobs. Every function raises Malformed, with a clause, for a wrong shape."""

from __future__ import annotations

from typing import Final

from explorer.nosana import base58, definitions, fields, results
from explorer.nosana.errors import Malformed
from explorer.nosana.payloads import (
    COMPLETED,
    STATE_NAMES,
    JobPayload,
    JsonObject,
    JsonValue,
    Listing,
    ResultPayload,
)

#: The API says numbers in answers and names in queries and counts; the chain's program calls COMPLETED "Done".
_STATES: Final = {name: state for state, name in STATE_NAMES.items()} | {"DONE": COMPLETED}


def parse_page(answer: JsonValue) -> Listing[JobPayload]:
    """Read `{"totalJobs": n, "jobs": [...]}`; bad rows are skipped."""
    page = fields.mapping(answer)
    if "jobs" not in page:
        raise Malformed("it has no list of jobs")
    return parse_rows(page["jobs"], total=fields.whole(page.get("totalJobs")))


def parse_rows(answer: JsonValue, total: int | None = None) -> Listing[JobPayload]:
    """Read a bare list of jobs; bad rows are skipped."""
    return fields.collect(fields.sequence(answer), parse, total=total)


def parse(row: JsonObject) -> JobPayload:
    """Read one job.

    Addresses, state, price and timeout must be right, and no number may be absurd; a CID, rate or label that cannot
    be used is None. A definition that cannot be used says so itself and never costs the job.
    """
    definition = definitions.from_value(row.get("jobDefinition"))
    return JobPayload(
        address=fields.needed_address(row, "address"),
        id=fields.optional_whole(row, "id"),
        market=fields.needed_address(row, "market"),
        project=fields.needed_address(row, "project"),
        payer=fields.needed_address(row, "payer"),
        node=fields.optional_address(row, "node"),
        state=state(row.get("state")),
        price=fields.needed_whole(row, "price"),
        timeout=fields.needed_whole(row, "timeout"),
        listed_at=fields.optional_moment(row, "listedAt"),
        started_at=fields.optional_moment(row, "timeStart"),
        ended_at=fields.optional_moment(row, "timeEnd"),
        usd_reward_per_hour=fields.rate(row.get("usdRewardPerHour")),
        ipfs_job=fields.cid(row.get("ipfsJob")),
        ipfs_result=fields.cid(row.get("ipfsResult")),
        trigger=fields.label(row.get("type"), definitions.TRIGGER) or definitions.trigger(definition),
        status=fields.label(row.get("jobStatus")),
        definition=definition,
        result=_result(row.get("jobResult")),
    )


def state(value: JsonValue) -> int:
    """Return the state of a number, its text, or its name in any case."""
    if isinstance(value, str) and value.strip().upper() in _STATES:
        return _STATES[value.strip().upper()]
    amount = fields.number(value)
    if amount is None or amount not in STATE_NAMES:
        raise Malformed("its state is missing" if value is None else "its state is none of the four known ones")
    return int(amount)


def parse_counts(answer: JsonValue) -> dict[int, int]:
    """Read `{"total": n, "byState": {"QUEUED": n, ...}}` as jobs by state; a state left out has none."""
    by_state = fields.mapping(fields.mapping(answer).get("byState"))
    counts = dict.fromkeys(STATE_NAMES, 0)
    for name in by_state:
        counts[state(name)] = fields.needed_whole(by_state, name)
    return counts


def parse_running(answer: JsonValue) -> dict[str, int]:
    """Read `{"<market>": {"running": n}}` as running jobs by market; markets without any are absent."""
    markets = fields.mapping(answer)
    counts = {}
    for market, value in markets.items():
        if fields.address(market) is None:
            raise Malformed("one of its markets is not a Solana address")
        counts[market] = fields.needed_whole(fields.mapping(value), "running")
    return counts


def parse_running_nodes(answer: JsonValue) -> tuple[str, ...]:
    """Read a list of node addresses."""
    found: dict[str, None] = {}
    for value in fields.sequence(answer):
        node = fields.address(value)
        if node is None and value != base58.NOBODY:
            raise Malformed("one of its nodes is not a Solana address")
        if node:
            found[node] = None
    return tuple(found)


def _result(value: JsonValue) -> ResultPayload | None:
    """Return the copy of the result that a listing carries.

    One that cannot be used is None: the copy is stripped anyway, and reading the real one from IPFS says what is wrong.
    """
    if value is None:
        return None
    try:
        return results.parse(value)
    except Malformed:
        return None
