"""The catalog: lists and pages of images and resources, whatever they are called."""

from __future__ import annotations

import html
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from jobs.sync import catalog
from markets.choices import QueueType
from markets.models import Curated, Image, ImageRecord
from tests.jobs.catalog import hold, make_image, make_resource, use
from tests.jobs.factories import make_definition, make_job
from tests.jobs.pages import dangers, part, words
from tests.markets.factories import SEED_RESOURCE, address, make_market, make_node, make_seed_market
from tests.markets.factories import make_image as require
from tests.markets.factories import make_resource as require_resource
from tests.markets.pages import HTMX, cells, get, plain, queries, rows, short

pytestmark = pytest.mark.django_db

VLLM = "docker.io/vllm/vllm-openai:v0.5.4"
HUB_STATS = "registry.hub.docker.com/nosana/stats:v1.0.4"
DREAMSHAPER = "https://models.nosana.io/stable-diffusion/dreamshaper/8"
HOSTILE = [
    "<script>alert(1)</script>\"' onload=x",
    "docker.io/library/busybox:\u202egnp.exe\u202c",
    "javascript:alert(1)//",
    "../../admin/",
    "a%2Fb?c=d&e#f",
    "//evil.example/x",
    "tab\there\nand there",
    "A" * 1000,
    "漢" * 600,
    "@handle",
    "x.json",
    "trailing/",
]


@pytest.fixture
def market():
    return make_market("NVIDIA 3090")


# --- figures ------------------------------------------------------------------------------------------------------


def test_count_counts_jobs_uses_and_markets_of_every_entry(market):
    image, other, resource = make_image(VLLM), make_image("ubuntu"), make_resource("S3", DREAMSHAPER)
    use(market, 1, image, resource)
    use(market, 2, image, outcome="failed")
    use(market, 3, other, state=0, outcome="", started_at=None, ended_at=None)
    use(market, 4, image, resource, delisted_at=timezone.now(), state=0, outcome="", started_at=None, ended_at=None)
    require(market, "vllm/vllm-openai:v0.5.4")
    require(make_market("unlisted", is_listed=False), VLLM)
    require_resource(market, SEED_RESOURCE)
    changed = catalog.count()
    for entry in (image, other, resource):
        entry.refresh_from_db()
    figures = [(e.jobs, e.succeeded, e.failed, e.ended, e.seconds, e.markets) for e in (image, other, resource)]
    assert figures == [(3, 1, 1, 2, 960, 1), (1, 0, 0, 0, 0, 0), (2, 1, 0, 1, 480, 1)]
    assert all(e.used_at and timezone.now() - e.used_at < timedelta(minutes=11) for e in (image, other, resource))
    assert (changed, catalog.count()) == (4, 0)  # the market's own name of the image was catalogued


def test_count_finds_the_day_of_an_old_use_of_an_image_and_the_moment_of_a_resource(market):
    entries = image, resource, never = make_image(VLLM), make_resource("S3", DREAMSHAPER), make_resource("HF", "never")
    day = timezone.now() - timedelta(days=40)
    for name, at in enumerate((day - timedelta(days=3), day)):
        use(market, name, image, resource, listed_at=at, started_at=at, ended_at=at + timedelta(hours=2))
    catalog.count()
    for entry in entries:
        entry.refresh_from_db()
    midnight = day.replace(hour=0, minute=0, second=0, microsecond=0)
    assert [(entry.used_at, entry.jobs) for entry in entries] == [(midnight, 2), (day, 2), (None, 0)]
    assert resource.seconds == never.seconds + 2 * 7200


# --- lists --------------------------------------------------------------------------------------------------------


def make_catalog() -> None:
    used, seen = (timezone.now() - timedelta(days=days, hours=1) for days in (2, 9))
    make_image(VLLM, jobs=1200, succeeded=900, failed=100, ended=10, seconds=3610, used_at=used, markets=2)
    make_image("vllm/vllm-openai:latest", jobs=3, succeeded=1, failed=3, used_at=used + timedelta(days=1))
    make_image("ghcr.io/open-webui/open-webui:v1", markets=1)
    make_image("ubuntu", jobs=40)
    Image.objects.update(first_seen_at=seen)


