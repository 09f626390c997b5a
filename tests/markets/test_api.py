"""What a node gets that is pointed at the explorer instead of the network."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from explorer.nosana.markets import parse_required
from markets.choices import Decision
from markets.curation import Wish, decide, image_entry, resource_entry
from tests.markets.factories import (
    SEED_IMAGES,
    SEED_MARKET,
    SEED_RESOURCE,
    address,
    make_image,
    make_market,
    make_resource,
    make_seed_market,
)

pytestmark = pytest.mark.django_db

URL = f"/api/markets/{SEED_MARKET}/required-resources"
#: The seed document's answer as the network writes it: compact, in this order.
SEED_BYTES = json.dumps(
    {"required_images": list(SEED_IMAGES), "required_remote_resources": [SEED_RESOURCE]}, separators=(",", ":")
).encode()


def make_seed_market_in_order() -> None:
    market = make_seed_market()
    for position, reference in enumerate(SEED_IMAGES):
        market.required_images.filter(reference=reference).update(position=position)


@pytest.mark.parametrize("url", [URL, f"{URL}/", "/api/markets/nvidia-3060/required-resources"])
def test_a_node_gets_the_networks_answer_to_the_byte(client: Client, url: str) -> None:
    make_seed_market_in_order()

    response = client.get(url)

    assert (response.status_code, response.content) == (200, SEED_BYTES)
    assert response["Content-Type"] == "application/json"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "Set-Cookie" not in response


def test_a_node_gets_what_curators_made_of_it(client: Client) -> None:
    market = make_market()
    make_image(market, "hidden:1")
    make_image(market, "stays:1", position=1)
    make_resource(market, {"type": "New", "zeta": {"a": [1, None]}, "alpha": 2})
    wishes = [
        Wish(image_entry("hidden:1"), Decision.HIDE),
        Wish(image_entry("added:1"), Decision.ADD),
        Wish(resource_entry({"files": ["a"], "url": "s3://b/c", "type": "S3"}), Decision.PIN),
    ]
    root = User.objects.create(username="root", is_superuser=True)
    decide(market=market, wishes=wishes, author=root, reason="why", seen=None)

    body = client.get(f"/api/markets/{market.address}/required-resources").content

    assert json.loads(body) == {
        "required_images": ["stays:1", "added:1"],
        "required_remote_resources": [
            {"type": "New", "zeta": {"a": [1, None]}, "alpha": 2},
            {"type": "S3", "url": "s3://b/c", "files": ["a"]},
        ],
    }
    assert b'{"type":"S3","url":"s3://b/c","files":["a"]}' in body
    assert parse_required(json.loads(body)).images == ("stays:1", "added:1")


def test_an_unchanged_list_answers_304_until_something_changes(client: Client) -> None:
    make_seed_market_in_order()
    first = client.get(URL)
    etag, modified = first["ETag"], first["Last-Modified"]

    for headers in ({"if-none-match": etag}, {"if-none-match": f'W/{etag}, "x"'}, {"if-modified-since": modified}):
        answer = client.get(URL, headers=headers)
        assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", etag)
        assert answer["Access-Control-Allow-Origin"] == "*"

    root = User.objects.create(username="root", is_superuser=True)
    market = make_market("other")
    wish = Wish(image_entry(SEED_IMAGES[0]), Decision.HIDE)
    decide(market=market, wishes=[wish], author=root, reason="why", seen=None)
    assert client.get(URL, headers={"if-none-match": etag}).status_code == 304

    market.pk = SEED_MARKET
    decide(market=market, wishes=[wish], author=root, reason="why", seen=None)
    changed = client.get(URL, headers={"if-none-match": etag})
    assert (changed.status_code, changed["ETag"] != etag) == (200, True)
    assert json.loads(changed.content)["required_images"] == list(SEED_IMAGES[1:])


def test_head_and_options_say_the_same_without_a_body(client: Client) -> None:
    make_seed_market_in_order()

    full, head, options = client.get(URL), client.head(URL), client.options(URL)

    assert (head.status_code, head.content, head["ETag"]) == (200, b"", full["ETag"])
    assert (options.status_code, options["Access-Control-Allow-Methods"]) == (204, "GET, HEAD, OPTIONS")
    assert options["Access-Control-Allow-Headers"] == "If-None-Match, If-Modified-Since"


@pytest.mark.parametrize("key", [address("nobody"), "no-such-slug", "%00", "<script>", "x" * 3000])
def test_an_unknown_market_is_the_networks_404(client: Client, key: str) -> None:
    response = client.get(f"/api/markets/{key}/required-resources")

    assert (response.status_code, response["Content-Type"]) == (404, "application/json")
    assert response.content == b'{"name":"NotFoundError","message":"Market not found"}'
    assert response["Access-Control-Allow-Origin"] == "*"


def test_a_list_that_was_never_fetched_is_no_empty_list(client: Client) -> None:
    market = make_market(required_at=None)

    response = client.get(f"/api/markets/{market.address}/required-resources")

    assert (response.status_code, response["Retry-After"], response.json()["name"]) == (
        503,
        "30",
        "ServiceUnavailableError",
    )


def test_other_methods_are_refused_as_json(client: Client) -> None:
    make_seed_market()

    response = client.post(URL, {"required_images": []}, content_type="application/json")

    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, OPTIONS")


def test_credentials_never_leave_even_if_a_row_held_some(client: Client) -> None:
    market = make_market()
    spec = {"type": "S3", "url": "https://u:p4ss@b/c?X-Amz-Signature=abc", "deep": [{"secret_access_key": "s3cr3t"}]}
    make_resource(market, spec)

    body = client.get(f"/api/markets/{market.address}/required-resources").content

    assert json.loads(body)["required_remote_resources"] == [{"type": "S3", "url": "https://b/c", "deep": [{}]}]


def test_the_answer_costs_the_same_for_any_list(client: Client) -> None:
    def cost(name: str, entries: int) -> int:
        market = make_market(name)
        for number in range(entries):
            make_image(market, f"image:{number}")
        with CaptureQueriesContext(connection) as captured:
            client.get(f"/api/markets/{market.address}/required-resources")
        return len(captured)

    assert cost("few", 1) == cost("many", 30) == 4
