"""What a stranger sees after `make run`: a network that was fetched, and that changes while one watches."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

from explorer.sample import SampleServer
from tests.e2e.running import addresses_on, free_port, http, running, text_of, wait_until

SEEDS_MARKET = "97G9NnvBDQ2WpKu6fasoMsAKmfj63C9rhysJnkeWodAf"
SEEDS_IMAGES = {
    "registry.hub.docker.com/nosana/frpc:0.1.0",
    "registry.hub.docker.com/nosana/stats:v1.0.4",
    "registry.hub.docker.com/nosana/llm_benchmark:1.0.0",
    "registry.hub.docker.com/nosana/remote-resource-helper:0.1.0",
    "docker.io/openmmlab/lmdeploy:v0.5.3-cu12",
    "docker.io/vllm/vllm-openai:v0.5.4",
    "docker.io/saladtechnologies/a1111:ipv6-v1.9.4",
}
SEEDS_RESOURCES = [{"type": "S3", "url": "https://models.nosana.io/stable-diffusion/dreamshaper/8"}]
PAGES = ("/", "/jobs/", "/markets/", "/nodes/", "/status/", f"/search/?q={SEEDS_MARKET[:6]}x", "/nothing-here/")
UNREACHABLE = "The network cannot be reached"


def has_rows(url: str, least: int) -> bool:
    return len(addresses_on(url)) >= least


def says(url: str, *, is_out: bool) -> bool:
    return (UNREACHABLE in text_of(url)) is is_out


def jobs_shown(site: str, state: str) -> set[str]:
    return addresses_on(f"{site}/jobs/?state={state}")


def test_pages_show_jobs_markets_and_nodes_within_a_minute(site):
    for path, least in (("jobs", 50), ("markets", 12), ("nodes", 50)):
        assert wait_until(partial(has_rows, f"{site}/{path}/", least), 60, f"{least} {path} are shown")


def test_the_seeds_market_lists_its_seven_images_and_its_resource(site):
    wait_until(
        lambda: "dreamshaper" in text_of(f"{site}/markets/{SEEDS_MARKET}/"), 60, "its required resources are shown"
    )
    page = text_of(f"{site}/markets/{SEEDS_MARKET}/")
    images = set(re.findall(r'title="([^"]+/[^"]+:[^"]+)"', page)) & SEEDS_IMAGES
    assert images == SEEDS_IMAGES
    assert "https://models.nosana.io/stable-diffusion/dreamshaper/8" in page

    served = http().get(f"{site}/markets/{SEEDS_MARKET}/required-resources.json").json()
    assert sorted(served["required_images"]) == sorted(SEEDS_IMAGES)
    assert served["required_remote_resources"] == SEEDS_RESOURCES


def test_jobs_keep_arriving_and_finishing(site):
    before, finished = jobs_shown(site, "running"), jobs_shown(site, "completed")
    wait_until(lambda: bool(jobs_shown(site, "running") - before - finished), 60, "a new job runs")
    wait_until(lambda: bool(jobs_shown(site, "completed") - finished), 90, "a job finished")
    assert jobs_shown(site, "completed") != finished


def test_a_network_out_of_reach_is_said_on_every_page_until_it_is_back(tmp_path_factory):
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    addresses = {
        "NOSANA_API_URL": f"{url}/api",
        "NOSANA_IPFS_URL": f"{url}/ipfs",
        "NOSANA_NODE_URL": f"{url}/nodes/{{node}}",
        "NOSANA_RPC_URL": f"{url}/rpc",
    }
    var = Path(tmp_path_factory.mktemp("nx")) / "var"
    with running(var, NETWORK="mainnet", PACE="0.2", **addresses) as site:
        wait_until(lambda: UNREACHABLE in text_of(f"{site}/"), 60, "the first page says so")
        for path in PAGES:  # each of the web processes learns of it within two seconds (explorer/kept.py)
            assert wait_until(partial(says, f"{site}{path}", is_out=True), 20, f"{path} says so")
        with SampleServer(seed=3, port=port, past_jobs=200):
            wait_until(lambda: UNREACHABLE not in text_of(f"{site}/"), 240, "the network is back")
            wait_until(lambda: bool(jobs_shown(site, "completed")), 60, "its jobs are shown")
            for path in PAGES:
                assert wait_until(partial(says, f"{site}{path}", is_out=False), 20, f"{path} no longer says so")