def test_image_list_shows_the_figures_of_each(client):
    make_catalog()
    assert rows(get(client, "/images/")) == [
        ["vllm/vllm-openai :v0.5.4", "1,200", "90.0 %", "6m 01s", "2 markets", "2d ago", "9d ago"],
        ["ubuntu", "40", "–", "–", "–", "–", "9d ago"],
        ["vllm/vllm-openai :latest", "3", "25.0 %", "–", "–", "1d ago", "9d ago"],
        ["ghcr.io/ open-webui/open-webui :v1", "0", "–", "–", "1 market", "–", "9d ago"],
    ]


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("?sort=name", ["ghcr.io/ open-webui/open-webui :v1", "ubuntu", "vllm :latest", "vllm :v0.5.4"]),
        ("?sort=-success", ["vllm :v0.5.4", "vllm :latest", "ubuntu", "ghcr.io/ open-webui/open-webui :v1"]),
        ("?sort=-used", ["vllm :latest", "vllm :v0.5.4", "ubuntu", "ghcr.io/ open-webui/open-webui :v1"]),
        ("?sort=-markets", ["vllm :v0.5.4", "ghcr.io/ open-webui/open-webui :v1", "ubuntu", "vllm :latest"]),
        ("?use=required", ["vllm :v0.5.4", "ghcr.io/ open-webui/open-webui :v1"]),
        ("?use=used", ["vllm :v0.5.4", "ubuntu", "vllm :latest"]),
        ("?use=candidate", ["ubuntu", "vllm :latest"]),
        ("?use=unused", ["ghcr.io/ open-webui/open-webui :v1"]),
        ("?registry=ghcr.io", ["ghcr.io/ open-webui/open-webui :v1"]),
        ("?q=OPENAI", ["vllm :v0.5.4", "vllm :latest"]),
        ("?q=registry.hub.docker.com/vllm/vllm-openai", ["vllm :v0.5.4", "vllm :latest"]),
        ("?q=%25", []),
    ],
)
def test_image_list_is_filtered_and_sorted_by_its_address(client, query, shown):
    make_catalog()
    page = get(client, f"/images/{query}")
    found = cells(page, 0) if "<tbody>" in page else []
    assert found == [name.replace("vllm :", "vllm/vllm-openai :") for name in shown]


def test_image_list_pages_by_every_sort_without_loss(client):
    for number in range(120):
        make_image(f"registry.example/team-{number % 7}/image:{number}", jobs=number % 5, markets=number % 3)
    for sort in ("name", "-name", "jobs", "-jobs", "success", "-used", "-markets"):
        seen: list[str] = []
        query = f"?sort={sort}"
        while query:
            page = get(client, f"/images/{query}")
            seen += cells(page, 0)
            older = re.search(r'rel="next" href="([^"]+)"', page)
            query = html.unescape(older[1]) if older else ""
        assert (len(seen), len(set(seen))) == (120, 120), sort


def test_name_sort_pages_through_hostile_names(client):
    for number in range(60):
        make_image(f"{'😀' * 120}{number}")
    page = get(client, "/images/?sort=name")
    older = re.search(r'rel="next" href="([^"]+)"', page)
    assert older
    assert len(set(cells(page, 0)) | set(cells(get(client, "/images/" + html.unescape(older[1])), 0))) > 0
    assert len(rows(get(client, "/images/" + html.unescape(older[1])))) == 10


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("?use=often", "A use is required, used, candidate or unused, not “often”."),
        ("?sort=registry", "The list can be sorted by jobs, markets, name, success, used."),
        ("?after=nonsense", "This page's address is damaged"),
    ],
)
def test_image_list_says_what_is_wrong_with_its_address(client, query, says):
    response = client.get(f"/images/{query}")
    assert (response.status_code, says in html.unescape(response.content.decode())) == (400, True)


def test_lists_for_htmx_are_the_rows_alone(client):
    make_catalog()
    part_of = get(client, "/images/?q=ubuntu", **HTMX)
    assert ("<h1>" in part_of, cells(part_of, 0)) == (False, ["ubuntu"])
    assert client.get("/images/?use=often", headers=HTMX).status_code == 422


def test_empty_lists_say_why(client):
    assert "No images yet" in get(client, "/images/")
    assert "No resource matches" in get(client, "/resources/?q=nothing")


