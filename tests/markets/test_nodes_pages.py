from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from explorer.formats import day
from jobs.sync.nodes import count_nodes
from markets import sync
from markets.choices import QueueType
from markets.forms import NodeFilter
from markets.models import Node
from tests.markets.curators import untimed
from tests.markets.factories import (
    SEED_IMAGES,
    SEED_RESOURCE,
    address,
    make_finished,
    make_job,
    make_market,
    make_node,
    make_seed_market,
)
from tests.markets.pages import HTMX, cells, get, plain, queries, rows, short, titles

pytestmark = pytest.mark.django_db


def make_three() -> tuple[Node, Node, Node]:
    """Create a busy node, a free and an idle one, seen in this order, the last first."""
    market = make_market(queue_type=QueueType.NODES)
    now = timezone.now()
    busy = make_node("busy", market=market, seen_at=now)
    free = make_node("free", market=market, seen_at=now - timedelta(minutes=1), country="DE", gpu_name="NVIDIA L40S")
    idle = make_node("idle", market=market, seen_at=now - timedelta(days=2), cpu="Intel Xeon", node_version="1.0.9")
    market.queue = [address("another"), free.address]
    market.save()
    make_job(market, "runs", node=busy)
    return busy, free, idle


EVERY = ",".join(column.name for column in NodeFilter.columns[1:])


def test_list_shows_every_fact(client: Client) -> None:
    market = make_market()
    now = timezone.now()
    node = make_node(market=market, gpu_count=2, vram_mb=49_152, first_seen_at=now - timedelta(days=30))
    job = make_job(market, "runs", node=node, started_at=now - timedelta(hours=84))
    make_finished(market, "ok", node=node)
    make_finished(market, "fails", node=node, outcome="failed")
    Node.objects.create(address=address("silent"), seen_at=now - timedelta(hours=3))
    sync.note_history(read=[market.pk], free=[], at=now)
    count_nodes()

    page = get(client, f"/nodes/?columns={EVERY}")

    assert [[*row[:-1], untimed(row[-1])] for row in rows(page)] == [
        [
            short(node.address),
            "Busy",
            "NVIDIA 3090",
            "2 × NVIDIA GeForce RTX 3090",
            "48 GB",
            "AMD Ryzen 9 5950X 16-Core Processor",
            "64 GB",
            "900 GB",
            "912 / 803",
            "12.4",
            "550.54.14",
            "NL",
            "1.1.14",
            "3",
            "50.0 %",
            "50.2 %",
            "100 %",
            "then",
        ],
        [short(address("silent")), "Idle", "–", "not reported yet", *"–" * 9, "0", "–", "0 %", "0 %", "then"],
    ]
    assert f'<a href="/jobs/{job.address}/" title="runs {job.address}">' in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["busy", "free", "idle"]),
        ("?status=busy", ["busy"]),
        ("?status=free", ["free"]),
        ("?status=idle", ["idle"]),
        ("?country=DE", ["free"]),
        ("?gpu=NVIDIA+L40S", ["free"]),
        ("?gpu=NVIDIA", []),
        ("?q=l40", ["free"]),
        ("?q=intel", ["idle"]),
        ("?q=1.0", ["idle"]),
        ("?q=de", ["free"]),
        (f"?q={address('node busy')}", ["busy"]),
        (f"?q={address('node busy')[:7]}", ["busy"]),
        (f"?market={address('market NVIDIA 3090')}&status=idle", ["idle"]),
        ("?sort=seen", ["idle", "free", "busy"]),
        ("?sort=-gpu", ["free", "busy", "idle"]),
        ("?sort=-status", ["busy", "free", "idle"]),
        ("?sort=status", ["idle", "free", "busy"]),
        ("?status=busy&status=idle", ["busy", "idle"]),
        ("?country=DE&country=FR", ["free"]),
        ("?gpu=NVIDIA+L40S&status=busy", []),
        ("?vram=24", ["busy", "free", "idle"]),
        ("?vram=16&vram=32", []),
        ("?success=unknown&busy=0&uptime=unknown", ["busy", "free", "idle"]),
        ("?success=95", []),
        ("?version=1.0.9", ["idle"]),
        ("?cuda=12.4&driver=550.54.14", ["busy", "free", "idle"]),
    ],
)
def test_list_filters_and_sorts(client: Client, query: str, expected: list[str]) -> None:
    make_three()

    found = re.findall(r'<th scope="row">.*?href="/nodes/([^/]+)/"', get(client, f"/nodes/{query}"), re.S)

    wanted = [address(f"node {name}") for name in expected]
    if query == "?sort=-gpu":
        wanted = [wanted[0], *sorted(wanted[1:], reverse=True)]
    assert found == wanted


