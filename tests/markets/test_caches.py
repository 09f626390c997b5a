"""What nodes hold: from their jobs, from their own answers, and for how long."""

from __future__ import annotations

import itertools
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client as DjangoClient
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_httpserver import HTTPServer

from explorer.nosana import networks
from explorer.nosana.budget import Unlimited
from explorer.nosana.client import Client
from explorer.nosana.nodes import parse
from explorer.nosana.payloads import JsonObject
from markets import catalog
from markets.models import CachedImage, CachedResource, CacheReport, Image
from markets.models.cache import end_of
from markets.sync.caches import BOUNDS, Use, ask_nodes, forget_stale, note_used, store_report
from tests.markets.factories import address, make_market, make_node, make_seed_market
from tests.markets.pages import get, plain, queries, rows

pytestmark = pytest.mark.django_db

NODE = address("node one")


def ago(hours: float) -> datetime:
    """Return the moment so many hours ago."""
    return timezone.now() - timedelta(hours=hours)


def image(reference: str = "ubuntu") -> int:
    """Return the number of a catalogued image."""
    return catalog.image_ids([reference])[reference]


def resource(key: str = "o/m", kind: str = "HF") -> int:
    """Return the number of a catalogued resource."""
    return catalog.resource_ids([(kind, key)])[(kind, key)]


def held() -> set[tuple[str, str]]:
    """Return what is believed to be held, by node and name."""
    rows = CachedImage.objects.held().values_list("node", "image__reference")
    return {*rows, *CachedResource.objects.held().values_list("node", "resource__key")}


def report(images: Any = None, volumes: Any = None, **facts: Any) -> bool:
    """Store what NODE says that it holds."""
    said = {name: value for name, value in (("images", images), ("volumes", volumes)) if value is not None}
    return store_report(node=parse({"info": {"version": "1"}, "resources": said, **facts}, NODE))


def test_use_is_noted_with_its_time() -> None:
    at = ago(2)
    note_used([Use(NODE, [image(), image("redis:7")], [resource()], at)])
    assert held() == {(NODE, "ubuntu"), (NODE, "redis:7"), (NODE, "o/m")}
    entry = CachedImage.objects.get(image=image())
    assert (entry.used_at, entry.reported_at, entry.until) == (at, None, at + timedelta(hours=24))


def test_use_is_noted_the_same_in_any_order_and_twice() -> None:
    uses = [Use(NODE, [image()], [], ago(hours)) for hours in (5, 1, 3)]
    for order in itertools.permutations(uses):
        CachedImage.objects.all().delete()
        for use in order:
            note_used([use])
        note_used(order)
        assert CachedImage.objects.get().used_at == uses[1].at


def test_use_over_a_day_old_is_passed_over_without_a_statement() -> None:
    old = Use(NODE, [image()], [resource()], ago(24.01))
    with CaptureQueriesContext(connection) as queries:
        note_used([old, Use("", [1], [], ago(1)), Use(NODE, [], [], ago(1))])
    assert (len(queries), held()) == (0, set())


def test_use_takes_two_statements_whatever_the_number() -> None:
    uses = [Use(address(n), [image(f"a:{n}")], [resource(f"m{n}")], ago(1)) for n in range(30)]
    with CaptureQueriesContext(connection) as queries:
        note_used(uses)
    assert (len(queries), len(held())) == (2, 60)


def test_entries_end_24_hours_after_the_last_use_and_are_swept() -> None:
    CachedImage.objects.create(node=NODE, image_id=image("old:1"), used_at=ago(24.01))
    CachedImage.objects.create(node=NODE, image_id=image("new:1"), used_at=ago(23.99))
    CachedImage.objects.create(node=NODE, image_id=image("said:1"), used_at=ago(30), reported_at=ago(1))
    CachedImage.objects.create(node=NODE, image_id=image("over:1"), used_at=ago(25), reported_at=ago(2))
    CachedResource.objects.create(node=NODE, resource_id=resource(), reported_at=ago(25))
    assert held() == {(NODE, "new:1"), (NODE, "said:1")}
    assert forget_stale() == 3
    assert {entry.image.reference for entry in CachedImage.objects.select_related("image")} == {"new:1", "said:1"}


