"""The lists of markets and nodes as JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from tests.markets.factories import make_finished, make_job, make_market, make_node
from tests.markets.pages import get, queries

pytestmark = pytest.mark.django_db


def read(client: Client, url: str, status: int = 200) -> Any:
    response = client.get(url)
    assert response.headers["Content-Type"] == "application/json"
    assert response.status_code == status
    return json.loads(response.content)


def test_markets_have_what_their_list_shows(client: Client) -> None:
    market = make_market("NVIDIA <4090>")
    make_node("node", market=market)
    make_job(market, "running", node=make_node("busy", market=market), state=1)
    (row,) = read(client, "/markets.json")["markets"]

    assert {name: row[name] for name in ("address", "url", "name", "running", "nodes_known", "required_images")} == {
        "address": market.pk,
        "url": market.get_absolute_url(),
        "name": "NVIDIA <4090>",
        "running": 1,
        "nodes_known": 2,
        "required_images": 0,
    }
    assert row["success_share_7_days"] is None
    assert isinstance(row["usd_per_hour"], str)


def test_markets_are_filtered_and_sorted_as_their_list_is(client: Client) -> None:
    for name in ("NVIDIA 3090", "NVIDIA 4090"):
        make_market(name)
    make_market("AMD", gpu_types=["AMD"], slug="amd")

    assert [row["name"] for row in read(client, "/markets.json?q=nvidia&sort=-name")["markets"]] == [
        "NVIDIA 4090",
        "NVIDIA 3090",
    ]


def test_nodes_have_what_their_list_shows(client: Client) -> None:
    market = make_market()
    node = make_node(
        "node", market=market, gpu_name="RTX 4090", vram_mb=24564, country="NL", jobs=4, succeeded=3, failed=1
    )
    job = make_job(market, "running", node=node, state=1)
    found = read(client, "/nodes.json")
    (row,) = found["nodes"]

    assert (found["newer"], found["older"]) == (None, None)
    assert {name: row[name] for name in ("address", "url", "activity", "job", "gpu_name", "vram_mb", "country")} == {
        "address": node.pk,
        "url": node.get_absolute_url(),
        "activity": "busy",
        "job": job.pk,
        "gpu_name": "RTX 4090",
        "vram_mb": 24564,
        "country": "NL",
    }
    assert (row["jobs"], row["success_share"], row["market"]["name"]) == (4, 0.75, market.name)


def test_nodes_are_paged_without_a_gap(client: Client) -> None:
    nodes = {make_node(f"node {number}").pk for number in range(120)}
    seen: list[str] = []
    url = "/nodes.json?sort=seen"
    while url:
        page = read(client, url)
        seen += [row["address"] for row in page["nodes"]]
        url = page["older"]

    assert len(seen) == len(set(seen)) == 120
    assert set(seen) == nodes


@pytest.mark.parametrize("url", ["/markets.json?sort=color", "/nodes.json?sort=color", "/nodes.json?after=%00"])
def test_what_cannot_be_is_refused_with_a_sentence(client: Client, url: str) -> None:
    found = read(client, url, 400)

    assert list(found) == ["error"]
    assert found["error"]


@pytest.mark.parametrize("url", ["/markets.json", "/nodes.json"])
def test_a_list_takes_as_many_queries_for_one_row_as_for_many(client: Client, url: str) -> None:
    make_finished(make_market(), "one", node=make_node())
    few = queries(client, url)
    for number in range(20):
        market = make_market(f"market {number}")
        make_finished(market, f"job {number}", node=make_node(f"node {number}", market=market))

    assert queries(client, url) == few


def test_pages_lead_to_their_json(client: Client) -> None:
    make_node(market=make_market())

    assert 'href="/markets.json?q=nvidia"' in get(client, "/markets/?q=nvidia")
    assert 'href="/nodes.json?q=rtx"' in get(client, "/nodes/?q=rtx")
