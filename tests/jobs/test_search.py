from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from jobs.models import Job
from jobs.selectors import search as selectors
from jobs.selectors.search import Query, read
from markets.models import Node
from tests.jobs.factories import address, cid, make_job, make_market
from tests.markets.pages import plain, queries, rows

ADDRESS = address("wanted")
CID = cid("wanted")
CID_V1 = "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi"


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("", Query("")),
        ("  \u200b ", Query("[U+200B]")),
        (f"  {ADDRESS}\n", Query(ADDRESS, (ADDRESS,))),
        (CID, Query(CID, (), (CID,))),
        (CID_V1, Query(CID_V1, (), (CID_V1,))),
        (f"https://x.test/jobs/{ADDRESS}?a=b#c", Query(f"https://x.test/jobs/{ADDRESS}?a=b#c", (ADDRESS,))),
        (f"https://{CID_V1}.ipfs.x.test/", Query(f"https://{CID_V1}.ipfs.x.test/", (), (CID_V1,))),
        (f"{ADDRESS} {ADDRESS}", Query(f"{ADDRESS} {ADDRESS}", (ADDRESS,))),
        ("3EwU", Query("3EwU", part="3EwU")),
        ("3Ew", Query("3Ew")),
        ("3EwU…GDCu", Query("3EwU…GDCu", part="3EwU", end="GDCu")),
        ("3EwU..GDCu", Query("3EwU..GDCu", part="3EwU", end="GDCu")),
        ("3EwU...GDCu", Query("3EwU...GDCu", part="3EwU", end="GDCu")),
        ("NVIDIA 3090", Query("NVIDIA 3090")),
        ("4090", Query("4090")),
        (ADDRESS + "x" * 10, Query(ADDRESS + "x" * 10)),
        ("a\x00b", Query("a␀b")),
    ],
)
def test_read(text: str, query: Any) -> None:
    assert read(text) == query


def test_read_looks_at_the_beginning_of_a_long_text_only() -> None:
    assert read("x " * 10_000 + ADDRESS) == Query(("x " * 1000).strip())


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text", [ADDRESS, ADDRESS[:4], f"{ADDRESS[:4]}…{ADDRESS[-4:]}", f" https://x.test/{ADDRESS}/#top"]
)
def test_a_job_is_the_only_hit(client: Client, text: str) -> None:
    make_job("wanted", deployer=address("somebody"))

    response = client.get("/search/", {"q": text})

    assert (response.status_code, response["Location"]) == (302, f"/jobs/{ADDRESS}/")


@pytest.mark.django_db
@pytest.mark.parametrize("facts", [{"ipfs_job": CID}, {"ipfs_result": CID}])
def test_a_cid_leads_to_its_job(client: Client, facts: dict[str, Any]) -> None:
    job = make_job("job", **facts)

    response = client.get("/search/", {"q": f"ipfs://{CID}"})

    assert response["Location"] == f"/jobs/{job.pk}/"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text", ["nvidia-3090", "NVIDIA 3090", "nvidia 3090", address("NVIDIA 3090"), address("NVIDIA 3090")[:6]]
)
def test_a_market_is_found_by_slug_name_and_address(client: Client, text: str) -> None:
    market = make_market("NVIDIA 3090")
    make_market("NVIDIA 3090 Ti")

    assert client.get("/search/", {"q": text})["Location"] == f"/markets/{market.pk}/"


@pytest.mark.django_db
def test_a_node_and_a_deployer_are_found(client: Client) -> None:
    Node.objects.create(address=ADDRESS)
    make_job("job", deployer=address("payer"))

    assert client.get("/search/", {"q": ADDRESS[:5]})["Location"] == f"/nodes/{ADDRESS}/"
    assert client.get("/search/", {"q": address("payer")})["Location"] == f"/jobs/?deployer={address('payer')}"


@pytest.mark.django_db
def test_several_hits_are_shown_by_kind(client: Client) -> None:
    market = make_market("NVIDIA <3090>", address="3EwU" + address("m")[4:])
    job = make_job(
        "job", address="3EwU" + address("j")[4:], market=market, image="nginx", deployer="3EwU" + address("d")[4:]
    )
    Node.objects.create(address="3EwU" + address("n")[4:], gpu_name="RTX 3090")

    response = client.get("/search/?q=3EwU")
    page = response.content.decode()

    assert response.status_code == 200
    assert rows(page)[0][:4] == ["Queued", job.pk, "nginx", "NVIDIA <3090>"]
    assert rows(page.partition('aria-label="Markets"')[2]) == [["NVIDIA <3090>", market.pk]]
    assert rows(page.partition('aria-label="Nodes"')[2]) == [[address_of("n"), "RTX 3090"]]
    assert rows(page.partition('id="h-deployers"')[2]) == [[address_of("d")]]


def address_of(name: str) -> str:
    return "3EwU" + address(name)[4:]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (ADDRESS, "No job, market, node or deployer has this address."),
        (CID, "No job has a definition or a result with this CID."),
        ("zzzz", "has an address that begins with zzzz , and no market is called so."),
        ("zz…zz", "No market has this in its name, slug or GPU, and it is no address or CID"),
        ("<script>alert(1)</script>\u202e\x00", "Nothing known about “ <script>alert(1)</script>[U+202E]␀ ”"),
        ("x" * 5000, "No market has this in its name"),
        ("%_\\'", "Nothing known about “ %_\\' ”"),
    ],
)
def test_nothing_found_says_what_was_looked_for(client: Client, text: str, sentence: str) -> None:
    make_job("another")

    response = client.get("/search/", {"q": text})
    page = response.content.decode()

    assert response.status_code == 404
    assert sentence in plain(page)
    assert "<script>alert" not in page


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["", "?q=", "?q=%20%20"])
def test_without_a_text_the_page_says_what_can_be_searched(client: Client, query: Any) -> None:
    response = client.get(f"/search/{query}")

    assert response.status_code == 200
    assert "Search What can be searched:" in plain(response.content.decode())


@pytest.mark.django_db
def test_deployers_are_each_shown_once_and_not_all() -> None:
    deployers = sorted(f"3EwU{number:02d}".replace("0", "x") + address("d")[6:] for number in range(15))
    for number in range(30):
        make_job(number, deployer=deployers[number % 15])

    found = selectors.search(read("3EwU"))

    assert found.deployers == deployers[:10]


@pytest.mark.django_db
def test_search_takes_the_same_queries_however_much_there_is(client: Client) -> None:
    for number in range(3):
        make_job(number, address=f"3EwU{number + 1}" + address(number)[5:])
    few = queries(client, "/search/?q=3EwU")
    for number in range(4, 9):
        make_job(number, address=f"3EwU{number}" + address(number)[5:])

    assert queries(client, "/search/?q=3EwU") == few


def nodes_of(plan: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the plan's nodes at every depth."""
    return [plan, *(node for below in plan.get("Plans", []) for node in nodes_of(below))]


@pytest.mark.django_db
@pytest.mark.parametrize(("key", "index"), [("pk", "jobs_job"), ("deployer", "job_deployer_newest")])
def test_a_part_of_an_address_is_found_by_an_index(key: str, index: str) -> None:
    wanted = selectors._wanted(read("3EwU"), key)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # as on a table of any size
    plan = json.loads(Job.objects.filter(wanted).order_by(key)[:10].explain(format="json"))[0]["Plan"]

    conditions = [node.get("Index Cond", "") for node in nodes_of(plan) if node.get("Index Name", "").startswith(index)]
    assert any(">= '3EwU'" in condition and "<= '3EwUzzzz" in condition for condition in conditions), plan
