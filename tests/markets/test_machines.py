"""What is known of a node's machine, by who said it: the spec's recorded answers, and a network that gives them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from explorer.nosana import nodes as parser
from explorer.nosana.budget import Unlimited
from explorer.nosana.client import Client
from explorer.nosana.errors import Unreachable
from explorer.nosana.fetch import Bounds
from explorer.nosana.networks import sample
from explorer.nosana.payloads import JsonValue, NodePayload
from explorer.sample import SampleServer
from markets.choices import MachineSource
from markets.models import MachineReport, Node
from markets.sync import SPECS_HOLD, sync_nodes
from markets.sync.machines import store_specs
from tests.explorer.nosana.known import NODE, payload

SPECS, METRICS, INFO = MachineSource.SPECS, MachineSource.METRICS, MachineSource.NODE


def said(answer: str | dict[str, Any], **changes: JsonValue) -> NodePayload:
    """Return what a recorded answer, or one given whole, says."""
    whole = payload(answer) if isinstance(answer, str) else answer
    return parser.parse({**whole, **changes}, NODE)


def facts(*names: str) -> tuple[Any, ...]:
    return tuple(Node.objects.values_list(*names).get())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "source", "expected"),
    [
        ("node_specs", SPECS, ("NL", "AMD Ryzen 9 5950X", 65536, "NVIDIA GeForce RTX 4090", 24564, "12.4", 12.0)),
        ("node_metrics", METRICS, ("NL", "AMD Ryzen 9 5950X", 65536, "NVIDIA GeForce RTX 4090", 24564, "12.4", 12.0)),
        ("node_metrics_upper", METRICS, ("US", "", 65536, "NVIDIA A100", 81920, "", None)),
        ("node_info", INFO, ("NL", "AMD Ryzen 9 5950X", 65536, "NVIDIA GeForce RTX 4090", 24564, "12.4", None)),
    ],
)
def test_each_answer_alone_describes_the_machine(name, source, expected) -> None:
    Node.objects.create(address=NODE)

    store_specs(node=said(name), source=source)

    assert facts("country", "cpu", "ram_mb", "gpu_name", "vram_mb", "cuda_version", "ping_ms") == expected
    assert list(MachineReport.objects.values_list("node", "source")) == [(NODE, source.value)]


@pytest.mark.django_db
def test_answers_fill_each_others_gaps_and_the_first_source_counts_most() -> None:
    Node.objects.create(address=NODE)
    store_specs(node=said("node_info", info={**payload("node_info")["info"], "country": "DE"}), source=INFO)
    store_specs(node=said("node_metrics", metrics={**payload("node_metrics")["metrics"], "disk_gb": 1}), source=METRICS)

    assert facts("country", "disk_gb", "status", "driver_version", "upload_mbps") == ("NL", 1, "", "550.54", 800.5)

    specs: dict[str, Any] = {"status": "ONBOARDED", "diskSpace": 900, "gpus": [{"gpu": "NVIDIA GeForce RTX 3060"}]}
    store_specs(node=said(specs))

    assert facts("country", "disk_gb", "status", "driver_version", "upload_mbps") == (
        "NL",
        900,
        "ONBOARDED",
        "550.54",
        800.5,
    )
    # The GPUs of one answer are not mixed with another's; one without memory stands back.
    assert facts("gpu_name", "gpu_count", "vram_mb") == ("NVIDIA GeForce RTX 4090", 1, 24564)
    assert MachineReport.objects.get(source="specs").facts == {
        "status": "ONBOARDED",
        "disk_gb": 900,
        "gpus": [{"name": "NVIDIA GeForce RTX 3060", "memory_mb": None, "architecture": None}],
    }


@pytest.mark.django_db
def test_the_nodes_own_word_does_not_put_off_the_question_to_the_host_manager() -> None:
    due = timezone.now()
    Node.objects.create(address=NODE, specs_due_at=due, specs_error="It answered 502.")

    store_specs(node=said("node_info"), source=INFO)
    assert facts("specs_due_at", "specs_error") == (due, "It answered 502.")

    store_specs(node=said("node_specs"))
    (until, error) = facts("specs_due_at", "specs_error")
    assert (until > due + SPECS_HOLD - timedelta(minutes=1), error) == (True, "")


@pytest.mark.django_db
def test_texts_longer_than_their_columns_are_cut() -> None:
    Node.objects.create(address=NODE)

    store_specs(node=said({"status": "S" * 199, "country": "C" * 199, "gpus": [{"gpu": "G" * 199}]}))

    assert facts("status", "country", "gpu_name") == ("S" * 40, "C" * 40, "G" * 199)


@pytest.fixture
def server(tmp_path: Path):
    with SampleServer(seed=7, state=tmp_path, past_jobs=10) as running:
        running.pause()
        yield running


def ask(server: SampleServer, address: str) -> None:
    Node.objects.create(address=address)
    with Client(sample(server.url), budget=Unlimited(), bounds=Bounds(tries=1)) as client:
        sync_nodes(client=client)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("style", "sources"),
    [
        ("whole", ["specs"]),
        ("gaps", ["metrics", "specs"]),
        ("unknown", ["metrics"]),
    ],
)
def test_metrics_are_asked_for_where_specs_leave_something_out(server: SampleServer, style: str, sources) -> None:
    address = next(iter(server.network.world.nodes))
    full = payload("node_specs")
    if style == "unknown":
        server.fault(f"/api/nodes/{address}/specs", status=404)
    else:
        answer = full if style == "whole" else {**full, "country": None}
        server.fault(f"/api/nodes/{address}/specs", status=200, edit=lambda _: answer)
    server.fault(f"/api/nodes/{address}/metrics", status=200, edit=lambda _: payload("node_metrics"))
    ask(server, address)

    assert sorted(MachineReport.objects.values_list("source", flat=True)) == sources
    node = Node.objects.get()
    assert (node.country, node.gpu_name, node.specs_error) == ("NL", "NVIDIA GeForce RTX 4090", "")


@pytest.mark.django_db
def test_a_node_that_no_source_knows_is_asked_about_again_late(server: SampleServer) -> None:
    address = next(iter(server.network.world.nodes))
    for kind in ("specs", "metrics"):
        server.fault(f"/api/nodes/{address}/{kind}", status=404)
    ask(server, address)

    node = Node.objects.get()
    assert (node.specs_at, bool(node.specs_error)) == (None, True)
    assert node.specs_due_at > timezone.now() + SPECS_HOLD - timedelta(minutes=1)


@pytest.mark.django_db
def test_a_network_that_is_away_ends_the_run(server: SampleServer) -> None:
    server.fault("/api/nodes", drop=True)
    with pytest.raises(Unreachable):
        ask(server, next(iter(server.network.world.nodes)))

    assert not MachineReport.objects.exists()