def test_answer_of_a_node_outranks_what_its_jobs_let_expect() -> None:
    note_used([Use(NODE, [image("kept:1"), image("pruned:1")], [resource("kept"), resource("gone")], ago(2))])
    assert report(["kept:1"], ["kept"])
    assert held() == {(NODE, "kept:1"), (NODE, "kept")}
    note_used([Use(NODE, [image("kept:1"), image("pruned:1")], [resource("gone")], ago(2))])
    assert held() == {(NODE, "kept:1"), (NODE, "kept")}
    note_used([Use(NODE, [image("pruned:1")], [], timezone.now())])
    assert held() == {(NODE, "kept:1"), (NODE, "kept"), (NODE, "pruned:1")}


def test_answer_does_not_take_away_what_was_used_after_it() -> None:
    note_used([Use(NODE, [image("later:1")], [], timezone.now() + timedelta(minutes=1))])
    assert report(["other:1"])
    assert held() == {(NODE, "later:1")}


def test_answer_without_a_list_takes_nothing_away() -> None:
    note_used([Use(NODE, [image()], [resource()], ago(2))])
    assert report(["redis:7"])
    assert held() == {(NODE, "o/m")}
    nothing: list[JsonObject] = [{}, {"images": []}, {"images": "ubuntu"}, {"images": [3, None]}]
    for said in nothing:
        assert not store_report(node=parse({"info": {"version": "1"}, "resources": said}, NODE))
    assert held() == {(NODE, "o/m")}


def test_answer_names_local_tags_under_which_a_node_finds_an_image() -> None:
    for name in ("ubuntu", "docker.io/ubuntu", "docker.io/library/ubuntu:latest", "ubuntu:22.04"):
        image(name)
    note_used([Use(NODE, [image("ubuntu")], [], ago(3))])
    assert report(["docker.io/library/ubuntu:latest"])
    assert held() == {(NODE, "ubuntu"), (NODE, "docker.io/library/ubuntu:latest")}
    assert CachedImage.objects.get(image=image("ubuntu")).reported_at is not None


def test_end_is_told_by_the_last_use_or_else_by_the_answer() -> None:
    noon, day = datetime(2026, 8, 21, 12, tzinfo=UTC), timedelta(hours=24)
    assert end_of(noon, None) == noon + day
    assert end_of(noon, noon + timedelta(hours=23)) == noon + day
    assert end_of(noon, noon + timedelta(hours=25)) == noon + timedelta(hours=49)
    assert end_of(None, noon) == noon + day
    assert end_of(None, None) is None


def test_answer_keeps_unknown_names_out_of_the_catalog() -> None:
    assert report([f"made/up:{n}" for n in range(1200)], ["x" * 1001, "known-by-nobody"])
    kept = CacheReport.objects.get(pk=NODE)
    assert (len(kept.images), kept.volumes, Image.objects.count(), held()) == (1000, ["known-by-nobody"], 0, set())


@pytest.mark.parametrize("place", ["inside", "beside"])
@pytest.mark.parametrize("shape", [list, dict.fromkeys])
def test_answer_is_read_in_both_places_and_shapes(place: str, shape: Any) -> None:
    image(), resource()
    resources: JsonObject = {"images": shape(["ubuntu"]), "volumes": shape(["o/m"])}
    inside: JsonObject = {"info": {"version": "1", "resources": resources}}
    answer: JsonObject = inside if place == "inside" else {"resources": resources}
    assert store_report(node=parse(answer, NODE))
    assert held() == {(NODE, "ubuntu"), (NODE, "o/m")}