def test_resource_list_shows_type_and_key(client):
    make_resource("S3", DREAMSHAPER, jobs=5, succeeded=5)
    make_resource("HF", "TinyLlama/TinyLlama-1.1B-Chat-v1.0", jobs=7)
    assert [row[:3] for row in rows(get(client, "/resources/"))] == [
        ["HF", "TinyLlama/TinyLlama-1.1B-Chat-v1.0", "7"],
        ["S3", DREAMSHAPER, "5"],
    ]
    assert [row[:2] for row in rows(get(client, "/resources/?type=S3"))] == [["S3", DREAMSHAPER]]


# --- an image's page ----------------------------------------------------------------------------------------------


def test_image_page_tells_where_it_is_required_and_what_a_node_does_there(client, market):
    image = make_image("nosana/stats:v1.0.4")
    require(market, HUB_STATS)
    other = make_market("NVIDIA 4090", queue_type=QueueType.NODES, queue=["1" * 32])
    require(other, "docker.io/nosana/stats:v1.0.4")
    ran = make_market("NVIDIA A100")
    ImageRecord.objects.create(image=image, market=ran, runs=4, succeeded=3, failed=1, median_start_s=61)
    page, hub = get(client, image.get_absolute_url()), "registry.hub.docker.com/ nosana/stats :v1.0.4"
    assert rows(part(page, "markets")) == [
        ["NVIDIA 3090", "network", "7d ago", f"same image, other name {hub}", "–", "–", "–", "empty"],
        ["NVIDIA 4090", "network", "7d ago", "cached nosana/stats :v1.0.4", "–", "–", "–", "1 free"],
        ["NVIDIA A100", "no", "–", "–", "4", "75.0 %", "1m 01s", "empty"],
    ]  # fmt: skip


def test_image_page_tells_of_past_demands_and_hides_what_is_hidden(client, market):
    image = make_image(VLLM)
    require(market, VLLM, removed_at=timezone.now())
    hiding = make_market("NVIDIA 4090")
    require(hiding, VLLM)
    Curated.objects.create(market=hiding, kind="image", decision="hide", identity=VLLM, name=VLLM, reason="too large")
    text = words(get(client, image.get_absolute_url()), "markets")
    assert "No market requires it" in text
    assert "No longer required by 1 NVIDIA 3090" in text


def test_image_page_names_the_nodes_that_likely_hold_it(client, market):
    image = make_image(VLLM)
    require(market, VLLM)
    far = make_market("NVIDIA 4090", queue_type=QueueType.NODES)
    member, used, stale, told = (make_node(name) for name in ("member", "used", "stale", "told"))
    member.market = market
    member.save()
    far.queue = [used.pk]
    far.save()
    hold(used, image)
    hold(stale, image, used_at=timezone.now() - timedelta(hours=25))
    hold(told, image, used_at=None, reported_at=timezone.now() - timedelta(minutes=30))
    page = get(client, image.get_absolute_url())
    assert rows(part(page, "nodes")) == [
        [short(used.pk), "Free", "–", "NVIDIA GeForce RTX 3090", "a job used it", "1h 00m ago", "in 22h 59m"],
        [short(told.pk), "Idle", "–", "NVIDIA GeForce RTX 3090", "it says so", "–", "in 23h 29m"],
        [short(member.pk), "Idle", "NVIDIA 3090", "NVIDIA GeForce RTX 3090", "its market requires it", "–", "no end"],
    ]
    assert "On nodes now 3 likely 1 of them free" in plain(page)


def test_image_page_shows_other_names_and_tags(client, market):
    image = make_image(VLLM)
    make_image("vllm/vllm-openai:v0.5.4", jobs=9)
    make_image("registry.hub.docker.com/vllm/vllm-openai:v0.5.4", jobs=8)
    make_image("vllm/vllm-openai:latest", jobs=7, succeeded=1, failed=1, markets=1)
    page = plain(get(client, image.get_absolute_url()))
    assert (
        "Other names of it what a node does that has it so vllm/vllm-openai :v0.5.4 same image, other name 9 jobs "
        "registry.hub.docker.com/ vllm/vllm-openai :v0.5.4 same image, other name 8 jobs" in page
    )
    assert "Tag Jobs Success Markets latest 7 50.0 % 1" in page


