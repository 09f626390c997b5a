"""Solana JSON-RPC, as much of it as reading the jobs program takes."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from typing import Any

from explorer.nosana import base58, networks
from explorer.sample import accounts, money
from explorer.sample.accounts import Account
from explorer.sample.api.answer import Answer, Request, ok
from explorer.sample.api.jobs import slot
from explorer.sample.draw import JsonObject
from explorer.sample.network import Network
from explorer.sample.record import QUEUED, RUNNING, Job

PROGRAM = networks.MAINNET.jobs_program
KEPT_DAYS, KEPT_JOBS = 3, 2_000  # accounts of ended jobs are closed after days, or when there are too many
CHAIN_KEEPS = "(time_end > ? OR (time_end = 0 AND listed_at > ?))"
MAX_BATCH, MAX_ACCOUNTS = 50, 100
PARSE_ERROR, INVALID_REQUEST, NO_METHOD, INVALID_PARAMS = -32700, -32600, -32601, -32602


class RpcError(Exception):
    """An error in JSON-RPC's own shape."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


def rpc(network: Network, request: Request) -> Answer:
    """POST /rpc: one call or a batch of them; errors are answered with status 200, as Solana does."""
    try:
        calls = request.json()
    except Exception as error:  # noqa: BLE001 - whatever the body is, JSON-RPC has one answer for it
        return ok(_error(None, PARSE_ERROR, f"Parse error: {type(error).__name__}"))
    if isinstance(calls, list):
        if not 1 <= len(calls) <= MAX_BATCH:
            return ok(_error(None, INVALID_REQUEST, "Invalid request"))
        return ok([_call(network, call) for call in calls])
    return ok(_call(network, calls))


def _call(network: Network, call: Any) -> JsonObject:
    if not isinstance(call, dict) or not isinstance(call.get("method"), str):
        return _error(None, INVALID_REQUEST, "Invalid request")
    method = METHODS.get(call["method"])
    if method is None:
        return _error(call.get("id"), NO_METHOD, "Method not found")
    params = call.get("params", [])
    try:
        if not isinstance(params, list):
            raise RpcError(INVALID_PARAMS, "Invalid params: expected an array")
        return {"jsonrpc": "2.0", "result": method(network, params), "id": call.get("id")}
    except RpcError as error:
        return _error(call.get("id"), error.code, str(error))


def _error(call_id: Any, code: int, message: str) -> JsonObject:
    return {"jsonrpc": "2.0", "error": {"code": code, "message": message}, "id": call_id}


def _slot(network: Network, _: list[Any]) -> int:
    return slot(network.clock.now())


def _health(_: Network, __: list[Any]) -> str:
    return "ok"


def _account_info(network: Network, params: list[Any]) -> JsonObject:
    address = _address(params[0] if params else None)
    return _with_context(network, _shown(_find(network, address), _options(params)))


def _many_accounts(network: Network, params: list[Any]) -> JsonObject:
    addresses = params[0] if params else None
    if not isinstance(addresses, list) or len(addresses) > MAX_ACCOUNTS:
        raise RpcError(INVALID_PARAMS, f"Invalid params: expected at most {MAX_ACCOUNTS} addresses")
    options = _options(params)
    return _with_context(network, [_shown(_find(network, _address(item)), options) for item in addresses])


def _program_accounts(network: Network, params: list[Any]) -> Any:
    """Return the accounts of the jobs program that pass every filter; other programs have none."""
    program, options = _address(params[0] if params else None), _options(params)
    checks = [_filter(item) for item in options.get("filters") or []]
    found = _all(network) if program == PROGRAM else iter(())
    rows = [
        {"pubkey": account.address, "account": _shown(account, options)}
        for account in found
        if all(check(account.data) for check in checks)
    ]
    return _with_context(network, rows) if options.get("withContext") else rows


METHODS: dict[str, Callable[[Network, list[Any]], Any]] = {
    "getAccountInfo": _account_info,
    "getMultipleAccounts": _many_accounts,
    "getProgramAccounts": _program_accounts,
    "getSlot": _slot,
    "getHealth": _health,
}


