from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from markets.choices import QueueType
from markets.models import Market, MarketHistory, MarketRecord
from tests.markets.curators import untimed
from tests.markets.factories import (
    SEED_IMAGES,
    SEED_MARKET,
    SEED_RESOURCE,
    address,
    make_finished,
    make_image,
    make_job,
    make_market,
    make_node,
    make_resource,
    make_seed_market,
)
from tests.markets.pages import HTMX, cells, get, plain, queries, rows, short, titles

pytestmark = pytest.mark.django_db

HOSTILE = "<script>alert(1)</script>\u202e\u0007" + "A" * 100


def test_list_shows_every_figure(client: Client) -> None:
    market = make_market(queue_type=QueueType.NODES, queue=[address("a"), address("b")])
    node = make_node(market=market)
    make_job(market, "runs", node=node)
    for number in range(3):
        make_finished(market, number, node=node)
    make_finished(market, "fails", node=node, outcome="failed")
    make_finished(market, "old", node=node, outcome="failed", ended_at=timezone.now() - timedelta(days=8))
    make_finished(market, "unjudged", node=node, outcome="")
    make_image(market, "docker.io/nosana/whisper:latest")
    make_image(market, "gone", removed_at=timezone.now())
    make_resource(market, {"type": "Ollama", "model": "gemma3:4b"})

    MarketRecord.objects.create(market=market, waits=9, median_wait_s=150)
    MarketHistory.objects.create(
        market=market, unit="day", at=timezone.now(), reads=2, waiting=0, most_waiting=0, free=6, most_free=3, running=2
    )

    page = get(client, "/markets/")

    assert [[*row[:-1], untimed(row[-1])] for row in rows(page)] == [
        [
            "NVIDIA 3090",
            "NVIDIA GeForce RTX 3090",
            "24 GB",
            "Premium",
            "0.1584",
            "0.5108",
            "2 free",
            "1",
            "1",
            "75.0 % of 4",
            "2m 30s",
            "25.0 %",
            "1 + 1",
            "then",
        ]
    ]


def test_list_is_busiest_first_and_sorts_by_every_column(client: Client) -> None:
    make_market("Calm", usd_reward_per_hour="0.1")
    busy = make_market("Busy", usd_reward_per_hour="0.3")
    make_market("Unpriced", usd_reward_per_hour=None, required_at=None)
    make_job(busy, node=make_node(market=busy))

    assert cells(get(client, "/markets/"), 0) == ["Busy", "Calm", "Unpriced"]
    assert cells(get(client, "/markets/?sort=usd"), 0) == ["Calm", "Busy", "Unpriced"]
    assert cells(get(client, "/markets/?sort=-usd"), 0) == ["Busy", "Calm", "Unpriced"]
    assert cells(get(client, "/markets/?sort=-name"), 0) == ["Unpriced", "Calm", "Busy"]
    links = re.findall(r'href="(\?[^"]*sort=[^"]*)"', get(client, "/markets/"))
    assert len(links) == 14
    for link in links:
        assert set(cells(get(client, f"/markets/{link}"), 0)) == {"Calm", "Busy", "Unpriced"}


def test_list_filters_by_type_and_by_text_in_name_slug_gpu_or_address(client: Client) -> None:
    make_market("NVIDIA 3090")
    other = make_market("Lab", slug="l40s-lab", type="OTHER", gpu_types=["NVIDIA L40S"])

    assert cells(get(client, "/markets/?type=OTHER"), 0) == ["Lab"]
    for text in ("lab", "L40S-LAB", "nvidia l40", other.address):
        assert cells(get(client, f"/markets/?q={text}"), 0) == ["Lab"]
    assert "No market matches" in get(client, "/markets/?q=nothing")


def test_list_marks_unlisted_markets_and_hides_those_without_jobs(client: Client) -> None:
    make_market("Vanished", is_listed=False)
    make_job(make_market("Vanished with jobs", is_listed=False), "a")
    named_by_job = Market.objects.create(address=address("named"))
    make_job(named_by_job, "b")

    shown = cells(get(client, "/markets/"), 0)

    short = f"{named_by_job.address[:4]}…{named_by_job.address[-4:]}"
    assert shown == [f"{short} unlisted", "Vanished with jobs unlisted"]


def test_list_without_markets_says_why(client: Client) -> None:
    assert "No markets yet" in get(client, "/markets/")


