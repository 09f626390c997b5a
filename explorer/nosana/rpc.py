"""Solana's JSON-RPC, as far as the explorer reads it. Functions raise Malformed, with a clause, for a wrong shape."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Final

from explorer.nosana import base58, fields
from explorer.nosana.errors import Malformed
from explorer.nosana.payloads import JsonObject, JsonValue, Listing

_ENCODING: Final = "base64"


class RpcError(Exception):
    """The RPC's own error, which it sends with status 200; `code` is a number of JSON-RPC's or the server's."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def request(method: str, *params: JsonValue) -> JsonObject:
    """Return the body of a call."""
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}


def accounts_of(program: str, discriminator: bytes) -> JsonObject:
    """Return the body that asks for a program's accounts of one kind."""
    kind: JsonObject = {"memcmp": {"offset": 0, "bytes": base58.encode(discriminator)}}
    return request("getProgramAccounts", program, {"encoding": _ENCODING, "filters": [kind]})


def account_at(address: str) -> JsonObject:
    """Return the body that asks for one account."""
    return request("getAccountInfo", address, {"encoding": _ENCODING})


def result_of(answer: JsonValue) -> JsonValue:
    """Return an answer's result, or raise RpcError with the code of its error."""
    reply = fields.mapping(answer)
    if (error := reply.get("error")) is not None:
        code = fields.number(error.get("code")) if isinstance(error, dict) else None
        raise RpcError(int(code) if code is not None else 0)
    if "result" not in reply:
        raise Malformed("it has neither a result nor an error")
    return reply["result"]


def read_accounts(result: JsonValue, decode: Callable[[str, bytes], fields.Row]) -> Listing[fields.Row]:
    """Read `[{"pubkey", "account": {"data": [text, "base64"]}}]`; bad rows are skipped."""

    def parse(row: JsonObject) -> fields.Row:
        return decode(fields.needed_address(row, "pubkey"), data_of(row.get("account")))

    return fields.collect(fields.sequence(result), parse, key="pubkey")


def data_of(account: JsonValue) -> bytes:
    """Return an account's bytes."""
    data = fields.mapping(account).get("data")
    if not isinstance(data, list) or len(data) != 2 or data[1] != _ENCODING or not isinstance(data[0], str):
        raise Malformed("its data is not in base64")
    try:
        return base64.b64decode(data[0], validate=True)
    except (binascii.Error, ValueError):
        raise Malformed("its data is not in base64") from None
