"""The facets of the node list: their counts are those of the lists that they lead to."""

from __future__ import annotations

import random
import re
from itertools import combinations
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client

from markets import selectors
from markets.choices import Activity, QueueType
from markets.facets import FACETS
from markets.models import Market, Node
from tests.markets.factories import address, make_job, make_market, make_node
from tests.markets.pages import HTMX, get, plain

pytestmark = pytest.mark.django_db


def make_many(count: int = 60) -> None:
    """Create nodes of every kind, some at work, some waiting."""
    rng = random.Random(7)
    one, two = make_market("One", queue_type=QueueType.NODES), make_market("Two")
    for number in range(count):
        market = rng.choice([one, two, None])
        judged = rng.randrange(4)
        node = make_node(
            number,
            market=market,
            gpu_name=rng.choice(["NVIDIA L40S", "NVIDIA H100", ""]),
            vram_mb=rng.choice([None, 0, 8000, 24_564, 24_576, 48 * 1024, 640 * 1024]),
            country=rng.choice(["NL", "DE", ""]),
            cuda_version=rng.choice(["12.4", "13.0"]),
            succeeded=rng.randrange(judged + 1),
            failed=judged,
            busy_share=rng.choice([0, 0.04, 0.05, 0.5, 1]),
            uptime=rng.choice([None, 0, 0.5, 0.95, 0.99, 1]),
        )
        if rng.random() < 0.3:
            make_job(node.market or two, number, node=node)
        elif market is one:
            one.queue.append(node.pk)
    one.save()


def shown(chosen: dict[str, list[str]], q: str = "") -> set[str]:
    return set(selectors.nodes(q=q, chosen=chosen).values_list("pk", flat=True))


@pytest.mark.parametrize(
    ("q", "chosen"),
    [
        ("", {}),
        ("nvidia", {}),
        ("", {"status": ["busy", "free"]}),
        ("", {"gpu": ["NVIDIA L40S"], "vram": ["24", "unknown"]}),
        ("", {"success": ["unknown"], "busy": ["0", "5"], "uptime": ["99"]}),
        ("de", {"status": ["idle"], "cuda": ["13.0"], "market": [address("market Two"), address("market One")]}),
        ("", {"gpu": ["no such"], "country": ["NL"]}),
    ],
)
def test_every_count_is_that_of_the_list_it_leads_to(q: str, chosen: dict[str, list[str]]) -> None:
    make_many()

    found = selectors.facets(q=q, chosen=chosen)

    assert found.total == len(shown(chosen, q))
    assert [view.facet for view in found.views] == list(FACETS)
    for view in found.views:
        for choice in view.choices:
            assert choice.count == len(shown({**chosen, view.facet.name: [choice.value]}, q)), (view.facet.name, choice)
            assert choice.is_chosen == (choice.value in chosen.get(view.facet.name, ()))


def test_nodes_are_narrowed_by_what_they_are_said_to_do() -> None:
    make_many(30)
    both = Market.objects.nodes_at_work()[0]  # runs a job while a queue names it
    Market.objects.filter(queue_type=QueueType.NODES).update(queue=[*Market.objects.nodes_in_line(), both])
    nodes: Any = Node.objects.with_activity()
    said = dict(nodes.values_list("pk", "activity"))
    assert set(said.values()) == set(Activity.values)

    for count in range(1, 4):
        for some in combinations(Activity.values, count):
            assert shown({"status": list(some)}) == {pk for pk, activity in said.items() if activity in some}
    assert shown({"status": ["no such"]}) == set()


def test_bands_hold_every_node_once() -> None:
    make_many()

    for view in selectors.facets(q="", chosen={}).views:
        if view.facet.bands or view.facet.name == "status":
            assert sum(choice.count for choice in view.choices) == 60


def test_a_gpu_with_a_little_less_memory_is_of_the_size_it_is_sold_with() -> None:
    make_node("a", vram_mb=24_564)
    make_node("b", vram_mb=23 * 1024)

    assert shown({"vram": ["24"]}) == {address("node a")}
    assert shown({"vram": ["16"]}) == {address("node b")}


def test_chips_lead_to_the_list_without_them() -> None:
    make_node(country="NL")
    params = QueryDict("q=nvidia&country=NL&country=DE&status=idle&sort=-jobs&after=x")
    chosen = {"country": ["NL", "DE"], "status": ["idle"]}

    chips = selectors.chips("nvidia", selectors.facets(q="nvidia", chosen=chosen).views, params)

    assert {(chip.name, chip.value, chip.url) for chip in chips} == {
        ("text", "nvidia", "?country=NL&country=DE&sort=-jobs&status=idle"),
        ("Status", "Idle", "?country=NL&country=DE&q=nvidia&sort=-jobs"),
        ("Country", "NL", "?country=DE&q=nvidia&sort=-jobs&status=idle"),
        ("Country", "DE", "?country=NL&q=nvidia&sort=-jobs&status=idle"),
    }


def boxes(page: str, facet: str) -> list[str]:
    """Return a facet's values, their labels with counts, and which are ticked."""
    (part,) = re.findall(rf'<ul class="pick" id="facet-{facet}"[^>]*>(.*?)</ul>', page, re.S)
    return [
        f"{'x' if ' checked' in item else '-'} {value} = {plain(item)}"
        for item in part.split("<li>")
        for value in re.findall(r'value="([^"]*)"', item)
    ]


def test_page_offers_the_values_with_their_counts(client: Client) -> None:
    market = make_market()
    make_job(market, node=make_node("busy", market=market, gpu_name="NVIDIA GeForce RTX 3090"))
    for name in ("b", "c"):
        make_node(name, market=market, gpu_name="NVIDIA L40S", country="DE")

    page = get(client, "/nodes/?gpu=NVIDIA+L40S&country=FR")

    assert boxes(page, "status") == ["- busy = Busy 0", "- free = Free 0", "- idle = Idle 0"]
    assert boxes(page, "country") == ["- DE = DE 2", "x FR = FR 0"]
    assert boxes(page, "gpu") == ["x NVIDIA L40S = L40S 0"]
    assert "No node matches" in page
    assert "<title>Nodes: NVIDIA L40S, FR · Nosana explorer</title>" in page
    part = get(client, "/nodes/?country=DE", **HTMX)
    assert boxes(part, "status") == ["- busy = Busy 0", "- free = Free 0", "- idle = Idle 2"]
    assert boxes(part, "gpu") == ["- NVIDIA L40S = L40S 2"]


def test_hostile_values_are_inert_in_the_rail(client: Client) -> None:
    hostile = '"><script>alert(1)</script>'
    make_node(gpu_name=hostile, country="\u202eNL", driver_version=hostile)

    page = get(client, f"/nodes/?gpu={hostile}")

    assert "<script>alert" not in page
    assert "\u202e" not in page.partition('id="facet-country"')[2].partition("</ul>")[0]
    assert Node.objects.count() == 1
    assert "1 seen at work" in page