def test_a_node_that_runs_a_job_is_busy_even_while_a_queue_names_it(client: Client) -> None:
    market = make_market(queue_type=QueueType.NODES)
    node = make_node(market=market)
    market.queue = [node.address]
    market.save()
    make_job(make_market("Other"), "runs elsewhere", node=node)

    assert cells(get(client, "/nodes/"), 1) == ["Busy"]
    assert cells(get(client, "/nodes/?status=busy"), 1) == ["Busy"]
    assert "No node matches" in get(client, "/nodes/?status=free")


def test_a_job_that_left_the_books_or_waits_makes_no_node_busy(client: Client) -> None:
    market = make_market(queue_type=QueueType.JOBS)
    node = make_node(market=market)
    make_job(market, "gone", node=node, delisted_at=timezone.now())
    market.queue = [make_job(market, "waits").address]
    market.save()

    assert cells(get(client, "/nodes/"), 1) == ["Idle"]
    assert cells(get(client, "/nodes/?status=idle"), 1) == ["Idle"]


@pytest.mark.parametrize(
    "sort",
    [
        *("", "-seen", "seen", "gpu", "-gpu", "node", "-node", "-vram", "ram", "disk", "-down", "cuda", "-version"),
        *("status", "-status", "market", "-market", "jobs", "-success", "busy", "-uptime"),
    ],
)
def test_pages_bring_every_node_once(client: Client, sort: str) -> None:
    now = timezone.now()
    market, other = (
        make_market(queue_type=QueueType.NODES, queue=[address(f"node {n}") for n in range(70)]),
        make_market("B"),
    )
    for number in range(110):
        # Few different values: pages end inside runs of equal ones.
        make_node(
            number,
            market=[market, other, None][number % 3],
            seen_at=now - timedelta(hours=number // 40),
            gpu_name=f"GPU {number % 3}",
            jobs=number % 4,
            succeeded=number % 2,
        )

    forward, url = [], f"/nodes/?sort={sort}"
    while url:
        page = get(client, url)
        forward.append(re.findall(r'<th scope="row">.*?href="/nodes/([^/]+)/"', page, re.S))
        older = re.search(r'rel="next" href="([^"]+)"', page)
        newer = re.search(r'rel="prev" href="([^"]+)"', page)
        url = f"/nodes/{older[1].replace('&amp;', '&')}" if older else ""

    assert [len(part) for part in forward] == [50, 50, 10]
    assert len({node for part in forward for node in part}) == 110
    assert newer is not None
    assert ("Older" in page, "Newer" in page) == (False, False)  # the list may be in the order of anything
    back = get(client, f"/nodes/{newer[1].replace('&amp;', '&')}")
    assert re.findall(r'<th scope="row">.*?href="/nodes/([^/]+)/"', back, re.S) == forward[1]


def test_list_counts_what_matches(client: Client) -> None:
    make_three()

    assert "3 seen at work" in get(client, "/nodes/")
    page = get(client, "/nodes/?status=busy", **HTMX)
    assert '<span hx-swap-oob="innerHTML:#count">1 seen at work</span>' in page
    title, _, rest = page.strip().partition("\n")
    assert title == "<title>Nodes: Busy · Nosana explorer</title>"
    assert rest.strip().startswith('<div class="stack stack-tight" id="rows">')


def test_links_out_of_a_filter_name_their_page_where_the_list_is_an_answer_of_its_own(client: Client) -> None:
    make_three()

    for query in ("status=busy", "status=busy&q=nothing-like-it"):
        page = get(client, f"/nodes/?{query}", **HTMX)
        links = re.findall(
            r'<a [^>]*href="([^"]*)"[^>]*>(?:Clear all|Show all nodes|<svg[^>]*><use href="[^"]*#i-x")', page
        )
        assert links
        assert all(link.startswith("/nodes/") for link in links), links


def test_list_without_nodes_says_why(client: Client) -> None:
    assert "No nodes yet" in get(client, "/nodes/")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("busy=90", "There is no “90” to choose, but 0, 5, 25, 50 and 75."),
        ("&".join(f"gpu={n}" for n in range(61)), "At most 60 values can be chosen."),
        ("status=asleep", "A node is busy, free or idle, not “asleep”."),
        (f"market={address('nobody')}", "No market has the address"),
        ("market=%00", "Null characters are not allowed."),
        (
            "sort=price",
            "The list can be sorted by busy, country, cpu, cuda, disk, down, driver, gpu, jobs, market, node, ram, "
            "seen, status, success, uptime, version, vram.",
        ),
        ("gpu=" + "x" * 300, "Ensure this value has at most 200 characters"),
    ],
)
def test_list_with_a_bad_value_says_so(client: Client, query: str, sentence: str) -> None:
    make_node()

    response = client.get(f"/nodes/?{query}")
    assert response.status_code == 400
    assert sentence in response.content.decode()
    response = client.get(f"/nodes/?{query}", headers=HTMX)
    assert response.status_code == 422
    assert sentence in response.content.decode()