def test_image_page_reads_its_figures_from_the_sums(client, market):
    image = make_image(VLLM)
    use(market, 1, image)
    use(market, 2, image, outcome="failed")
    page = plain(get(client, image.get_absolute_url()))
    assert "Jobs 2 2 in 30 days Success 50.0 % of 2 judged Ran 8m 00s on average, of 2 that ended" in page
    assert "Jobs that ended per day, 30 days, UTC" in page
    assert "1 completed without a failed op 0 stopped 1 with a failed op" in page


def test_pages_embed_the_jobs_of_their_entry(client, market):
    untagged, other = make_image("ubuntu"), make_image("ubuntu:24.04")
    resource, near = make_resource("S3", DREAMSHAPER), make_resource("S3", f"{DREAMSHAPER}/")
    use(market, 1, untagged, resource)
    use(market, 2, other, near)
    for entry in (untagged, resource):
        page = get(client, entry.get_absolute_url())
        embedded = re.search(r'hx-get="([^"]+view=embed)"', page)
        assert embedded
        jobs = get(client, html.unescape(embedded[1]), **HTMX)
        assert re.findall(r'href="/jobs/(\w{32,44})/"', jobs) == [address("job 1")]


def test_resource_page_matches_by_the_name_in_the_cache(client):
    market = make_seed_market()
    resource = make_resource("S3", DREAMSHAPER, jobs=3, succeeded=2, failed=1, ended=3, seconds=90)
    near = make_resource("S3", f"{DREAMSHAPER}/")
    node = make_node(market=market)
    page = get(client, resource.get_absolute_url())
    assert rows(part(page, "markets")) == [["NVIDIA 3060", "network", "7d ago", "empty"]]
    assert cells(part(page, "nodes"), 0) == [short(node.pk)]
    assert "Jobs 3 ever Success 66.7 % of 3 judged Ran 30s" in plain(page)
    assert "No market requires it." in words(get(client, near.get_absolute_url()), "markets")


def test_pages_of_what_is_required_since_a_moment_ago_are_there(client):
    market = make_seed_market()
    image = get(client, f"/images/{VLLM}/")
    resource = get(client, f"/resources/S3/{DREAMSHAPER}/")
    assert [cells(part(page, "markets"), 0) for page in (image, resource)] == [[market.name]] * 2
    assert client.get(f"/images/{VLLM}.json").status_code == 200


def test_resource_page_is_found_where_a_proxy_merged_the_slashes(client):
    resource = make_resource("S3", DREAMSHAPER)
    assert resource.get_absolute_url() == f"/resources/S3/{DREAMSHAPER}/"
    merged = client.get(resource.get_absolute_url().replace("https://", "https:/"))
    assert merged.status_code == 200
    assert f'<link rel="canonical" href="/resources/S3/{DREAMSHAPER}/">' in merged.content.decode()


def test_pages_have_one_address_each(client):
    image = make_image("ubuntu")
    response = client.get("/images/@dWJ1bnR1/")
    assert (response.status_code, response["Location"]) == (301, image.get_absolute_url())
    assert client.get("/images/ubuntu")["Location"] == "/images/ubuntu/"


