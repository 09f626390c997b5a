"""Readiness: the seeds' job on the seeds' market, caches of free nodes, the order of markets, its cost in queries."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from explorer.held import HeldImages, HeldResource, HeldResources, Status
from jobs.readiness import MarketReadiness, readiness
from jobs.readiness.requiring import required_in
from markets import catalog
from markets.choices import Decision, QueueType
from markets.effective import served_in
from markets.models import Curated, ImageRecord, Market, MarketRecord
from markets.sync.caches import Use, note_used
from tests.jobs.readiness.test_needs import run, whole
from tests.markets.factories import (
    SEED_IMAGES,
    SEED_MARKET,
    SEED_RESOURCE,
    address,
    make_image,
    make_market,
    make_node,
    make_resource,
    make_seed_market,
)

pytestmark = pytest.mark.django_db

TINY = {"type": "HF", "repo": "TinyLlama/TinyLlama-1.1B-Chat-v1.0", "target": "/data-models/"}
DREAM = {**SEED_RESOURCE, "target": "/models"}


def answers(definition: Any, timeout: int = 3600) -> list[MarketReadiness]:
    """Return the markets for a definition, best first."""
    return list(readiness(definition, timeout=timeout).markets)


def names(definition: Any) -> list[str]:
    """Return the names of the markets, best first."""
    return [market.name for market in answers(definition)]


def free(name: str, *nodes: str, **facts: Any) -> Market:
    """Create a market in which nodes of these names are free."""
    return make_market(name, queue_type=QueueType.NODES, queue=[address(f"node {node}") for node in nodes], **facts)


def hold(node: str, *images: str, resources: Any = (), hours: float = 1) -> None:
    """Let a node have used images and resources so many hours ago."""
    at = timezone.now() - timedelta(hours=hours)
    numbers = catalog.image_ids(images).values(), catalog.resource_ids(resources).values()
    note_used([Use(address(f"node {node}"), [*numbers[0]], [*numbers[1]], at)])


def test_seeds_job_on_the_seeds_market_is_classified_by_the_rules() -> None:
    make_seed_market()
    definition = whole(
        run("huggingface", image="ubuntu", gpu=True, cmd=["ls", "/data-models"], resources=[TINY]),
        run("paint", image="docker.io/saladtechnologies/a1111:ipv6-v1.9.4", gpu=True, resources=[DREAM]),
        run("stats", image="nosana/stats:v1.0.4"),
        run("chat", image="vllm/vllm-openai:v0.5.4"),
        run("chat-new", image="docker.io/vllm/vllm-openai:v0.10.2"),
    )
    (market,) = answers(definition)
    assert (market.address, market.slug, market.rank) == (SEED_MARKET, "nvidia-3060", 1)
    assert [(item.op, item.kind, item.name, item.status.value, item.reason) for item in market.items] == [
        ("huggingface", "image", "ubuntu", "download", "No tag of it is required."),
        (
            "huggingface",
            "resource",
            "TinyLlama/TinyLlama-1.1B-Chat-v1.0",
            "download",
            "Nothing of that name is required.",
        ),
        (
            "paint",
            "image",
            "docker.io/saladtechnologies/a1111:ipv6-v1.9.4",
            "cached",
            "Required here, so every node has it. Kept under this name.",
        ),
        (
            "paint",
            "resource",
            "https://models.nosana.io/stable-diffusion/dreamshaper/8",
            "cached",
            "Required here, so every node has it. Kept under this name.",
        ),
        (
            "stats",
            "image",
            "nosana/stats:v1.0.4",
            "same_image",
            "Kept as registry.hub.docker.com/nosana/stats:v1.0.4, where a node does not look for it, so it is pulled "
            "again, its layers are there.",
        ),
        (
            "chat",
            "image",
            "vllm/vllm-openai:v0.5.4",
            "cached",
            "Required here, so every node has it. Kept as docker.io/vllm/vllm-openai:v0.5.4, where a node looks for it "
            "too.",
        ),
        (
            "chat-new",
            "image",
            "docker.io/vllm/vllm-openai:v0.10.2",
            "other_tag",
            "Another tag of it is required: docker.io/vllm/vllm-openai:v0.5.4.",
        ),
    ]
    assert market.reasons == (
        "No node is free, and nobody waits.",
        "Of 7 items: 3 on every node, 1 there under another name, 1 with another tag, 2 to download.",
        "The definition does not say how much GPU memory it needs.",
    )


def test_every_required_entry_of_the_seeds_market_is_cached_there() -> None:
    make_seed_market()
    (market,) = answers(whole(*(run(str(n), image=image) for n, image in enumerate(SEED_IMAGES))))
    assert {item.status for item in market.items} == {Status.CACHED}


def test_answer_has_the_shape_of_the_interface() -> None:
    free("A", "1", job_price=100, usd_reward_per_hour="0.36", network_fee_percentage="10", lowest_vram_gb=24)
    hold("1", "ubuntu")
    definition = whole(run(image="ubuntu", gpu=True), meta={"system_requirements": {"required_vram": 8}})
    assert readiness(definition, timeout=7200).as_json() == {
        "timeout": 7200,
        "markets": [
            {
                "address": address("market A"),
                "slug": "a",
                "name": "A",
                "rank": 1,
                "summary": "Starts at once: its one free node holds everything.",
                "reasons": [
                    "Starts at once: its one free node holds everything.",
                    "Of 1 item: 1 to download.",
                    "8 GB of GPU memory needed, at least 24 GB there.",
                ],
                "nodes_free": 1,
                "nodes_warm": 1,
                "jobs_waiting": 0,
                "median_wait_s": None,
                "runs": 0,
                "success_share": None,
                "start_delay_s": None,
                "price": {"nos": 0.72, "usd": 0.72, "fee_usd": 0.072, "fee_nos": 0.072},
                "vram": "fits",
                "vram_reason": "8 GB of GPU memory needed, at least 24 GB there.",
                "items": [
                    {
                        "op": "op",
                        "kind": "image",
                        "name": "ubuntu",
                        "status": "download",
                        "reason": "No tag of it is required. 1 of 1 free node still has it from earlier jobs.",
                        "nodes_holding": 1,
                    }
                ],
            }
        ],
    }


def test_free_nodes_are_warm_when_they_hold_everything() -> None:
    market = free("A", "both", "image", "model", "none", "old")
    make_image(market, "docker.io/o/required:1")
    hold("both", "docker.io/library/ubuntu", resources=[("HF", "o/m")])
    hold("image", "ubuntu:latest")
    hold("model", resources=[("HF", "o/m")])
    hold("old", "ubuntu", resources=[("HF", "o/m")], hours=24.01)
    hold("busy", "ubuntu", resources=[("HF", "o/m")])
    definition = whole(
        run("one", image="ubuntu", resources=[{"type": "HF", "repo": "o/m", "target": "/m"}]),
        run("two", image="o/required:1"),
        run("three", image="ubuntu"),
    )
    (found,) = answers(definition)
    assert (found.nodes_free, found.nodes_warm) == (5, 1)
    assert [(item.op, item.kind, item.nodes_holding) for item in found.items] == [
        ("one", "image", 2),
        ("one", "resource", 2),
        ("two", "image", 5),
        ("three", "image", 2),
    ]
    assert found.summary == "Starts at once on 1 of 5 free nodes; the others lack something."


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ({"image": "ubuntu", "authentication": {"docker": {"username": "u"}}}, "It comes with a sign-in"),
        ({"image": "%%ops.x.results.y%%"}, "Its name holds a literal without a value here"),
        ({"image": "ubuntu@sha256:" + "5" * 64}, "ubuntu is kept, but a node never finds an image by digest."),
    ],
)
def test_what_is_never_found_in_a_cache_leaves_no_node_warm(args: dict[str, Any], expected: str) -> None:
    make_image(free("A", "1"), "ubuntu")
    hold("1", "ubuntu", "ubuntu@sha256:" + "5" * 64)
    (market,) = answers(whole(run(**args)))
    assert (market.nodes_free, market.nodes_warm, market.items[0].nodes_holding) == (1, 0, 0)
    assert market.items[0].reason.startswith(expected)


def test_many_items_are_told_apart() -> None:
    free("A", "1", "2")
    hold("1", *(f"o/x:{n}" for n in range(150)))
    hold("2", *(f"o/x:{n}" for n in range(0, 150, 2)))
    (market,) = answers(whole(*(run(image=f"o/x:{n}") for n in range(150))))
    assert market.nodes_warm == 1
    assert [item.nodes_holding for item in market.items] == [2, 1] * 75


def test_curated_entries_count_and_hidden_ones_do_not() -> None:
    market = make_market("A")
    make_image(market, "o/hidden:1")
    make_resource(market, DREAM)
    user = User.objects.create(username="curator")
    common = {"market": market, "author": user, "reason": "-"}
    for decision, name in ((Decision.HIDE, "o/hidden:1"), (Decision.ADD, "o/added:1"), (Decision.NOTE, "o/noted:1")):
        Curated.objects.create(kind="image", identity=name, name=name, decision=decision, **common)
    spec = {"type": "Ollama", "model": "m:1b"}
    Curated.objects.create(kind="resource", identity="d", name="m", spec=spec, decision=Decision.PIN, **common)
    images = [run(image=name) for name in ("o/hidden:1", "o/added:1", "o/noted:1")]
    (found,) = answers(whole(*images, run(image="o/added:2", resources=[spec, DREAM])))
    assert [(item.name, item.status.value) for item in found.items] == [
        ("o/hidden:1", "download"),
        ("o/added:1", "cached"),
        ("o/noted:1", "download"),
        ("o/added:2", "other_tag"),
        ("m:1b", "cached"),
        (SEED_RESOURCE["url"], "cached"),
    ]
    assert [item.reason for item in found.items][1::3] == [
        "Curators require it here. Kept under this name.",
        "Curators require it here. Kept under this name.",
    ]


def test_required_lists_are_those_that_are_served() -> None:
    markets = [make_seed_market(), make_market("A"), make_market("B")]
    make_image(markets[1], "o/hidden:1")
    make_image(markets[1], "o/gone:1", removed_at=timezone.now())
    make_resource(markets[2], DREAM)
    user = User.objects.create(username="curator")
    for decision, name in ((Decision.HIDE, "o/hidden:1"), (Decision.PIN, "o/pinned:1"), (Decision.HIDE, "o/none:1")):
        Curated.objects.create(
            market=markets[1], kind="image", identity=name, name=name, decision=decision, author=user, reason="-"
        )
    found = required_in([market.pk for market in markets])
    for market, rows in served_in([market.pk for market in markets]).items():
        entries = [row.entry for row in rows if not row.is_hidden]
        references = sorted(entry.identity for entry in entries if entry.spec is None)
        kept = [held for entry in entries if entry.spec and (held := HeldResource.of(entry.spec))]
        ours = found[market]
        assert vars(ours.images) == vars(HeldImages(references))
        assert vars(ours.resources) == vars(HeldResources(kept))


@pytest.mark.parametrize(
    ("facts", "needed", "expected"),
    [
        ({"lowest_vram_gb": 24}, 24, ("fits", "24 GB of GPU memory needed, at least 24 GB there.")),
        ({"lowest_vram_gb": 24}, 24.5, ("too_small", "24.5 GB of GPU memory needed, at least 24 GB there.")),
        ({"lowest_vram_gb": None}, 22, ("fits", "22 GB of GPU memory needed, at least 22.5 GB there.")),
        ({"lowest_vram_gb": None}, 23, ("too_small", "23 GB of GPU memory needed, at least 22.5 GB there.")),
        ({"lowest_vram_gb": 24}, None, ("unknown", "The definition does not say how much GPU memory it needs.")),
    ],
)
def test_memory_is_compared_with_the_smallest_gpu(facts: Any, needed: Any, expected: tuple[str, str]) -> None:
    market = make_market("A", **facts)
    make_node(1, market=market, vram_mb=24_564)
    make_node(2, market=market, vram_mb=23_034)
    definition = whole(run(image="ubuntu", gpu=True), meta={"system_requirements": {"required_vram": needed or ""}})
    (found,) = answers(definition)
    assert (found.vram, found.vram_reason) == expected


def test_memory_of_a_market_that_nobody_told_is_unknown() -> None:
    make_market("A", lowest_vram_gb=None)
    (found,) = answers(whole(run(image="ubuntu", gpu=True, required_vram=8)))
    assert (found.vram, found.vram_reason) == ("unknown", "How much memory its GPUs have is not known.")


def test_job_without_a_gpu_fits_everywhere() -> None:
    make_market("A", lowest_vram_gb=1)
    (found,) = answers(whole(run(image="ubuntu"), meta={"system_requirements": {"required_vram": 80}}))
    assert (found.vram, found.vram_reason) == ("fits", "No op asks for a GPU.")


def record(market: Market, image: str, runs: int, succeeded: int, failed: int, start: float | None = 30.0) -> None:
    """Write how jobs with an image fared in a market."""
    number = catalog.image_ids([image])[image]
    facts = {"runs": runs, "succeeded": succeeded, "failed": failed, "median_start_s": start}
    ImageRecord.objects.create(image_id=number, market=market, **facts)


def test_past_runs_prove_how_much_memory_is_enough() -> None:
    small, middle, large = (make_market(f"{gb} GB", lowest_vram_gb=gb) for gb in (8, 16, 24))
    record(middle, "docker.io/library/ubuntu", 3, 1, 2)
    record(small, "ubuntu", 3, 0, 3)
    found = {market.name: (market.vram, market.vram_reason) for market in answers(whole(run(image="ubuntu", gpu=True)))}
    proven = ("fits", "Jobs with its images succeeded lately on 16 GB.")
    assert found[middle.name] == found[large.name] == proven
    assert found[small.name] == ("unknown", "The definition does not say how much GPU memory it needs.")
    other = answers(whole(run(image="ubuntu", gpu=True), run(image="o/never-ran", gpu=True)))
    assert {market.vram for market in other} == {"unknown"}


def test_model_whose_weights_do_not_fit_is_too_large() -> None:
    for gb in (24, 48):
        make_market(f"{gb} GB", lowest_vram_gb=gb)
    model = {"type": "Ollama", "model": "llama3.3:70b"}
    found = answers(whole(run(image="ollama/ollama", gpu=True, resources=[model])))
    assert [(market.name, market.vram, market.vram_reason) for market in found] == [
        ("48 GB", "unknown", "The definition does not say how much GPU memory it needs."),
        (
            "24 GB",
            "too_small",
            "The weights of a model of 70 billion parameters take 32.6 GB or more, 24 GB there.",
        ),
    ]


def test_nodes_with_a_wanted_cuda_are_counted() -> None:
    market = make_market("A")
    for number, version in enumerate(("12.4", "12.8", "13.0", "13.0", "")):
        make_node(number, market=market, cuda_version=version)
    meta = {"system_requirements": {"required_cuda": ["12.4", "13"], "required_vram": 4}}
    (found,) = answers(whole(run(image="ubuntu", gpu=True), meta=meta))
    assert found.reasons[3:] == ("3 of 4 nodes told a CUDA version that it runs with.",)
    (found,) = answers(whole(run(image="ubuntu"), meta=meta))
    assert len(found.reasons) == 3


def test_history_counts_all_names_of_an_image() -> None:
    market = make_market("A")
    record(market, "ubuntu", 10, 6, 2, start=30)
    record(market, "docker.io/library/ubuntu:latest", 2, 0, 1, start=90)
    record(market, "ubuntu:22.04", 50, 50, 0)
    (found,) = answers(whole(run(image="ubuntu")))
    assert (found.runs, found.success_share, found.start_delay_s) == (12, 6 / 9, 30)
    assert found.reasons[3:] == (
        "66.7 % of 9 jobs with this image succeeded here lately.",
        "Half of them ran within 30s of being listed.",
    )


def test_price_keeps_the_fee_apart() -> None:
    make_market("A", job_price=129, usd_reward_per_hour="0.144", network_fee_percentage="25")
    price = readiness(whole(), timeout=1800).markets[0].price
    assert (price.nos, price.usd, price.fee_usd, price.fee_nos) == (
        Decimal("0.2322"),
        Decimal("0.072"),
        Decimal("0.018"),
        Decimal("0.05805"),
    )


def test_price_that_is_not_known_is_none() -> None:
    make_market("A", job_price=None, usd_reward_per_hour=None)
    (found,) = answers(whole())
    assert found.price.as_json() == {"nos": None, "usd": None, "fee_usd": None, "fee_nos": None}


def test_markets_are_ranked_by_how_soon_the_job_starts() -> None:
    needs = {"system_requirements": {"required_vram": 16}}
    definition = whole(run(image="ubuntu", gpu=True), meta=needs)
    small = free("small but warm", "w", lowest_vram_gb=12)
    make_image(small, "ubuntu")
    fails = free("mostly fails", "f")
    make_image(fails, "ubuntu")
    record(fails, "ubuntu", 9, 2, 3)
    free("one of two warm", "x", "y")
    hold("x", "ubuntu")
    make_image(free("all warm", "z"), "docker.io/library/ubuntu:latest")
    make_image(free("another name", "n"), "registry.hub.docker.com/ubuntu:latest")
    free("cold", "c")
    make_image(make_market("nobody waits"), "ubuntu")
    make_market("nobody waits, cold")
    for name, jobs in (("3 jobs wait", 3), ("1 job waits", 1)):
        queue = [address(f"{name}{n}") for n in range(jobs)]
        make_image(make_market(name, queue_type=QueueType.JOBS, queue=queue), "ubuntu")
    make_market("unknown queue", queue_type=None)
    assert names(definition) == [
        "all warm",
        "one of two warm",
        "another name",
        "cold",
        "nobody waits",
        "nobody waits, cold",
        "1 job waits",
        "3 jobs wait",
        "unknown queue",
        "mostly fails",
        "small but warm",
    ]
    assert [market.rank for market in answers(definition)] == [*range(1, 12)]
    assert {market.name: market.summary for market in answers(definition)} == {
        "all warm": "Starts at once: its one free node holds everything.",
        "another name": "Its one free node has 1 item to fetch first.",
        "one of two warm": "Starts at once on 1 of 2 free nodes; the others lack something.",
        "cold": "Its one free node has 1 item to fetch first.",
        "nobody waits": "No node is free, and nobody waits.",
        "nobody waits, cold": "No node is free, and nobody waits.",
        "1 job waits": "1 job waits ahead.",
        "3 jobs wait": "3 jobs wait ahead.",
        "unknown queue": "Its queue is not known yet.",
        "mostly fails": "Starts at once: its one free node holds everything, but jobs with this image mostly fail "
        "here.",
        "small but warm": "Its GPUs are too small.",
    }


def test_equal_markets_are_ranked_by_price_then_name() -> None:
    for name, usd in (("b", "0.2"), ("a", "0.2"), ("dear", "0.9"), ("cheap", "0.1"), ("no price", None)):
        make_market(name, usd_reward_per_hour=usd)
    assert names(whole()) == ["cheap", "a", "b", "dear", "no price"]


def test_usual_wait_decides_among_those_where_jobs_wait() -> None:
    for name, seconds in (("slow", 900.0), ("quick", 60.0), ("untold", None)):
        market = make_market(name, queue_type=QueueType.JOBS, queue=[address("waiting")], usd_reward_per_hour="0.1")
        if seconds:
            MarketRecord.objects.create(market=market, waits=5, median_wait_s=seconds)
    found = answers(whole())
    assert [(market.name, market.median_wait_s) for market in found] == [("quick", 60), ("slow", 900), ("untold", None)]
    assert found[0].summary == "1 job waits ahead; half of the jobs start within 1m 00s."
    MarketRecord.objects.filter(median_wait_s=60).update(median_wait_s=0.4)
    assert answers(whole())[0].summary == "1 job waits ahead."


def test_only_listed_markets_answer_unless_they_are_named() -> None:
    gone, listed = make_market("gone", is_listed=False), make_market("listed")
    assert names(whole()) == ["listed"]
    found = readiness(whole(), timeout=60, markets=[gone.pk, "unknown"]).markets
    assert [market.address for market in found] == [gone.pk]
    assert listed.pk


@pytest.mark.parametrize("definition", [None, [], "text", 5, {}, {"ops": None}, {"ops": [None, 3, {}]}])
def test_any_shape_is_answered(definition: Any) -> None:
    free("A", "1")
    (found,) = answers(definition)
    assert (found.items, found.nodes_free, found.nodes_warm, found.vram) == ((), 1, 1, "fits")


def test_queries_stay_the_same_whatever_the_size() -> None:
    def fill(count: int) -> Any:
        """Add markets with nodes that hold things, and return a definition that needs as many."""
        for n in range(count):
            market = free(f"{count} {n}", *(f"{count} {n} {k}" for k in range(3)))
            make_image(market, f"o/x:{n}")
            make_resource(market, {"type": "HF", "repo": f"o/m{n}"})
            record(market, f"o/x:{n}", 3, 2, 1)
            hold(f"{count} {n} 1", f"o/y:{n}", resources=[("HF", f"o/k{n}")])
        resources = [{"type": "HF", "repo": f"o/k{n}", "target": "/m"} for n in range(count)]
        return whole(*(run(str(n), image=f"o/y:{n}", gpu=True, resources=resources) for n in range(count)))

    def queries(definition: Any) -> int:
        with CaptureQueriesContext(connection) as captured:
            answers(definition)
        return len(captured)

    assert queries(fill(1)) == queries(fill(12)) == 8
