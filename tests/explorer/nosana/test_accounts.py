"""Accounts on Solana, built by offset."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.nosana import accounts, base58, ipfs
from explorer.nosana.errors import Malformed
from explorer.nosana.payloads import JobAccount, MarketAccount, RunAccount
from tests.explorer.nosana.known import CID, JOB, MARKET, NODE, PAYER, PROJECT


def put(size: int, *parts: tuple[int, bytes]) -> bytearray:
    """Return zero bytes with each part at its offset."""
    data = bytearray(size)
    for offset, part in parts:
        data[offset : offset + len(part)] = part
    return data


def job_data(*, state: int = 2, price: int = 115, start: int = 1784711439, end: int = 1784715039) -> bytearray:
    """Return a job account as the chain allocates it."""
    return put(
        240,
        (0, accounts.JOB),
        (8, ipfs.digest_of(CID)),
        (72, base58.decode(MARKET)),
        (104, base58.decode(NODE)),
        (136, base58.decode(PAYER)),
        (168, struct.pack("<Q", price)),
        (176, base58.decode(PROJECT)),
        (208, bytes([state])),
        (209, struct.pack("<q", end)),
        (217, struct.pack("<q", start)),
        (225, struct.pack("<q", 7200)),
    )


def run_data(time: int = 1784711439) -> bytearray:
    """Return a run account."""
    keys = [(offset, base58.decode(key)) for offset, key in ((8, JOB), (40, NODE), (72, PAYER))]
    return put(120, (0, accounts.RUN), *keys, (105, struct.pack("<q", time)))


def market_data(*queue: str, length: int | None = None, queue_type: int = 1, xnos: int = 5) -> bytearray:
    """Return a market account with room behind its queue."""
    return put(
        151 + 32 * len(queue) + 16,
        (0, accounts.MARKET),
        (8, base58.decode(PROJECT)),
        (40, struct.pack("<q", 86400)),
        (48, struct.pack("<Q", 115)),
        (56, struct.pack("<q", 7200)),
        (64, bytes([4])),
        (65, base58.decode(PAYER)),
        (98, base58.decode(JOB)),
        (130, xnos.to_bytes(16, "little")),
        (146, bytes([queue_type])),
        (147, struct.pack("<I", len(queue) if length is None else length)),
        *((151 + 32 * place, base58.decode(key)) for place, key in enumerate(queue)),
    )


DONE = JobAccount(
    address=JOB,
    ipfs_job=CID,
    ipfs_result=None,
    market=MARKET,
    node=NODE,
    payer=PAYER,
    price=115,
    project=PROJECT,
    state=2,
    started_at=datetime(2026, 7, 22, 9, 10, 39, tzinfo=UTC),
    ended_at=datetime(2026, 7, 22, 10, 10, 39, tzinfo=UTC),
    timeout=7200,
)


def test_job_that_is_done() -> None:
    assert accounts.job(JOB, bytes(job_data())) == DONE
    assert accounts.job(JOB, bytes(job_data()[:233])) == DONE


def test_job_that_waits() -> None:
    data = job_data(state=0, start=0, end=0)
    data[104:136] = bytes(32)
    data[40:72] = ipfs.digest_of(CID)
    expected = replace(DONE, state=0, started_at=None, ended_at=None, node=None, ipfs_result=CID)
    assert accounts.job(JOB, bytes(data)) == expected


def test_run() -> None:
    started = datetime(2026, 7, 22, 9, 10, 39, tzinfo=UTC)
    assert accounts.run(PROJECT, bytes(run_data())) == RunAccount(PROJECT, JOB, NODE, PAYER, started)


def test_market_with_a_queue() -> None:
    assert accounts.market(MARKET, bytes(market_data(NODE, PAYER))) == MarketAccount(
        address=MARKET,
        authority=PROJECT,
        job_price=115,
        job_timeout=7200,
        job_expiration=86400,
        job_type=4,
        node_access_key=JOB,
        node_xnos_minimum=5,
        queue_type=1,
        queue=(NODE, PAYER),
    )


def test_market_that_nobody_can_enter_keeps_the_largest_minimum() -> None:
    assert accounts.market(MARKET, bytes(market_data(xnos=2**128 - 1))).node_xnos_minimum == 2**63 - 1


@pytest.mark.parametrize(
    ("read", "data", "reason"),
    [
        (accounts.job, bytes(run_data()), "it is not a job account"),
        (accounts.job, bytes(job_data()[:232]), "it has 232 bytes, fewer than a job account"),
        (accounts.job, b"", "it is not a job account"),
        (accounts.job, bytes(job_data(state=9)), "its state is none of the four known ones"),
        (accounts.job, bytes(job_data(price=2**63)), "its price is out of range"),
        (accounts.job, bytes(job_data(start=-1)), "its time_start is out of range"),
        (accounts.job, bytes(job_data(end=2**62)), "its time_end is out of range"),
        (accounts.run, bytes(run_data(time=0)), "its time is missing"),
        (accounts.run, bytes(run_data()[:112]), "it has 112 bytes, fewer than a run account"),
        (accounts.market, bytes(market_data(NODE, length=3)), "its queue is longer than its data"),
        (accounts.market, bytes(market_data(length=2**32 - 1)), "its queue is longer than its data"),
        (accounts.market, bytes(market_data(queue_type=7)), "its queue is of an unknown type"),
        (accounts.market, bytes(market_data()[:150]), "it has 150 bytes, fewer than a market account"),
    ],
)
def test_account_that_cannot_be_used(read: Callable[[str, bytes], object], data: bytes, reason: str) -> None:
    with pytest.raises(Malformed) as problem:
        read(JOB, data)
    assert str(problem.value) == reason


@given(st.sampled_from([accounts.JOB, accounts.RUN, accounts.MARKET]), st.binary(max_size=300))
@settings(max_examples=100)
def test_any_bytes_are_read_or_malformed(discriminator: bytes, rest: bytes) -> None:
    for read in (accounts.job, accounts.run, accounts.market):
        try:
            found = read(JOB, discriminator + rest)
        except Malformed:
            continue
        assert JOB in repr(found)