@pytest.mark.parametrize("path", ["/images/unknown/", "/images/@*/", "/images/@AAA/", "/resources/S3/unknown/"])
def test_pages_of_nothing_are_not_found(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_every_name_has_an_inert_page(client, market, name):
    image, resource = make_image(name, jobs=1), make_resource(name[:40], name, jobs=1)
    require(market, name)
    require_resource(market, {"type": name[:40], "model": name})
    for entry, path in ((image, "/images/"), (resource, "/resources/")):
        url = entry.get_absolute_url()
        assert url.startswith(path)
        page = get(client, url)
        assert dangers(page) == []
        listed = get(client, path)
        assert dangers(listed) == []
        assert f'href="{html.escape(url)}"' in listed
        assert json.loads(client.get(f"{url[:-1]}.json").content)["url"] == url


def test_queries_do_not_grow(client, market):
    image, resource = make_image(VLLM), make_resource("S3", DREAMSHAPER)
    urls = ("/images/", "/resources/", image.get_absolute_url(), resource.get_absolute_url())

    def grow(start: int, end: int) -> None:
        for number in range(start, end):
            here = make_market(f"market {number}")
            require(here, VLLM)
            require_resource(here, SEED_RESOURCE)
            node = make_node(number, market=here)
            hold(node, image)
            hold(node, resource)
            make_image(f"vllm/vllm-openai:{number}")
            make_image(f"{'registry.hub.docker.com/' * (number % 2)}vllm/vllm-openai:v0.5.4")
            make_resource("HF", f"model {number}")
            ImageRecord.objects.create(image=image, market=here, runs=1, succeeded=1, failed=0)
            use(here, number, image, resource)

    grow(0, 2)
    before = [queries(client, url) for url in urls]
    grow(2, 9)
    assert [queries(client, url) for url in urls] == before


# --- links --------------------------------------------------------------------------------------------------------


def test_markets_nodes_and_jobs_link_to_what_they_name(client):
    market = make_seed_market()
    node = make_node(market=market)
    hold(node, make_resource("HF", "TinyLlama/TinyLlama-1.1B-Chat-v1.0"))
    args = {"image": VLLM, "resources": [{**SEED_RESOURCE, "target": "/models"}]}
    job = make_job(market=market)
    make_definition(job, {"ops": [{"type": "container/run", "id": "serve", "args": args}]})
    image, resource = f'href="/images/{VLLM}/"', f'href="/resources/S3/{DREAMSHAPER}/"'
    for url in (market.get_absolute_url(), node.get_absolute_url(), job.get_absolute_url()):
        page = get(client, url)
        assert (image in page, resource in page) == (True, True), url
    assert 'href="/resources/HF/TinyLlama/TinyLlama-1.1B-Chat-v1.0/"' in get(client, node.get_absolute_url())


def test_names_that_are_only_known_when_the_job_runs_are_no_links(client, market):
    job = make_job(market=market)
    ops = [
        {"type": "container/run", "id": f"op{number}", "args": {"image": image}}
        for number, image in enumerate(["%%global.variables.IMAGE%%", "x" * 2001, ""])
    ]
    make_definition(job, {"ops": ops})
    assert 'href="/images/' not in part(get(client, job.get_absolute_url()), "ops")


# --- JSON ---------------------------------------------------------------------------------------------------------


def json_of(client: Client, url: str) -> Any:
    response = client.get(url)
    assert response["Content-Type"] == "application/json"
    return response.status_code, json.loads(response.content)


def test_lists_as_json_have_the_same_rows_and_neighbours(client):
    make_catalog()
    status, answer = json_of(client, "/images.json?sort=name&use=required")
    assert (status, [row["reference"] for row in answer["images"]], answer["newer"], answer["older"]) == (
        200,
        ["ghcr.io/open-webui/open-webui:v1", VLLM],
        None,
        None,
    )
    first = answer["images"][1]
    assert {name: first[name] for name in ("url", "jobs", "success_share", "mean_run_s", "markets_requiring")} == {
        "url": reverse("jobs:image", args=[VLLM]),
        "jobs": 1200,
        "success_share": 0.9,
        "mean_run_s": 361.0,
        "markets_requiring": 2,
    }
    assert json_of(client, "/resources.json?use=often")[0] == 400
    assert json_of(client, "/images.json?after=x") == (
        400,
        {"error": "This page's address is damaged: its position in the list cannot be read."},
    )


def test_an_image_as_json_says_what_its_page_says(client, market):
    image, node = make_image("nosana/stats:v1.0.4"), make_node(market=market)
    require(market, HUB_STATS)
    hold(node, image)
    status, answer = json_of(client, "/images/nosana/stats:v1.0.4.json")
    place = answer["markets"][0]
    assert (status, answer["nodes_holding"], answer["nodes"][0]["address"], answer["markets_requiring"]) == (
        200,
        1,
        node.pk,
        1,
    )
    assert (place["address"], place["required"]["name"], place["required"]["status"]) == (
        market.pk,
        HUB_STATS,
        "same_image",
    )
    assert json_of(client, "/images/unknown.json") == (404, {"error": "No such image is known here."})
