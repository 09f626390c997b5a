from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from explorer.nosana.payloads import GpuPayload, NodePayload
from explorer.upsert import Written
from markets import sync
from markets.models import Market, Node, RequiredImage, RequiredResource
from tests.payloads import address, market_account, market_payload, required

pytestmark = pytest.mark.django_db

S3 = {"type": "S3", "url": "https://models.nosana.io/stable-diffusion/dreamshaper/8"}


def current(market: str = "market") -> tuple[list[str], list[str]]:
    here = {"market": address(market), "removed_at": None}
    return (
        list(RequiredImage.objects.filter(**here).values_list("reference", flat=True)),
        list(RequiredResource.objects.filter(**here).values_list("name", flat=True)),
    )


def test_store_markets_writes_every_fact():
    assert sync.store_markets(markets=[market_payload(premium_community_relation=address("twin"))]).inserted == 1

    market = Market.objects.get()
    assert (market.address, market.slug, market.name, market.type) == (address("market"), "market", "Market", "PREMIUM")
    assert (market.usd_reward_per_hour, market.usd_per_hour) == (Decimal("0.048"), Decimal("0.0528"))
    assert (market.gpu_types, market.lowest_vram_gb, market.relation) == (
        ["NVIDIA GeForce RTX 3060"],
        12,
        address("twin"),
    )
    assert (market.is_listed, market.described_at is not None) == (True, True)


def test_store_markets_twice_changes_nothing_and_keeps_what_the_chain_said():
    sync.store_markets(markets=[market_payload()])
    sync.store_queues(accounts=[market_account(queue_type=0, queue=(address("job"),))])

    assert sync.store_markets(markets=[market_payload()]) == Written()

    market = Market.objects.get()
    assert (market.jobs_waiting, market.nodes_free, market.job_price, market.name) == (1, 0, 50, "Market")


def test_store_markets_marks_those_that_vanished_but_not_the_unreadable():
    sync.store_markets(markets=[market_payload(n) for n in ("stays", "vanishes", "unreadable")])

    sync.store_markets(markets=[market_payload("stays")], unreadable=[address("unreadable")])

    listed = dict(Market.objects.values_list("slug", "is_listed"))
    assert listed == {"stays": True, "vanishes": False, "unreadable": True}


def test_store_markets_takes_embedded_lists_only_until_the_markets_own_answer_came():
    sync.store_markets(markets=[market_payload(required=required("nginx"))])
    assert current() == (["nginx"], [])
    sync.store_required(market=address("market"), required=required("ubuntu"))

    sync.store_markets(markets=[market_payload(required=required("nginx"))])

    assert current() == (["ubuntu"], [])


def test_store_required_keeps_since_and_closes_what_is_gone():
    sync.store_markets(markets=[market_payload()])
    sync.store_required(market=address("market"), required=required("a", "b", resources=(S3,)))
    since = RequiredImage.objects.get(reference="a").since

    sync.store_required(market=address("market"), required=required("c", "a", resources=(S3,)))

    assert current() == (["a", "c"], [S3["url"]])
    assert RequiredImage.objects.get(reference="a").since == since
    assert RequiredImage.objects.get(reference="b").removed_at is not None
    assert RequiredResource.objects.get().spec == S3


def test_store_required_of_the_same_lists_changes_nothing():
    sync.store_markets(markets=[market_payload()])
    lists = required("a", "a", "b", resources=(S3, dict(reversed(S3.items()))))
    first = sync.store_required(market=address("market"), required=lists)
    assert first is not None
    assert [row["name"] for row in first.network_added] == ["a", "b", S3["url"]]

    assert sync.store_required(market=address("market"), required=lists) is None


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        ({"type": "HF", "repo": "org/model"}, "org/model"),
        ({"type": "Ollama", "model": "gemma3:4b"}, "gemma3:4b"),
        ({"type": "S3", "buckets": [{"url": "s3://a"}, {"url": "s3://b"}]}, "s3://a-s3://b"),
        ({"type": "New", "else": 1}, ""),
    ],
)
def test_store_required_names_a_resource_by_what_it_is_fetched_by(spec, name):
    sync.store_markets(markets=[market_payload()])
    sync.store_required(market=address("market"), required=required("a", resources=(spec,)))

    resource = RequiredResource.objects.get()
    assert (resource.type, resource.name, resource.spec) == (spec["type"], name, spec)


def test_store_queues_leaves_unknown_markets_out_and_notes_waiting_nodes():
    sync.store_markets(markets=[market_payload()])

    sync.store_queues(
        accounts=[
            market_account(queue_type=1, queue=(address("n2"), address("n1"))),
            market_account("unknown", queue_type=1, queue=(address("n3"),)),
        ]
    )

    market = Market.objects.get()
    assert (market.queue, market.nodes_free, market.jobs_waiting) == ([address("n2"), address("n1")], 2, 0)
    assert set(Node.objects.values_list("pk", "market")) == {
        (address("n1"), address("market")),
        (address("n2"), address("market")),
    }


def test_store_specs_writes_the_machine_and_when_to_ask_again():
    Node.objects.create(address=address("node"))
    gpus = (GpuPayload("NVIDIA GeForce RTX 4090", 24564, "8.9"), GpuPayload("NVIDIA GeForce RTX 4090", 24564, "8.9"))
    sync.store_specs(
        node=NodePayload(
            address=address("node"),
            status="PREMIUM",
            market=address("elsewhere"),
            country=None,
            cpu="AMD EPYC",
            ram_mb=65536,
            disk_gb=900,
            gpus=gpus,
            cuda_version="12.4",
            driver_version="550.54",
            node_version="1.1.14",
            system_environment=None,
            download_mbps=900.5,
            upload_mbps=None,
            ping_ms=12.0,
        )
    )

    node = Node.objects.get()
    assert (node.status, node.country, node.cpu, node.gpu_name, node.gpu_count, node.vram_mb) == (
        "PREMIUM",
        "",
        "AMD EPYC",
        "NVIDIA GeForce RTX 4090",
        2,
        49128,
    )
    assert (node.market_id, node.download_mbps, node.specs_error) == (None, 900.5, "")
    assert node.specs_due_at > timezone.now() + timedelta(hours=5)
