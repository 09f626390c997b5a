"""Reads the jobs program's accounts on Solana: bytes at fixed places, little-endian, after an 8-byte discriminator.

The places are those of the program's own encoding; data may be longer than what is used, never shorter.
"""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from typing import Final

from explorer.nosana import base58, fields, ipfs
from explorer.nosana.errors import Malformed
from explorer.nosana.payloads import STATE_NAMES, JobAccount, MarketAccount, RunAccount

JOB: Final = bytes.fromhex("5b10a2052dd27d41")
RUN: Final = bytes.fromhex("c2a96ee6eb0be116")
MARKET: Final = bytes.fromhex("c94ebbe1f0c6c9fb")

_QUEUE: Final = 151  # where a market's queue begins
_QUEUE_TYPES: Final = (0, 1, 255)


def job(address: str, data: bytes) -> JobAccount:
    """Read a job. The chain keeps 0 for a job that runs: a RunAccount that names it says so, and on which node."""
    account = _Account("job", JOB, 233, data)
    state = data[208]
    if state not in STATE_NAMES:
        raise Malformed("its state is none of the four known ones")
    result = ipfs.cid_of(data[40:72])
    return JobAccount(
        address=address,
        ipfs_job=ipfs.cid_of(data[8:40]),
        ipfs_result=None if result == ipfs.NO_RESULT else result,
        market=account.key(72),
        node=fields.address(account.key(104)),
        payer=account.key(136),
        price=account.amount(168, "price"),
        project=account.key(176),
        state=state,
        started_at=account.moment(217, "time_start"),
        ended_at=account.moment(209, "time_end"),
        timeout=account.signed(225),
    )


def run(address: str, data: bytes) -> RunAccount:
    """Read the account that ties a node to the job it runs."""
    account = _Account("run", RUN, 113, data)
    started_at = account.moment(105, "time")
    if started_at is None:
        raise Malformed("its time is missing")
    return RunAccount(address, account.key(8), account.key(40), account.key(72), started_at)


def market(address: str, data: bytes) -> MarketAccount:
    """Read a market with its queue; Malformed when the queue is longer than the data."""
    account = _Account("market", MARKET, _QUEUE, data)
    length = account.number("<I", 147)
    if _QUEUE + 32 * length > len(data):
        raise Malformed("its queue is longer than its data")
    if data[146] not in _QUEUE_TYPES:
        raise Malformed("its queue is of an unknown type")
    xnos = int.from_bytes(data[130:146], "little")
    return MarketAccount(
        address=address,
        authority=account.key(8),
        job_price=account.amount(48, "job_price"),
        job_timeout=account.signed(56),
        job_expiration=account.signed(40),
        job_type=data[64],
        node_access_key=account.key(98),
        # 128 bits on the chain; cut, because more than 64 bits of it do not exist, so that nobody reaches either
        node_xnos_minimum=min(xnos, fields.MAX_WHOLE),
        queue_type=data[146],
        queue=tuple(account.key(_QUEUE + 32 * place) for place in range(length)),
    )


class _Account:
    """An account's data with readers by place; Malformed when it is another account, or too short."""

    def __init__(self, kind: str, discriminator: bytes, size: int, data: bytes) -> None:
        if not data.startswith(discriminator):
            raise Malformed(f"it is not a {kind} account")
        if len(data) < size:
            raise Malformed(f"it has {len(data)} bytes, fewer than a {kind} account")
        self.data = data

    def key(self, offset: int) -> str:
        """Return the address at `offset`."""
        return base58.encode(self.data[offset : offset + 32])

    def number(self, form: str, offset: int) -> int:
        """Return the integer at `offset` in one of struct's forms."""
        return int(struct.unpack_from(form, self.data, offset)[0])

    def signed(self, offset: int) -> int:
        """Return a signed 64-bit integer, such as a duration in seconds."""
        return self.number("<q", offset)

    def amount(self, offset: int, name: str) -> int:
        """Return an unsigned 64-bit amount that fits a signed one, as every amount that exists does."""
        found = self.number("<Q", offset)
        if found > fields.MAX_WHOLE:
            raise Malformed(f"its {name} is out of range")
        return found

    def moment(self, offset: int, name: str) -> datetime | None:
        """Return the time at `offset`, in seconds since 1970; 0 is "not yet"."""
        seconds = self.signed(offset)
        if not 0 <= seconds <= fields.MAX_SECONDS:
            raise Malformed(f"its {name} is out of range")
        return datetime.fromtimestamp(seconds, UTC) if seconds else None