@pytest.mark.parametrize("cursor", ["nonsense", "AAAA", "W10", "x" * 5000, "%00"])
def test_list_with_a_damaged_position_says_so(client: Client, cursor: str) -> None:
    make_node()

    response = client.get(f"/nodes/?after={cursor}")

    assert response.status_code == 400
    assert "its position in the list cannot be read" in response.content.decode()


def test_list_asks_as_many_queries_for_more_nodes(client: Client) -> None:
    market = make_market(queue_type=QueueType.NODES)

    def add(first: int, last: int) -> None:
        for number in range(first, last):
            node = make_node(number, market=market, gpu_name=f"GPU {number}")
            make_job(market, number, node=node)
            make_finished(market, f"ended {number}", node=node)
            market.queue.append(node.address)
        market.save()

    add(0, 2)
    few = queries(client, "/nodes/")
    add(2, 40)

    assert queries(client, "/nodes/") == few
    assert few <= 9


def test_page_shows_the_machine_as_the_node_reported_it(client: Client) -> None:
    gpus = [{"name": "NVIDIA L40S", "memory_mb": 46_068, "architecture": "8.9"}, {"name": "NVIDIA L4"}]
    node = make_node(gpus=gpus, gpu_count=2, vram_mb=46_068)

    page = get(client, f"/nodes/{node.address}/")

    machine = page.partition('id="h-machine"')[2]
    assert "as the node reported, now" in plain(machine)
    assert plain(machine.partition("<dl")[2].partition(">")[2].partition("</dl>")[0]) == (
        "GPU 1 NVIDIA L40S 45 GB, compute 8.9 GPU 2 NVIDIA L4 – VRAM in all 45 GB "
        "Processor AMD Ryzen 9 5950X 16-Core Processor RAM 64 GB Disk 900 GB Download 912 Mbit/s Upload 803 Mbit/s "
        "Ping 8.4 ms Country NL System linux-x64-6.8.0-45-generic CUDA 12.4 Driver 550.54.14 Node software 1.1.14 "
        "Network status PREMIUM"
    )


def now_of(page: str) -> str:
    return plain(page.partition('<dl class="readout">')[2].partition("</dl>")[0])


def test_page_says_what_the_node_does_now(client: Client) -> None:
    busy, free, idle = make_three()
    market = busy.market
    assert market is not None
    now = timezone.now()
    times: dict[str, Any] = {"started_at": now - timedelta(seconds=600), "ended_at": now - timedelta(seconds=120)}
    make_finished(market, "ok", node=busy, **times)
    make_finished(market, "bad", node=busy, outcome="failed", **times)

    page = get(client, f"/nodes/{busy.address}/")

    job = address("job runs")
    assert now_of(page) == (
        f"Now Busy job {job[:4]}…{job[-4:]} Market NVIDIA 3090 where it was seen last Jobs 3 known here "
        "Success 50.0 % of 2 judged, 1 failed Busy 0 % of the last 7 days Uptime – not watched yet "
        f"Earned 0.123840 NOS 7 days, without the fee Seen now first {day(busy.first_seen_at)}"
    )
    assert f'<a href="/jobs/?node={busy.address}&amp;outcome=failed">' in page
    assert "Now Free 2 of 2 in line at NVIDIA 3090" in now_of(get(client, f"/nodes/{free.address}/"))
    assert "Now Idle neither at a job nor in a queue" in now_of(get(client, f"/nodes/{idle.address}/"))


