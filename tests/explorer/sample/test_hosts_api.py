"""Markets, required resources and nodes."""

from __future__ import annotations

import httpx
import pytest

from explorer.sample import SampleServer
from explorer.sample.markets import SEED_MARKET
from tests.explorer.sample.networks import http_get, one_op

DOCUMENTED = {
    "required_images": [
        "registry.hub.docker.com/nosana/frpc:0.1.0",
        "registry.hub.docker.com/nosana/stats:v1.0.4",
        "registry.hub.docker.com/nosana/llm_benchmark:1.0.0",
        "registry.hub.docker.com/nosana/remote-resource-helper:0.1.0",
        "docker.io/openmmlab/lmdeploy:v0.5.3-cu12",
        "docker.io/vllm/vllm-openai:v0.5.4",
        "docker.io/saladtechnologies/a1111:ipv6-v1.9.4",
    ],
    "required_remote_resources": [{"type": "S3", "url": "https://models.nosana.io/stable-diffusion/dreamshaper/8"}],
}
MARKET_FIELDS = {
    "address", "slug", "name", "sft", "type", "usd_reward_per_hour", "nos_reward_per_second",
    "nos_job_price_per_second", "network_fee_percentage", "premium_community_relation", "gpu_types", "required_images",
    "required_remote_resources", "nodes", "client", "lowest_vram", "max_usd_uptime_reward_per_day",
}  # fmt: skip


def test_required_resources_of_the_documented_market_are_exactly_those(api: httpx.Client) -> None:
    assert api.get(f"/api/markets/{SEED_MARKET}/required-resources").json() == DOCUMENTED
    assert api.get("/api/markets/nvidia-3060/required-resources/").json() == DOCUMENTED


def test_markets_have_the_published_fields_and_embed_what_they_require(api: httpx.Client) -> None:
    markets = api.get("/api/markets").json()
    assert len(markets) == 15
    for market in markets:
        assert set(market) == MARKET_FIELDS
        required = api.get(f"/api/markets/{market['address']}/required-resources").json()
        assert required == {key: market[key] for key in required}
        assert api.get(f"/api/markets/{market['slug']}").json() == market


def test_markets_filters_apply(api: httpx.Client) -> None:
    def get(query: str) -> list[str]:
        return [market["slug"] for market in api.get(f"/api/markets?{query}").json()]

    assert get("type=OTHER") == ["lab-l40s"]
    assert get("filterKey=slug&filterValue=nvidia-4090") == ["nvidia-4090"]
    assert len(get("limit=4")) == 4


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/markets/nope", 404),
        ("/api/markets/nope/required-resources", 404),
        ("/api/markets?type=premium", 400),
        ("/api/markets?filterKey=nodes&filterValue=x", 400),
        ("/api/markets?limit=x", 422),
        ("/api/markets/hosts?ram_mb=x", 422),
        ("/api/markets/filters?market_type=x", 400),
        ("/api/nodes/nope/specs", 404),
        ("/api/nodes/nope/metrics", 404),
        ("/api/nodes/with-access", 422),
        ("/api/nodes/market-relation", 422),
        ("/api/nodes/market-relation?market=x", 404),
        ("/nodes/nope/node/info", 404),
    ],
)
def test_hosts_bad_request_is_an_error_as_json(api: httpx.Client, path: str, status: int) -> None:
    answer = api.get(path)
    assert (answer.status_code, type(answer.json()["message"])) == (status, str)


def test_hosts_list_those_online_with_at_least_what_is_asked(api: httpx.Client, sample: SampleServer) -> None:
    hosts = api.get("/api/markets/hosts").json()["hosts"]
    online = {node.address for node in sample.network.world.nodes.values() if node.online}
    assert {host["host_address"] for host in hosts} == online
    assert 120 < len(online) < 150
    query = "ram_mb=60000&region=NL&market_type=premium"
    chosen = api.get(f"/api/markets/hosts?{query}").json()["hosts"]
    assert chosen
    assert chosen == [
        host
        for host in hosts
        if host["specs"]["RAM_MB"] >= 60_000 and host["country"] == "NL" and host["market_type"] == "premium"
    ]


def test_specs_and_metrics_come_in_their_variants(api: httpx.Client, sample: SampleServer) -> None:
    specs = [api.get(f"/api/nodes/{node}/specs") for node in sample.network.world.nodes]
    known = [answer.json() for answer in specs if answer.status_code == 200]
    assert {type(item["ram"]) for item in known} == {str}
    assert {type(item["diskSpace"]) for item in known} == {int, str}
    assert {type(item["country"]) for item in known} == {str, type(None)}
    assert 0 < len(specs) - len(known) < 12
    metrics = [api.get(f"/api/nodes/{item}/metrics") for item in sample.network.world.nodes]
    shapes = [answer.json()["metrics"] for answer in metrics if answer.status_code == 200]
    assert {key for shape in shapes for key in shape if key.lower() in ("cpu", "cpu_model")} == {
        "cpu", "cpu_model", "CPU_MODEL",
    }  # fmt: skip


def test_with_access_and_relation(api: httpx.Client, sample: SampleServer) -> None:
    nodes = api.get("/api/nodes/with-access", params={"marketAddress": SEED_MARKET}).json()
    assert nodes == [node.address for node in sample.network.world.nodes_of(SEED_MARKET)]
    premium, community = (api.get(f"/api/markets/{slug}").json() for slug in ("nvidia-3090", "nvidia-3090-community"))
    assert premium["premium_community_relation"] == community["address"]
    relation = api.get("/api/nodes/market-relation", params={"market": community["address"]}).json()
    assert relation == premium["address"]


def test_countries_add_up_to_all_nodes(api: httpx.Client) -> None:
    found = api.get("/api/stats/nodes-country").json()["data"]
    assert sum(row["total"] for row in found) == 150
    assert all(row["running"] + row["queue"] + row["offline"] == row["total"] for row in found)


def test_node_info_shows_what_is_required_and_what_it_used_in_24_hours(own: SampleServer) -> None:
    image, model = "docker.io/library/special:1", {"type": "Ollama", "model": "special:7b"}
    own.post_job(one_op("echo x", image=image, resources=[model]), SEED_MARKET)
    job = http_get(f"{own.url}/api/jobs?limit=1").json()["jobs"][0]

    def cached() -> tuple[list[str], list[str]]:
        resources = http_get(f"{own.url}/nodes/{job['node']}/node/info").json()["resources"]
        return resources["images"], resources["volumes"]

    images, volumes = cached()
    assert images[:7] == DOCUMENTED["required_images"]
    assert image in images
    assert volumes[0] == "https://models.nosana.io/stable-diffusion/dreamshaper/8"
    assert "special:7b" in volumes
    own.clock.advance(86_401)
    images, volumes = cached()
    assert image not in images
    assert "special:7b" not in volumes
    assert images[:7] == DOCUMENTED["required_images"]


def test_node_info_of_an_offline_node_is_not_reachable(api: httpx.Client, sample: SampleServer) -> None:
    offline = next(node for node in sample.network.world.nodes.values() if not node.online)
    assert api.get(f"/nodes/{offline.address}/node/info").status_code == 404
