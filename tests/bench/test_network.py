from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from explorer.nosana import base58, ipfs
from explorer.nosana.payloads import COMPLETED, QUEUED, RUNNING, STOPPED
from jobs.results import outcome_of
from tests.bench.network import DAYS, Network

UNTIL = datetime(2026, 11, 22, 7, tzinfo=UTC)


def test_one_seed_gives_the_same_jobs_whatever_the_batch() -> None:
    jobs = [job for batch in Network(500, UNTIL, 1).batches(7) for job in batch]

    assert jobs == [job for batch in Network(500, UNTIL, 1).batches(300) for job in batch]
    assert jobs != [job for batch in Network(500, UNTIL, 2).batches(300) for job in batch]


def test_jobs_are_those_of_a_network() -> None:
    network = Network(8000, UNTIL)
    (jobs,) = network.batches(8000)

    assert len({job.address for job in jobs}) == len(jobs) == 8000
    assert all(base58.is_address(job.address) for job in jobs[:200])
    assert all(ipfs.digest_of(job.ipfs_job or "") for job in jobs[:200])
    listed = [job.listed_at for job in jobs if job.listed_at]
    assert all(older <= newer for newer, older in pairwise(listed))
    assert UNTIL - timedelta(days=DAYS) <= listed[-1] < listed[0] <= UNTIL
    for job in jobs:
        assert (job.node is None) == (job.state == QUEUED) == (job.started_at is None)
        assert (job.ended_at is None) == (job.state in {QUEUED, RUNNING})
        assert job.ended_at is None or job.started_at is None or job.started_at <= job.ended_at <= UNTIL
        assert job.result is None or job.status == outcome_of(job.result)


def test_jobs_are_skewed_and_share_definitions() -> None:
    network = Network(8000, UNTIL)
    (jobs,) = network.batches(8000)

    states = Counter(job.state for job in jobs)
    waiting = sum(map(len, network.waiting.values()))
    assert states[QUEUED] == waiting + len(network.withdrawn)
    assert 0.8 < states[RUNNING] / 2000 < 1.2
    assert 0.8 < waiting / 200 < 1.2
    assert set(states) == {QUEUED, RUNNING, COMPLETED, STOPPED}
    deployers = Counter(job.project for job in jobs).most_common()
    assert deployers[0][1] > 0.05 * len(jobs) > 100 * deployers[-1][1]
    assert len({job.ipfs_job for job in jobs}) < 0.5 * len(jobs)
    running = [job.node for job in jobs if job.state == RUNNING]
    assert len(set(running)) > 0.95 * len(running)


def test_queues_hold_the_jobs_that_wait_and_nodes_that_are_free() -> None:
    network = Network(2000, UNTIL)
    (jobs,) = network.batches(2000)
    queued = {job.address for job in jobs if job.state == QUEUED} - set(network.withdrawn)

    accounts = network.accounts()

    assert {address for account in accounts if account.queue_type == 0 for address in account.queue} == queued
    free = {address for account in accounts if account.queue_type == 1 for address in account.queue}
    assert free
    assert not free & {job.node for job in jobs if job.state == RUNNING}
    assert [len(network.markets()), len(accounts)] == [40, 40]
