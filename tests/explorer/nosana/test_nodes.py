"""A node's machine in the network's three ways to tell it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from explorer.nosana import nodes
from explorer.nosana.errors import Malformed
from explorer.nosana.payloads import GpuPayload, JsonValue, NodePayload
from tests.explorer.nosana.known import MARKET, NODE, payload

GPU = GpuPayload("NVIDIA GeForce RTX 4090", 24564, "8.9")
SPECS = NodePayload(
    address=NODE,
    status="ONBOARDED",
    market=MARKET,
    country="NL",
    cpu="AMD Ryzen 9 5950X",
    ram_mb=65536,
    disk_gb=900,
    gpus=(GPU,),
    cuda_version="12.4",
    driver_version="550.54",
    node_version="1.1.14",
    system_environment="5.15.0-microsoft-standard-WSL2",
    download_mbps=900.0,
    upload_mbps=800.5,
    ping_ms=12.0,
)
METRICS = replace(SPECS, status=None, system_environment="linux")
INFO = replace(
    METRICS,
    market=None,
    driver_version="550",
    upload_mbps=None,
    ping_ms=None,
    cached_images=("docker.io/nosana/x:1",),
    cached_volumes=("https://models.nosana.io/a",),
)
NOTHING = NodePayload(
    address=NODE,
    status=None,
    market=None,
    country=None,
    cpu=None,
    ram_mb=None,
    disk_gb=None,
    gpus=(),
    cuda_version=None,
    driver_version=None,
    node_version=None,
    system_environment=None,
    download_mbps=None,
    upload_mbps=None,
    ping_ms=None,
)
UPPER = replace(
    NOTHING,
    country="US",
    ram_mb=65536,
    disk_gb=512,
    gpus=(GpuPayload("NVIDIA A100", 81920, "8.0"),),
    system_environment="wsl2",
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("node_specs", SPECS), ("node_metrics", METRICS), ("node_metrics_upper", UPPER), ("node_info", INFO)],
)
def test_parse_each_answer(name: str, expected: NodePayload) -> None:
    assert nodes.parse(payload(name), NODE) == expected


def test_parse_facts_that_cannot_be_used() -> None:
    odd: JsonValue = {
        "ram": "much",
        "diskSpace": -1,
        "cpu": ["x"],
        "country": "",
        "gpus": [None, {"gpu": 5, "memory": 10**12}],
        "marketAddress": "x",
        "avgPing10": 10**30,
        "resources": {"images": None, "volumes": []},
    }
    expected = replace(NOTHING, gpus=(GpuPayload("5", None, None),), cached_volumes=())
    assert nodes.parse(odd, NODE) == expected


def test_parse_takes_the_outermost_of_two() -> None:
    answer: JsonValue = {"a": {"version": "inner", "b": {"country": "DE"}}, "version": "outer", "c": {"country": "NL"}}
    assert nodes.parse(answer, NODE) == replace(NOTHING, node_version="outer", country="NL")


@pytest.mark.parametrize("answer", [None, [], {}, {"info": None}, "x", 5])
def test_parse_of_an_answer_that_says_nothing(answer: Any) -> None:
    with pytest.raises(Malformed):
        nodes.parse(answer, NODE)


def test_parse_of_a_node_that_claims_a_thousand_gpus() -> None:
    assert len(nodes.parse({"gpus": [{"gpu": "x"}] * 1000}, NODE).gpus) == 64
