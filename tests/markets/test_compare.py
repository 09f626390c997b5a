"""Markets side by side."""

from __future__ import annotations

import json
import re
from decimal import Decimal

import pytest
from django.test import Client

from markets.choices import QueueType
from markets.models import Market, MarketRecord
from tests.markets.factories import address, make_finished, make_image, make_job, make_market, make_node, make_resource
from tests.markets.pages import get, plain, queries

pytestmark = pytest.mark.django_db


def make_pair() -> tuple[Market, Market]:
    """Create a cheap market with waiting jobs and a dear one with free nodes."""
    cheap = make_market("Cheap", usd_reward_per_hour="0.1", queue_type=QueueType.JOBS, queue=[address("waits")])
    dear = make_market(
        "Dear", usd_reward_per_hour="0.3", queue_type=QueueType.NODES, queue=[address("a"), address("b")]
    )
    node = make_node(market=dear)
    make_job(dear, "runs", node=node)
    make_finished(dear, "ok", node=node)
    make_finished(cheap, "bad", node=make_node("other", market=cheap), outcome="failed")
    MarketRecord.objects.create(market=cheap, waits=3, median_wait_s=90, slow_wait_s=900)
    MarketRecord.objects.create(market=dear, waits=3, median_wait_s=2, slow_wait_s=900)
    for market in (cheap, dear):
        make_image(market, "docker.io/nosana/frpc:1")
    make_image(dear, "ubuntu")
    make_resource(dear, {"type": "Ollama", "model": "gemma3:4b"})
    return cheap, dear


def lines(page: str) -> dict[str, list[str]]:
    """Return the words of each line's cells, by its name; "*" marks the best."""
    table = page.partition('<table class="table table-cards sides sides-markets">')[2].partition("</table>")[0]
    found = {}
    for row in re.findall(r'<tr class="(?:differs|same)">(.*?)</tr>', table, re.S):
        name = plain(row.partition("</th>")[0])
        cells = re.findall(r"<td([^>]*)>(.*?)</td>", row, re.S)
        found[name] = [plain(cell) + ("*" if 'class="best"' in css else "") for css, cell in cells]
    return found


def test_page_shows_what_differs_and_what_is_best(client: Client) -> None:
    make_pair()

    page = get(client, "/markets/compare/?markets=cheap,dear")

    assert lines(page) == {
        "Price, USD per hour": ["0.110 , the least*", "0.330"],
        "Jobs waiting": ["1", "0 , the least*"],
        "Nodes free": ["0", "2 , the most*"],
        "Jobs running": ["0", "1"],
        "Median wait": ["1m 30s", "2s , the least*"],
        "Success": ["0 %", "100 % , the most*"],
        "Images": ["1", "2"],
        "Remote resources": ["0", "1"],
        "ubuntu image": ["–", "required"],
        "gemma3:4b Ollama": ["–", "required"],
    }
    assert "10 of 23 facts differ" in plain(page)


def test_everything_is_shown_on_request(client: Client) -> None:
    make_pair()

    page = get(client, "/markets/compare/?markets=cheap,dear&all=1")

    found = lines(page)
    assert len(found) == 23
    assert found["95 % started within"] == ["15m 00s", "15m 00s"]
    assert found["docker.io/nosana/frpc:1 image"] == ["required", "required"]
    assert found["Price, USD per hour , differs"] == ["0.110 , the least*", "0.330"]


def test_boxes_lead_to_the_one_address_of_a_comparison(client: Client) -> None:
    cheap, dear = make_pair()

    response = client.get(f"/markets/compare/?markets={cheap.pk}&markets=dear&markets={cheap.pk}")

    assert response.status_code == 302
    assert response["Location"] == f"/markets/compare/?markets={cheap.pk},dear"
    page = get(client, response["Location"])
    assert f'href="?markets={dear.pk}" title="Take it out"' in page
    assert f'<input type="hidden" name="markets" value="{cheap.pk}">' in page
    listed = get(client, "/markets/")
    assert (
        f'<input type="checkbox" form="compare" name="markets" value="{cheap.pk}" aria-label="Compare Cheap">' in listed
    )


def test_what_nobody_knows_is_named_and_the_rest_shown(client: Client) -> None:
    make_pair()

    page = plain(get(client, "/markets/compare/?markets=cheap,<b>,%00"))

    assert "No market is known by the address or name “<b>”." in page
    assert "choose another one" in page


def test_nothing_to_compare_says_what_to_do(client: Client) -> None:
    make_market()

    page = get(client, "/markets/compare/")

    assert "Nothing to compare yet" in page
    assert '<option value="' in page


def test_more_markets_than_fit_are_refused(client: Client) -> None:
    assert client.get(f"/markets/compare/?markets={','.join('abcdefg')}").status_code == 400
    response = client.get(f"/markets/compare.json?markets={','.join('abcdefg')}")
    assert (response.status_code, json.loads(response.content)) == (
        400,
        {"error": "At most 6 markets fit side by side; 7 were asked for."},
    )


def test_json_has_every_fact_with_its_values(client: Client) -> None:
    cheap, dear = make_pair()

    told = json.loads(client.get("/markets/compare.json?markets=dear,cheap").content)

    assert [market["address"] for market in told["markets"]] == [dear.pk, cheap.pk]
    facts = {fact["name"]: fact for fact in told["facts"]}
    assert facts["Price, USD per hour"] == {
        "section": "The market",
        "name": "Price, USD per hour",
        "kind": None,
        "differs": True,
        "values": ["0.33", "0.11"],
        "texts": ["0.330", "0.110"],
    }
    assert facts["ubuntu"]["values"] == [True, False]
    assert client.get("/markets/compare.json?markets=dear,nobody").status_code == 404


def test_page_asks_as_many_queries_for_longer_lists(client: Client) -> None:
    cheap, _ = make_pair()
    few = queries(client, "/markets/compare/?markets=cheap,dear")
    for number in range(30):
        make_image(cheap, f"o/x:{number}")
        make_finished(cheap, number, node=make_node(number, market=cheap))

    assert queries(client, "/markets/compare/?markets=cheap,dear") == few


def test_more_entries_than_a_page_takes_are_counted(client: Client) -> None:
    cheap, _ = make_pair()
    for number in range(70):
        make_image(cheap, f"o/x:{number}")

    page = get(client, "/markets/compare/?markets=cheap,dear&all=1")

    assert "13 more entries of the required lists are not shown." in plain(page)
    assert "docker.io/nosana/frpc:1 image" not in lines(page)  # those that all require come last


def test_a_market_with_nothing_known_is_compared(client: Client) -> None:
    bare = Market.objects.create(address=address("bare"))
    make_market("Known", usd_reward_per_hour=Decimal("0.1"))

    page = get(client, f"/markets/compare/?markets={bare.pk},known")

    assert lines(page)["Price, USD per hour"] == ["–", "0.110"]
