"""The pages of readiness: for a job, for a pasted text, side by side, and on the job's own page."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from jobs.readiness import readiness
from markets.choices import QueueType
from markets.models import ImageRecord, Market
from tests.jobs.catalog import hold
from tests.jobs.catalog import make_image as catalogue
from tests.jobs.factories import make_definition, make_job
from tests.jobs.pages import dangers, part, words
from tests.markets.factories import SEED_RESOURCE, address, make_image, make_market, make_node, make_resource
from tests.markets.pages import HTMX, get, plain, queries, rows

pytestmark = pytest.mark.django_db

VLLM = "docker.io/vllm/vllm-openai:v0.5.4"
DEFINITION: dict[str, Any] = {
    "version": "0.1",
    "type": "container",
    "ops": [
        {
            "type": "container/run",
            "id": "serve",
            "args": {"image": VLLM, "resources": [{**SEED_RESOURCE, "target": "/models"}]},
        }
    ],
}
HOSTILE = "<script>alert(1)</script>\"' onload=x \u202ejavascript:alert(1)\x07"
#: The cells of a row, without the place to tick.
MARKET, START, ITEMS, FREE, WAITING, WAIT, VRAM, SUCCESS, AFTER, USD = range(1, 11)


def free(name: str, *nodes: str, **facts: Any) -> Market:
    """Create a market in which these nodes wait for a job."""
    queue = [make_node(node).pk for node in nodes]
    return make_market(name, queue_type=QueueType.NODES, queue=queue, **facts)


def waiting(name: str, jobs: int, **facts: Any) -> Market:
    """Create a market in which jobs wait for a node."""
    queue = [address(f"{name} {number}") for number in range(jobs)]
    return make_market(name, queue_type=QueueType.JOBS, queue=queue, **facts)


@pytest.fixture
def network():
    """Four markets: ready, one that has to download, one with a queue, one that is too dear but ready."""
    ready, cold = free("NVIDIA 3090", "a", "b"), free("NVIDIA 4090", "c", gpu_types=["NVIDIA GeForce RTX 4090"])
    queued = waiting("NVIDIA A100", 3)
    make_image(ready, VLLM)
    make_resource(ready, SEED_RESOURCE)
    make_image(cold, "vllm/vllm-openai:v0.5.4")
    make_image(queued, "vllm/vllm-openai:latest")
    return ready, cold, queued


def a_job(market: Market, definition: Any = DEFINITION, **facts: Any) -> Any:
    job = make_job(market=market, timeout=7200, **facts)
    make_definition(job, definition)
    return job


def summaries(timeout: int = 7200) -> dict[str, str]:
    """Return what the engine says of each market in a sentence; its own tests see to the words."""
    return {market.name: market.summary for market in readiness(DEFINITION, timeout=timeout).markets}


def test_page_for_a_job_ranks_every_market_for_its_timeout(client, network):
    ready, cold, queued = network
    ImageRecord.objects.create(image=catalogue(VLLM), market=ready, runs=4, succeeded=3, failed=1, median_start_s=61)
    page = get(client, f"/readiness/?job={a_job(cold).pk}")
    found = rows(re.sub(r'<tr class="on">', "<tr>", page))
    told = summaries()
    assert [(row[MARKET], row[START]) for row in found] == [
        ("1 NVIDIA 3090", told["NVIDIA 3090"]),
        ("2 NVIDIA 4090 its own", told["NVIDIA 4090"]),
        ("3 NVIDIA A100", told["NVIDIA A100"]),
    ]
    assert [row[FREE:] for row in found] == [
        ["2 , 2 warm", "0", "–", "fits 24 GB", "75.0 % of 4", "1m 01s", "0.3168"],
        ["1 , 0 warm", "0", "–", "fits 24 GB", "–", "–", "0.3168"],
        ["0 , 0 warm", "3", "–", "fits 24 GB", "–", "–", "0.3168"],
    ]
    assert [row[ITEMS].partition("Why")[0].strip() for row in found] == [
        "2 cached",
        "1 under another name 1 to download",
        "1 other tag 1 to download",
    ]
    assert "cached docker.io/vllm/vllm-openai:v0.5.4 Required here, so every node has it." in found[0][ITEMS]
    assert 'value="2"' in part(page, "ask")


def test_page_takes_a_timeout_in_minutes_or_hours_and_a_gpu(client, network):
    job = a_job(network[0])
    page = get(client, f"/readiness/?job={job.pk}&timeout=90&unit=minutes&gpu=NVIDIA+GeForce+RTX+4090")
    assert [(row[MARKET], row[USD]) for row in rows(page)] == [("2 NVIDIA 4090", "0.2376")]
    assert "1 of 3, soonest first; prices are for 1h 30m at most" in plain(page)
    assert [row[USD] for row in rows(get(client, f"/readiness/?job={job.pk}&timeout=0.5&unit=hours"))] == ["0.0792"] * 3


def test_page_compares_markets_and_stresses_what_differs(client, network):
    ready, cold, queued = network
    url = f"/readiness/?job={a_job(ready).pk}&compare={ready.pk},{queued.pk}"
    page = get(client, url)
    table = part(page, "compare")
    lines = re.findall(r'<tr class="(differs|same)">(.*?)</tr>', table, re.S)
    shown = [
        (css, *(plain(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line, re.S))) for css, line in lines
    ]
    assert shown[:6] == [
        ("differs", "≠ differs: Place", "1 best", "3"),
        ("differs", "≠ differs: Start", summaries()["NVIDIA 3090"], summaries()["NVIDIA A100"]),
        ("differs", "≠ differs: Free nodes", "2 best", "0"),
        ("differs", "≠ differs: of them hold everything", "2 best", "0"),
        ("differs", "≠ differs: Jobs waiting", "0 best", "3"),
        ("same", "Median wait", "–", "–"),
    ]
    assert shown[9] == ("same", "Price, USD", *["0.317 0.0288 of it is the network's fee"] * 2)
    assert shown[11] == (
        "differs",
        f"≠ differs: {VLLM} image, op serve",
        "cached Required here, so every node has it. Kept under this name.",
        "other tag Another tag of it is required: vllm/vllm-openai:latest.",
    )
    assert "7 lines differ, marked ≠" in plain(table)
    assert len(re.findall(r'<tr class="on">', page)) == 2


def test_ticked_boxes_become_one_list_in_the_address(client, network):
    ready, cold, _ = network
    job = a_job(ready)
    response = client.get(f"/readiness/?job={job.pk}&timeout=&compare={ready.pk}&compare={cold.pk}")
    assert (response.status_code, response["Location"]) == (
        302,
        f"/readiness/?job={job.pk}&compare={ready.pk}%2C{cold.pk}",
    )


def test_page_asks_about_one_market_alone(client, network):
    ready, cold, _ = network
    page = get(client, f"/readiness/?job={a_job(ready).pk}&market={cold.pk}")
    assert [row[MARKET] for row in rows(page)] == ["1 NVIDIA 4090"]
    assert "only NVIDIA 4090" in plain(page)
    assert f'href="/readiness/?market={cold.pk}"' in get(client, f"/markets/{cold.pk}/")
    assert f'name="market" value="{cold.pk}"' in get(client, f"/readiness/?market={cold.pk}")
    posted = client.post("/readiness/", {"text": json.dumps(DEFINITION), "market": cold.pk}).content.decode()
    assert [row[MARKET] for row in rows(posted)] == ["1 NVIDIA 4090"]


def test_pasted_text_is_answered_and_kept_in_the_form(client, network):
    text = json.dumps(DEFINITION)
    response = client.post("/readiness/", {"text": text, "timeout": "1", "unit": "hours"})
    page = response.content.decode()
    assert (response.status_code, [row[MARKET] for row in rows(page)]) == (
        200,
        ["1 NVIDIA 3090", "2 NVIDIA 4090", "3 NVIDIA A100"],
    )
    assert html.escape(text) in page
    compared = client.post("/readiness/", {"text": text, "compare": [network[0].pk, network[1].pk]}).content.decode()
    assert "Side by side" in words(compared, "compare")


def test_pasted_text_that_cannot_be_read_shows_the_findings(client, network):
    response = client.post("/readiness/", {"text": '{"ops": [}'})
    page = response.content.decode()
    assert response.status_code == 422
    assert re.search(r"Error N[A-Z]\d+ .* line 1, column \d+", words(page, "unreadable"))
    assert "{&quot;ops&quot;: [}" in page
    assert client.post("/readiness/", {"text": "[1, 2]"}).status_code == 422


def test_pasted_text_that_the_network_would_refuse_is_answered_all_the_same(client, network):
    response = client.post("/readiness/", {"text": json.dumps({"ops": DEFINITION["ops"]})})
    assert (response.status_code, "The network would refuse this definition" in plain(response.content.decode())) == (
        200,
        True,
    )


def test_empty_page_is_a_form(client):
    page = get(client, "/readiness/")
    assert ("<textarea" in page, "<table" in page) == (True, False)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("?job=x", "“x” is not the address of a job: those have 32 to 44 letters and digits."),
        ("?timeout=0", "A job may run from one second to 100 hours."),
        ("?timeout=101&unit=hours", "A job may run from one second to 100 hours."),
        ("?timeout=soon", "The timeout is a number of minutes or hours."),
        ("?timeout=1&unit=days", "The timeout is in minutes or hours, not in “days”."),
        ("?compare=x,y", "“x” is not the address of a market"),
        ("?compare=" + ",".join(address(number) for number in range(7)), "Up to 6 markets are compared side by side"),
    ],
)
def test_page_says_what_is_wrong_with_its_address(client, query, says):
    response = client.get(f"/readiness/{query}")
    assert (response.status_code, says in html.unescape(response.content.decode())) == (400, True)


@pytest.mark.parametrize("query", [f"?job={address('none')}", f"?market={address('none')}"])
def test_page_of_nothing_is_not_found(client, query):
    assert client.get(f"/readiness/{query}").status_code == 404


@pytest.mark.parametrize(
    ("definition", "text", "says"),
    [
        ({"ops": [], "logistics": {"send": {}}}, None, "This job is confidential."),
        (None, "{", "The definition of this job cannot be read."),
        (None, "", "The definition is not here yet."),
    ],
)
def test_page_and_panel_are_honest_where_nothing_can_be_told(client, network, definition, text, says):
    job = make_job(market=network[0])
    make_definition(job, definition, text=text)
    page = get(client, f"/readiness/?job={job.pk}")
    assert (says in plain(page), "<table" in page) == (True, False)
    told = plain(get(client, f"/readiness/?job={job.pk}&view=panel", **HTMX))
    assert told in {
        "Its ops are not public, so nobody can tell.",
        "Its definition cannot be read; no node could run it.",
        "Its definition is not here yet.",
    }
    assert client.get(f"/readiness.json?job={job.pk}").status_code == 404


def panel(client: Client, job: Any) -> str:
    return plain(get(client, f"/readiness/?job={job.pk}&view=panel", **HTMX))


def test_panel_names_the_markets_that_start_the_job_sooner(client, network):
    assert panel(client, a_job(network[2])) == (
        "2 of 3 markets would start it sooner than NVIDIA A100 does now. "
        f"NVIDIA 3090 0.317 USD {summaries()['NVIDIA 3090']} "
        f"NVIDIA 4090 0.317 USD {summaries()['NVIDIA 4090']} All markets for this job"
    )


def test_panel_says_that_nothing_is_faster(client, network):
    cheaper = free("NVIDIA 3060", "d", usd_reward_per_hour="0.01")
    make_image(cheaper, VLLM)
    make_resource(cheaper, SEED_RESOURCE)
    assert panel(client, a_job(network[0])) == (
        f"None of 4 markets. Its own, NVIDIA 3090 : {summaries()['NVIDIA 3090']} All markets for this job"
    )


def test_panel_of_a_market_that_is_gone_says_so(client, network):
    gone = make_market("gone", is_listed=False)
    assert panel(client, a_job(gone)).startswith(
        "Its own market is not listed any more. Soonest for it now: NVIDIA 3090"
    )


def test_job_page_asks_for_the_panel_and_links_to_the_table(client, network):
    job = a_job(network[0])
    text = part(get(client, f"/jobs/{job.pk}/"), "readiness")
    assert f'hx-get="/readiness/?job={job.pk}&amp;view=panel"' in text
    assert f'<a href="/readiness/?job={job.pk}">All markets for this job</a>' in text


def test_json_answers_a_job_as_the_api_answers_its_text(client, network):
    job = a_job(network[0])
    own = json.loads(client.get(f"/readiness.json?job={job.pk}&timeout=30").content)
    posted = client.post("/api/readiness?timeout=1800", json.dumps(DEFINITION), content_type="application/json")
    assert own == json.loads(posted.content)
    assert client.get("/readiness.json").status_code == 400


def test_hostile_text_stays_text(client):
    market = free(HOSTILE, "a", slug="x", gpu_types=[HOSTILE])
    make_image(market, HOSTILE)
    ops = [{"type": "container/run", "id": HOSTILE, "args": {"image": HOSTILE + "x" * 3000}}]
    text = json.dumps({"version": "0.1", "type": "container", "ops": ops})
    page = client.post("/readiness/", {"text": text, "compare": market.pk}).content.decode()
    assert dangers(page) == []
    job = a_job(market, {"ops": ops})
    assert dangers(get(client, f"/readiness/?job={job.pk}&compare={market.pk}")) == []
    assert dangers(get(client, f"/readiness/?job={job.pk}&view=panel", **HTMX)) == []


def test_many_items_are_cut(client, network):
    ops = [{"type": "container/run", "id": f"op{n}", "args": {"image": f"image:{n}"}} for n in range(70)]
    page = client.post("/readiness/", {"text": json.dumps({"ops": ops}), "compare": network[0].pk}).content.decode()
    assert plain(page).count("50 more items, all told by the API.") == 3
    assert "10 more items; those that differ come first." in plain(page)


def test_queries_do_not_grow(client, network):
    job = a_job(network[0])
    image = catalogue(VLLM)
    urls = [f"/readiness/?job={job.pk}&compare={network[0].pk}", f"/readiness/?job={job.pk}&view=panel"]
    before = [queries(client, url) for url in urls]
    for number in range(8):
        market = free(f"more {number}", f"node {number}")
        make_image(market, VLLM)
        hold(make_node(f"warm {number}"), image, used_at=timezone.now())
    assert [queries(client, url) for url in urls] == before