@pytest.mark.parametrize("query", ["type=" + "x" * 41, "sort=nonsense", "sort=-", "q=" + "x" * 201, "q=%00"])
def test_list_with_a_bad_value_says_so(client: Client, query: str) -> None:
    make_market()

    assert client.get(f"/markets/?{query}").status_code == 400
    response = client.get(f"/markets/?{query}", headers=HTMX)
    assert response.status_code == 422
    assert "callout is-failed" in response.content.decode()


def test_list_for_htmx_is_the_rows_alone_and_names_its_own_address(client: Client) -> None:
    make_market()

    response = client.get("/markets/?type=&q=nvidia", headers={**HTMX, "HX-Trigger": "filter"})

    page = response.content.decode()
    assert page.strip().startswith('<section class="panel" id="rows"')
    assert "<html" not in page
    assert '<span hx-swap-oob="innerHTML:#count">1 shown</span>' in page
    assert response["HX-Push-Url"] == "/markets/?q=nvidia"
    assert "HX-Request" in response["Vary"]
    plain_filter = client.get("/markets/?type=&q=", headers={**HTMX, "HX-Trigger": "filter"})
    assert plain_filter["HX-Push-Url"] == "/markets/"


def test_list_asks_as_many_queries_for_more_markets(client: Client) -> None:
    def add(first: int, last: int) -> None:
        for number in range(first, last):
            market = make_market(f"Market {number}", queue_type=QueueType.NODES, queue=[address(number)])
            node = make_node(number, market=market)
            make_job(market, f"runs {number}", node=node)
            make_finished(market, f"ended {number}", node=node)
            make_image(market, "ubuntu")

    add(0, 3)
    few = queries(client, "/markets/")
    add(3, 12)

    assert queries(client, "/markets/") == few
    assert few <= 10


def test_page_of_the_seed_market_lists_what_the_document_prints(client: Client) -> None:
    make_seed_market()

    page = get(client, f"/markets/{SEED_MARKET}/")

    assert sorted(titles(page, "img")) == sorted(SEED_IMAGES)
    assert [plain(image) for image in re.findall(r'<span class="img"[^>]*>(.*?)</span>\s*</th>', page, re.S)] == [
        plain(re.sub(r"^([^/]+/)(.*)(:[^:]+)$", r"\1 \2 \3", reference)) for reference in sorted(SEED_IMAGES)
    ]
    assert titles(page, "mono") == [SEED_RESOURCE["url"]]
    assert f'<a href="{SEED_RESOURCE["url"]}" rel="noopener nofollow noreferrer">' in page
    assert re.search(r'<th scope="row"><a href="/resources/S3/[^"]+" [^>]*>S3</a></th>', page)


def test_required_resources_as_json_follow_the_networks_contract(client: Client) -> None:
    make_seed_market()

    response = client.get(f"/markets/{SEED_MARKET}/required-resources.json")

    assert response["Content-Type"] == "application/json"
    assert json.loads(response.content) == {
        "required_images": sorted(SEED_IMAGES),
        "required_remote_resources": [SEED_RESOURCE],
    }


def test_required_resources_as_json_never_say_an_empty_list_for_an_unknown_one(client: Client) -> None:
    market = make_market(required_at=None)

    unfetched = client.get(f"/markets/{market.address}/required-resources.json")
    unknown = client.get(f"/markets/{address('nobody')}/required-resources.json")

    assert (unfetched.status_code, unfetched.json()["name"]) == (503, "NotFetched")
    assert (unknown.status_code, unknown.json()["name"]) == (404, "NotFound")


def test_credentials_are_shown_nowhere(client: Client) -> None:
    market = make_market()
    secret = {"IAM": {"access_key_id": "AKIASECRET", "secret_access_key": "hidden"}, "accessToken": "hidden"}
    make_resource(market, {"type": "S3", "url": "s3://bucket", **secret})

    for url in (f"/markets/{market.address}/", f"/markets/{market.address}/required-resources.json"):
        body = get(client, url)
        assert not re.search("AKIASECRET|hidden_|accessToken|secret_access_key|: hidden|hidden<", body)
        assert '"hidden"' not in body


