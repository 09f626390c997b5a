"""Accounts of the jobs program on Solana, byte by byte: market, job and run.

Layouts and discriminators are Anchor's: the first eight bytes name the kind, then little-endian fields, packed.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from explorer.nosana import base58, ipfs
from explorer.sample.markets import JOB_EXPIRATION, MARKET_ADMIN, OPEN_ACCESS, Market
from explorer.sample.record import QUEUED, RUNNING, Job

MARKET_KIND = bytes.fromhex("c94ebbe1f0c6c9fb")
JOB_KIND = bytes.fromhex("5b10a2052dd27d41")
RUN_KIND = bytes.fromhex("c2a96ee6eb0be116")
MARKET_BYTES, JOB_BYTES, RUN_BYTES = 10_232, 240, 120
MAX_QUEUE = 314
JOB_QUEUE, NODE_QUEUE, EMPTY_QUEUE = 0, 1, 255
JOB_TYPE_GPU = 4
JOB_TIMEOUT = 7200
XNOS_MINIMUM = 1_000_000
NO_HASH = bytes(32)
CHAIN_QUEUED, CHAIN_DONE = 0, 2


@dataclass(frozen=True, slots=True)
class Account:
    """An account as RPC shows it."""

    address: str
    data: bytes
    lamports: int


def market(found: Market, price: int, jobs: list[str], nodes: list[str]) -> Account:
    """Return a market's account with its line of jobs or of nodes."""
    queue = (jobs or nodes)[:MAX_QUEUE]
    kind = JOB_QUEUE if jobs else NODE_QUEUE if nodes else EMPTY_QUEUE
    open_to_all = found.access_key == OPEN_ACCESS
    data = b"".join(
        (
            MARKET_KIND,
            base58.decode(MARKET_ADMIN),
            struct.pack("<qQqB", JOB_EXPIRATION, price, JOB_TIMEOUT, JOB_TYPE_GPU),
            base58.decode(found.vault),
            b"\xff",
            base58.decode(found.access_key),
            (0 if open_to_all else XNOS_MINIMUM).to_bytes(16, "little"),
            struct.pack("<BI", kind, len(queue)),
            *(base58.decode(address) for address in queue),
        )
    )
    return Account(found.address, data.ljust(MARKET_BYTES, b"\0"), 72_106_560)


def job(found: Job) -> Account:
    """Return a job's account. One that runs looks queued here: node and times are written when it ends."""
    ended = found.state not in (QUEUED, RUNNING)
    seen = ended and found.time_end > 0 and found.state == CHAIN_DONE
    data = b"".join(
        (
            JOB_KIND,
            ipfs.digest_of(found.ipfs_job),
            ipfs.digest_of(found.ipfs_result) if found.ipfs_result else NO_HASH,
            base58.decode(found.market),
            base58.decode(found.node) if seen else NO_HASH,
            base58.decode(found.payer),
            struct.pack("<Q", found.price),
            base58.decode(found.project),
            struct.pack("<B", found.state if ended else CHAIN_QUEUED),
            struct.pack("<qq", found.time_end, found.time_start) if seen else bytes(16),
            struct.pack("<q", found.timeout),
        )
    )
    return Account(found.address, data.ljust(JOB_BYTES, b"\0"), 2_561_280)


def run(found: Job) -> Account:
    """Return the account that exists while a node runs a job."""
    data = b"".join(
        (
            RUN_KIND,
            base58.decode(found.address),
            base58.decode(found.node),
            base58.decode(found.payer),
            b"\0",
            struct.pack("<q", found.time_start),
        )
    )
    return Account(found.run or "", data.ljust(RUN_BYTES, b"\0"), 1_726_080)
