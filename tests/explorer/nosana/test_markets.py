"""Markets, hosts and required resources."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from explorer.nosana import credentials, markets
from explorer.nosana.errors import Malformed
from explorer.nosana.payloads import HostPayload, JsonValue, Listing, MarketPayload, RequiredResources, Skipped
from tests.explorer.nosana.known import MARKET, NODE, key, payload

OTHER = key(256**31 + 100)
MARKET_3060 = MarketPayload(
    address=MARKET,
    slug="nvidia-3060",
    name="NVIDIA 3060",
    type="PREMIUM",
    sft=key(256**31 + 50),
    usd_reward_per_hour=Decimal("0.048"),
    nos_reward_per_second=Decimal("0.00005"),
    nos_job_price_per_second=Decimal("0.000055"),
    network_fee_percentage=Decimal(10),
    max_usd_uptime_reward_per_day=Decimal("0.1"),
    lowest_vram_gb=12,
    gpu_types=("NVIDIA GeForce RTX 3060",),
    client=False,
    premium_community_relation=OTHER,
    nodes=(NODE,),
    required=RequiredResources(
        ("docker.io/nosana/x:1",), ({"type": "Ollama", "model": "m"}, {"type": "S3", "url": "s3://models/a"})
    ),
)
SPARSE = MarketPayload(
    address=OTHER,
    slug="other",
    name="other",
    type="OTHER",
    sft="",
    usd_reward_per_hour=None,
    nos_reward_per_second=None,
    nos_job_price_per_second=None,
    network_fee_percentage=None,
    max_usd_uptime_reward_per_day=None,
    lowest_vram_gb=None,
    gpu_types=(),
    client=True,
    premium_community_relation=None,
    nodes=(),
    required=None,
)
REQUIRED = RequiredResources(
    ("registry.hub.docker.com/nosana/frpc:0.1.0", "docker.io/vllm/vllm-openai:v0.5.4"),
    (
        {"type": "S3", "url": "https://models.nosana.io/stable-diffusion/dreamshaper/8"},
        {"type": "S3", "buckets": [{"url": "s3://b/a", "files": ["x"]}]},
        {"type": "HF", "repo": "TinyLlama/TinyLlama-1.1B-Chat-v1.0"},
    ),
)
HOST = HostPayload(
    address=NODE,
    label="NVIDIA 4090",
    market=MARKET,
    market_type="PREMIUM",
    country="NL",
    usd_per_hour=Decimal("0.3"),
    cpu_cores=16,
    ram_mb=65536,
    disk_gb=900,
    download_mbps=720.0,
    upload_mbps=640.0,
    platform="linux",
)


def test_parse_list() -> None:
    assert markets.parse_list(payload("markets")) == Listing(
        (MARKET_3060, SPARSE), (Skipped("not-an-address", "Its address is not a Solana address."),)
    )


@pytest.mark.parametrize(
    ("value", "rate"),
    [(0, Decimal(0)), ("0.1", Decimal("0.1")), (-1, None), ("x", None), ([], None), (True, None), (10**13, None)],
)
def test_parse_rate_of_any_type(value: Any, rate: Decimal | None) -> None:
    parsed = markets.parse({"address": OTHER, "slug": "other", "client": 1, "usd_reward_per_hour": value})
    assert parsed == replace(SPARSE, usd_reward_per_hour=rate)


def test_parse_required() -> None:
    assert markets.parse_required(payload("required_resources")) == REQUIRED


@pytest.mark.parametrize(
    "answer",
    [None, [], {}, {"required_images": []}, {"required_images": None, "required_remote_resources": []}],
)
def test_parse_required_of_a_wrong_shape_is_not_taken_for_none(answer: Any) -> None:
    with pytest.raises(Malformed):
        markets.parse_required(answer)


def test_parse_hosts() -> None:
    assert markets.parse_hosts(payload("market_hosts")) == Listing((HOST,))


@pytest.mark.parametrize(
    "name",
    [
        "IAM",
        "iam",
        "accessToken",
        "ACCESS_KEY_ID",
        "secret-access-key",
        "Authorization",
        "password",
        "apiKey",
        "hf_token",
        "X-Amz-Signature",
        "client_secret",
        "AWSAccessKeyId",
        "sig",
    ],
)
def test_credentials_are_dropped_at_any_depth(name: str) -> None:
    hidden: JsonValue = {"type": "S3", "a": [{"b": {name: {"x": "hidden"}, "url": "s3://a"}}]}
    assert credentials.without(hidden) == {"type": "S3", "a": [{"b": {"url": "s3://a"}}]}


@pytest.mark.parametrize("name", ["type", "url", "repo", "revision", "files", "buckets", "bucket", "model", "target"])
def test_fields_of_a_resource_are_no_credentials(name: str) -> None:
    assert not credentials.is_credential(name)


@pytest.mark.parametrize(
    ("url", "bare"),
    [
        ("https://models.nosana.io/a b?x=1", "https://models.nosana.io/a b?x=1"),
        ("https://user:pass@host:8/a", "https://host:8/a"),
        ("https://h/a?X-Amz-Signature=s&versionId=1&X-Amz-Credential=c", "https://h/a?versionId=1"),
        ("s3://key@bucket/a", "s3://bucket/a"),
        ("mail@example.org", "mail@example.org"),
        ("http://[bad?x=1", ""),
    ],
)
def test_bare_url(url: str, bare: str) -> None:
    assert credentials.bare_url(url) == bare