def test_page_says_where_else_an_entry_is_required(client: Client) -> None:
    here = make_market("Here")
    make_image(here, "docker.io/nosana/everywhere:1")
    make_image(here, "docker.io/nosana/half:1")
    make_image(here, "docker.io/nosana/only:1")
    make_resource(here, {"type": "Ollama", "model": "gemma3:4b", "target": "/models"})
    for number, references in enumerate(
        (["nosana/everywhere:1", "half"], ["registry.hub.docker.com/nosana/everywhere:1"])
    ):
        other = make_market(f"Other {number}")
        for reference in references:
            make_image(other, reference.replace("half", "index.docker.io/nosana/half:1"))
        make_image(other, "nosana/only:2")
    make_resource(Market.objects.get(name="Other 0"), {"type": "Ollama", "model": "gemma3:4b"})
    make_image(make_market("Unlisted", is_listed=False), "docker.io/nosana/only:1")

    page = get(client, f"/markets/{here.address}/")

    assert re.findall(r'data-label="Where">([^<]*)<', page) == [
        "every market",
        "2 of 3 markets",
        "only here",
        "2 of 3 markets",
    ]
    assert "target" in page


def test_page_lists_what_is_no_longer_required(client: Client) -> None:
    market = make_market()
    day = timezone.now() - timedelta(days=3)
    make_image(market, "docker.io/nosana/old:1", since=day - timedelta(days=9), removed_at=day)
    make_image(market, "docker.io/nosana/new:1")

    page = get(client, f"/markets/{market.address}/")

    gone = page.partition("No longer required")[2].partition("</details>")[0]
    assert "docker.io/nosana/old:1" in gone
    assert "docker.io/nosana/new:1" not in gone
    assert titles(page, "img") == ["docker.io/nosana/new:1"]


@pytest.mark.parametrize(
    ("facts", "has_image", "sentence"),
    [
        ({"required_at": None}, False, "Not fetched yet. The list is asked for"),
        ({"required_at": None}, True, "from the market list"),
        (
            {"required_error": "The host answered 502."},
            True,
            "The last refresh failed , now : The host answered 502. What was last known, from now , is shown.",
        ),
        (
            {"required_at": None, "required_error": "The host answered 502."},
            False,
            "The list could not be fetched , now : The host answered 502. Nothing was known before.",
        ),
    ],
)
def test_page_says_how_the_required_list_stands(
    client: Client, facts: dict[str, object], has_image: bool, sentence: str
) -> None:
    market = make_market(required_failed_at=timezone.now() if facts.get("required_error") else None, **facts)
    if has_image:
        make_image(market, "ubuntu")

    assert sentence in plain(get(client, f"/markets/{market.address}/"))


def test_page_reads_out_price_queue_nodes_and_success(client: Client) -> None:
    market = make_market(queue_type=QueueType.JOBS)
    node = make_node(market=market)
    queued = make_job(market, "queued")
    market.queue = [address("unknown job"), queued.address]
    market.save()
    make_job(market, "runs", node=node)
    make_finished(market, "ok", node=node)

    page = get(client, f"/markets/{market.address}/")

    readout = plain(page.partition('<dl class="readout">')[2].partition("</dl>")[0])
    assert readout == (
        "Price now 0.158 USD/h 0.144 host + 0.0144 fee In NOS now 0.510840 NOS/h 0.464400 host + 0.046440 fee "
        "Queue now 2 jobs waiting no free node Nodes 1 busy of 1 known 1 job running "
        "Success 100 % 1 job, 7 days VRAM 24 GB lowest of any node Required 0 entries 0 images, 0 resources"
    )
    line = page.partition('<ol class="line">')[2].partition("</ol>")[0]
    assert re.findall(r'data-copy="([^"]*)"', line) == market.queue
    assert re.findall(r'<a href="([^"]*)"', line) == [f"/jobs/{queued.address}/"]


def test_page_lists_every_fact_with_its_unit(client: Client) -> None:
    twin = make_market("Community", type="COMMUNITY")
    market = make_market(node_xnos_minimum=12_500_000, relation=twin.address)

    page = get(client, f"/markets/{market.address}/")

    chain, listed = (plain(part.partition("</dl>")[0]) for part in page.split('<dl class="kv panel-body">')[1:])
    assert chain == (
        "Price 129 µNOS/s, for the host Job timeout 7,200 s = 2h 00m "
        "Expiration 259,200 s = 3d 00h after the end Node stake 12.5 xNOS at least Queue empty "
        f"Access key {short(market.node_access_key)} Authority {short(market.authority)}"
    )
    assert listed == (
        "Slug nvidia-3090 Type PREMIUM GPU types NVIDIA GeForce RTX 3090 Lowest VRAM 24 GB Host rate, USD 0.144 USD/h "
        "Host rate, NOS 0.000129 NOS/s Job price 0.0001419 NOS/s Network fee 10 % Uptime reward 0.5 USD/day at most "
        f"Access NFT {short(market.sft)} Twin Community Address {market.address}"
    )
    assert f'<a href="/markets/{twin.address}/">' in page


