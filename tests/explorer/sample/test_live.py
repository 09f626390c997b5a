"""The WebSocket of the sample network's nodes: who is told what, and how a conversation ends."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from explorer.nosana import networks
from explorer.nosana.budget import Unlimited
from explorer.nosana.client import Client
from explorer.nosana.errors import NosanaError, NotFound, Unreachable
from explorer.nosana.fetch import Bounds
from explorer.nosana.live import NotShown
from explorer.sample import live
from explorer.sample.record import Job
from explorer.sample.server import SampleServer

TWO = {"version": "0.1", "type": "container", "ops": [
    {"type": "container/run", "id": "two", "args": {"image": "ubuntu", "cmd": "echo one; echo two"}}]}  # fmt: skip


@pytest.fixture
def network() -> Iterator[SampleServer]:
    with SampleServer(seed=5, past_jobs=40) as server:
        server.pause()
        yield server


def running(network: SampleServer, *, is_told: bool) -> Job:
    """Post jobs until one runs on a node that tells everybody, or on one that does not."""
    for market in network.network.world.markets:
        job = network.network.store.job(network.post_job(TWO, market))
        if job and job.state == 1 and bool(network.network.world.nodes[job.node].style % live.PRIVATE_EVERY) == is_told:
            return job
    raise AssertionError("no market has such a node")


def told(network: SampleServer, node: str, job: str, seconds: float = 0.3) -> list[str]:
    with Client(networks.sample(network.url), budget=Unlimited(), bounds=Bounds(total=20, tries=1)) as client:
        batches = client.live_log(node=node, job=job, deployer="", seconds=seconds)
        return [entry.line.text for batch in batches for entry in batch]


def test_entries_come_at_their_time_and_end_with_the_job(network: SampleServer) -> None:
    job = running(network, is_told=True)
    lines = live.entries(network.network, job, network.network.world.nodes[job.node])
    assert [message["message"] for _, message in lines] == ["one\n", "two\n"]
    assert [at for at, _ in lines] == sorted(at for at, _ in lines)

    network.advance(lines[0][0] - network.clock.now() + 0.01)
    assert told(network, job.node, job.address) == ["one\n"]
    network.advance(lines[1][0] - network.clock.now() + 0.01)
    assert told(network, job.node, job.address) == ["one\n", "two\n"]


def test_some_nodes_tell_only_the_deployer(network: SampleServer) -> None:
    job = running(network, is_told=False)

    with pytest.raises(NotShown):
        told(network, job.node, job.address)


@pytest.mark.parametrize(
    ("of_job", "error"),
    [("another", Unreachable), ("nowhere", NotFound)],
)
def test_a_job_is_told_by_its_own_node_alone(network: SampleServer, of_job: str, error: type[NosanaError]) -> None:
    job = running(network, is_told=True)
    nodes = network.network.world.nodes.values()
    others = [node.address for node in nodes if node.online and node.address != job.node and not node.version < "0.2"]
    node = others[0] if of_job == "another" else "1" * 44

    with pytest.raises(error):
        told(network, node, job.address)