def _all(network: Network) -> Iterator[Account]:
    """Yield every account: markets, jobs that are not over or not long over, and runs."""
    now, queues = network.clock.now(), network.queues()
    for market in network.world.markets.values():
        yield accounts.market(market, market.price(network.seed, now), *queues[market.address])
    for job in _open_jobs(network):
        yield accounts.job(job)
        if job.state == RUNNING:
            yield accounts.run(job)


def _open_jobs(network: Network) -> list[Job]:
    ended = f"{CHAIN_KEEPS} AND state >= 2 ORDER BY id DESC LIMIT ?"
    since = network.clock.now() - KEPT_DAYS * money.DAY
    jobs = network.store.jobs
    return [*jobs("state < 2", flows=False), *jobs(ended, (since, since, KEPT_JOBS), flows=False)]


def _find(network: Network, address: str) -> Account | None:
    """Return the account with that address, if it still exists."""
    now = network.clock.now()
    if market := network.world.markets.get(address):
        return accounts.market(market, market.price(network.seed, now), *network.queues()[address])
    if job := network.store.job(address):
        kept = job.state in (QUEUED, RUNNING) or (job.time_end or job.listed_at) > now - KEPT_DAYS * money.DAY
        return accounts.job(job) if kept else None
    running = network.store.jobs("run = ? AND state = ?", (address, RUNNING))
    return accounts.run(running[0]) if running else None


def _shown(account: Account | None, options: JsonObject) -> JsonObject | None:
    """Return an account in the encoding that is asked for; what is not known here comes as base64."""
    if account is None:
        return None
    data, cut = account.data, options.get("dataSlice")
    if cut is not None:
        offset, length = _number(cut, "offset"), _number(cut, "length")
        data = data[offset : offset + length]
    encoding = options.get("encoding")
    shown: Any = [base64.b64encode(data).decode(), "base64"]
    if encoding in (None, "base58"):
        if len(data) > 128:
            raise RpcError(
                INVALID_REQUEST,
                "Encoded binary (base 58) data should be less than 128 bytes, please use Base64 encoding.",
            )
        shown = base58.encode(data) if encoding is None else [base58.encode(data), "base58"]
    return {
        "data": shown,
        "executable": False,
        "lamports": account.lamports,
        "owner": PROGRAM,
        "rentEpoch": 2**64 - 1,
        "space": len(account.data),
    }


def _with_context(network: Network, value: Any) -> JsonObject:
    return {"context": {"apiVersion": "2.3.6", "slot": _slot(network, [])}, "value": value}


def _filter(wanted: Any) -> Callable[[bytes], bool]:
    """Return the check of one filter: memcmp with bytes in base58 or base64, or dataSize."""
    if isinstance(wanted, dict) and "dataSize" in wanted:
        size = _number(wanted, "dataSize")
        return lambda data: len(data) == size
    compare = wanted.get("memcmp") if isinstance(wanted, dict) else None
    if not isinstance(compare, dict) or not isinstance(compare.get("bytes"), str):
        raise RpcError(INVALID_PARAMS, "Invalid params: unknown filter")
    offset = _number(compare, "offset")
    try:
        if compare.get("encoding", "base58") == "base64":
            expected = base64.b64decode(compare["bytes"], validate=True)
        else:
            expected = base58.decode(compare["bytes"])
    except ValueError as error:
        raise RpcError(INVALID_PARAMS, "Invalid params: invalid bytes in memcmp") from error
    return lambda data: data[offset : offset + len(expected)] == expected


def _number(value: Any, name: str) -> int:
    number = value.get(name) if isinstance(value, dict) else None
    if not isinstance(number, int) or isinstance(number, bool) or number < 0:
        raise RpcError(INVALID_PARAMS, f"Invalid params: {name} must be a whole number")
    return number


def _address(value: Any) -> str:
    if not isinstance(value, str) or not base58.is_address(value):
        raise RpcError(INVALID_PARAMS, "Invalid param: WrongSize")
    return value


def _options(params: list[Any]) -> JsonObject:
    options = params[1] if len(params) > 1 else {}
    if not isinstance(options, dict):
        raise RpcError(INVALID_PARAMS, "Invalid params: expected an object of options")
    return options