def test_nodes_are_asked_and_silence_is_no_error(httpserver: HTTPServer) -> None:
    image()
    nodes = [make_node(n) for n in range(3)]
    make_node("gone", seen_at=ago(30))
    answer = {"info": {"version": "1"}, "resources": {"images": ["ubuntu"]}}
    httpserver.expect_request(f"/nodes/{nodes[0].pk}/node/info").respond_with_json(answer)
    httpserver.expect_request(f"/nodes/{nodes[1].pk}/node/info").respond_with_data("", status=503)
    httpserver.expect_request(f"/nodes/{nodes[2].pk}/node/info").respond_with_data("<html>")
    network = networks.sample(httpserver.url_for("").rstrip("/"))

    with Client(network, budget=Unlimited(), bounds=BOUNDS) as client:
        assert ask_nodes(client=client) == 1
        assert ask_nodes(client=client) == 0  # none is due again

    asked = sorted(request.path for request, _ in httpserver.log)
    assert asked == sorted(f"/nodes/{node.pk}/node/info" for node in nodes)
    assert held() == {(nodes[0].pk, "ubuntu")}
    errors = dict(CacheReport.objects.values_list("node", "error"))
    assert errors[nodes[0].pk] == ""
    assert "answered with the error status 503" in errors[nodes[1].pk]
    assert "sent an answer that cannot be used" in errors[nodes[2].pk]


def test_page_of_a_node_lists_its_cache_with_origin_and_end(client: DjangoClient) -> None:
    node = make_node("one", market=make_seed_market())
    dream, stats = (
        "https://models.nosana.io/stable-diffusion/dreamshaper/8",
        "registry.hub.docker.com/nosana/stats:v1.0.4",
    )
    note_used([Use(NODE, [image("ubuntu"), image(stats), image("o/gone:1")], [resource()], ago(20.5))])
    note_used([Use(NODE, [image("o/fresh:1")], [resource(dream, "S3")], ago(1.5))])
    CacheReport.objects.create(
        node=NODE,
        reported_at=ago(2.5),
        images=["docker.io/library/ubuntu:latest", stats, "o/own:1"],
        volumes=["own", "o/m"],
    )
    page = get(client, f"/nodes/{node.pk}/")
    cut = re.compile(r"(\d+h) \d+m")  # the minutes pass while the test runs
    found = [[cut.sub(r"\1", cell) for cell in row] for row in rows(page.partition('id="cache"')[2])]
    assert [row[:3] for row in found][:2] == [
        ["Image", "docker.io/ openmmlab/lmdeploy :v0.5.3-cu12", "required"],
        ["Image", "docker.io/ saladtechnologies/a1111 :ipv6-v1.9.4", "required"],
    ]
    assert [
        "Image",
        "registry.hub.docker.com/ nosana/stats :v1.0.4",
        "required, used, reported",
        "20h ago",
        "no end",
    ] in found
    assert ["S3", dream, "required, used", "1h ago", "no end"] in found
    assert found[8:] == [
        ["Image", "o/fresh :1", "used", "1h ago", "in 22h"],
        ["Image", "o/own :1", "reported", "–", "in 21h"],
        ["Volume", "own", "reported", "–", "in 21h"],
        ["Image", "o/gone :1", "used", "20h ago", "in 3h"],
        ["Image", "ubuntu", "used, reported", "20h ago", "in 3h"],
        ["HF", "o/m", "used, reported", "20h ago", "in 3h"],
    ]
    text = plain(page.partition('id="cache"')[2].partition("</section>")[0])
    assert "14, 8 required by NVIDIA 3060 the node told its own 2h" in text
    assert "24 hours after its last use" in text


def test_page_of_a_node_without_anything_says_so(client: DjangoClient) -> None:
    for name, market in (("lost", None), ("new", make_market())):
        text = plain(get(client, f"/nodes/{make_node(name, market=market).pk}/").partition('id="cache"')[2])
        assert "Nothing is known." in text
        assert "the node was not asked yet" in text


def test_page_of_a_node_takes_no_more_queries_with_a_fuller_cache(client: DjangoClient) -> None:
    node = make_node("one", market=make_seed_market())
    few = queries(client, f"/nodes/{node.pk}/")
    note_used([Use(NODE, [image(f"o/x:{n}") for n in range(250)], [resource(f"o/{n}") for n in range(20)], ago(1))])
    page = get(client, f"/nodes/{node.pk}/")
    assert "278, the first 200 shown" in plain(page)
    assert queries(client, f"/nodes/{node.pk}/") == few