def test_page_lists_what_its_market_demands_of_it(client: Client) -> None:
    node = make_node(market=make_seed_market())

    page = get(client, f"/nodes/{node.address}/")

    assert sorted(titles(page, "img")) == sorted(SEED_IMAGES)
    assert titles(page, "mono") == [SEED_RESOURCE["url"]]
    assert f'hx-get="/jobs/?node={node.address}&amp;view=embed"' in page


def test_page_of_a_node_that_has_not_reported(client: Client) -> None:
    node = Node.objects.create(address=address("silent"), specs_error="The host answered 502.")

    page = plain(get(client, f"/nodes/{node.address}/"))

    assert "Its machine could not be asked for: The host answered 502. Nothing was known before." in page
    assert "Not reported yet." in page
    assert "It has not been seen in a known market." in page


def test_page_for_htmx_is_what_it_does_now(client: Client) -> None:
    page = get(client, f"/nodes/{make_node().address}/", **HTMX)

    assert page.strip().startswith('<div class="stack" id="now">')


def test_page_asks_as_many_queries_for_a_busier_node(client: Client) -> None:
    market = make_seed_market()
    node = make_node(market=market)
    url = f"/nodes/{node.address}/"
    few = queries(client, url)
    for number in range(20):
        make_finished(market, number, node=node)
    make_job(market, "runs", node=node)

    assert queries(client, url) == few
    assert few <= 19


@pytest.mark.parametrize("name", ["nobody", "%00", address("nobody"), "0OIl", "x" * 3000])
def test_unknown_node_is_404_and_says_what_was_looked_for(client: Client, name: str) -> None:
    response = client.get(f"/nodes/{name}/")

    assert response.status_code == 404
    looked_for = "␀" if name == "%00" else name[:99]
    assert f"No node with the address “{looked_for}" in response.content.decode()


@pytest.mark.parametrize(
    ("sort", "column"),
    [
        ("vram", "vram_mb"),
        ("ram", "ram_mb"),
        ("disk", "disk_gb"),
        ("down", "download_mbps"),
        ("cpu", "cpu"),
        ("cuda", "cuda_version"),
        ("country", "country"),
        ("driver", "driver_version"),
        ("version", "node_version"),
        ("uptime", "uptime"),
    ],
)
def test_list_sorts_by_every_column_of_the_machine(client: Client, sort: str, column: str) -> None:
    values = [1, 2, None] if column.endswith(("_mb", "_gb", "_mbps", "uptime")) else ["a", "b", ""]
    small, large, absent = (make_node(str(value), **{column: value}).address for value in values)

    def shown(query: str) -> list[str]:
        return cells(get(client, f"/nodes/?sort={query}"), 0)

    assert shown(sort) == [short(absent), short(small), short(large)]
    assert shown(f"-{sort}") == [short(large), short(small), short(absent)]


def test_list_sorts_by_jobs_success_busy_share_and_market(client: Client) -> None:
    facts: dict[str, dict[str, Any]] = {
        "a": {"jobs": 9, "succeeded": 1, "failed": 3, "busy_share": 0.5, "market": make_market("Zwei")},
        "b": {"jobs": 30, "succeeded": 0, "failed": 0, "busy_share": 0.2, "market": None},
        "c": {"jobs": 2, "succeeded": 2, "failed": 0, "busy_share": 0.9, "market": make_market("Eins")},
    }
    shown = {short(make_node(name, **each).address): name for name, each in facts.items()}

    def order(sort: str) -> str:
        return "".join(shown[cell] for cell in cells(get(client, f"/nodes/?sort={sort}"), 0))

    assert [order(f"-{sort}") for sort in ("jobs", "success", "busy", "market")] == ["bac", "cab", "cab", "acb"]
    assert [order(sort) for sort in ("jobs", "success", "busy", "market")] == ["cab", "bac", "bac", "bca"]