def test_page_of_a_market_that_only_a_job_names(client: Client) -> None:
    market = Market.objects.create(address=address("named"))

    page = plain(get(client, f"/markets/{market.address}/"))

    assert "The network's market list does not have this market." in page
    assert "account not read yet" in page


def test_page_brings_nodes_and_leaves_jobs_to_the_job_list(client: Client) -> None:
    market = make_market()
    for number in range(22):
        make_node(number, market=market, seen_at=timezone.now() - timedelta(minutes=number))

    page = get(client, f"/markets/{market.address}/")

    nodes = page.partition('id="nodes"')[2].partition("</section>")[0]
    assert re.findall(r'href="/nodes/([^/"]+)/"', nodes) == [address(f"node {number}") for number in range(20)]
    assert f'href="/nodes/?market={market.address}">all 22</a>' in nodes
    assert f'hx-get="/jobs/?market={market.address}&amp;view=embed"' in page
    assert f'<a href="/jobs/?market={market.address}">Jobs of this market</a>' in page


def test_page_for_htmx_is_the_required_list_alone(client: Client) -> None:
    market = make_seed_market()

    page = get(client, f"/markets/{market.address}/", **HTMX)

    assert page.strip().startswith('<div class="stack" id="required">')
    assert len(titles(page, "img")) == 7


def test_page_asks_as_many_queries_for_more_rows(client: Client) -> None:
    market = make_market(queue_type=QueueType.NODES)

    def add(first: int, last: int) -> None:
        for number in range(first, last):
            node = make_node(number, market=market)
            make_job(market, number, node=node)
            make_image(market, f"image:{number}")
            make_resource(market, {"type": "Ollama", "model": f"model:{number}"})
            market.queue.append(node.address)
        market.save()

    url = f"/markets/{market.address}/"
    add(0, 2)
    few = queries(client, url)
    add(2, 12)

    assert queries(client, url) == few
    assert few <= 22


def test_slug_leads_to_the_address_of_the_listed_market(client: Client) -> None:
    make_market("Old", slug="nvidia-3090", is_listed=False)
    market = make_market("New", slug="nvidia-3090")

    response = client.get("/markets/nvidia-3090/")

    assert (response.status_code, response["Location"]) == (302, f"/markets/{market.address}/")


@pytest.mark.parametrize("key", ["nothing", address("nobody"), "%00", "%E2%80%AE", "x" * 3000])
def test_unknown_market_is_404_and_says_what_was_looked_for(client: Client, key: str) -> None:
    response = client.get(f"/markets/{key}/")

    assert response.status_code == 404
    shown = {"%00": "␀", "%E2%80%AE": "[U+202E]"}.get(key, key[:99])
    assert f"No market is known by the address or name “{shown}" in response.content.decode()


def test_hostile_text_is_inert(client: Client) -> None:
    market = make_market(
        "Bad",
        name=HOSTILE,
        slug=HOSTILE[:100],
        type="<b>\u202e",
        gpu_types=[HOSTILE, "B" * 100_000],
        required_error=HOSTILE,
        required_failed_at=timezone.now(),
    )
    make_image(market, HOSTILE)
    make_image(market, "x" * 2000)
    make_resource(market, {"type": HOSTILE[:40], "url": "javascript:alert(1)", HOSTILE: [HOSTILE, {"a": HOSTILE}]})
    make_node(market=market, gpu_name=HOSTILE, cpu=HOSTILE, country="\u202e<i>", cuda_version="<u>", node_version="<s>")

    for url in (
        "/markets/",
        f"/markets/{market.address}/",
        "/nodes/",
        f"/nodes/{make_node('b', market=market).address}/",
    ):
        page = get(client, url)
        assert "<script>alert" not in page
        assert "\u202e" not in page
        assert "\u0007" not in page
        assert not re.search(r'href="javascript:', page)
        assert not re.search(r"<(u|s)>", page)
        assert len(page) < 200_000
