"""The search: what a text asks for, and what it leads to."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.postgres.search import SearchVector
from django.db import connection
from django.db.models import Value
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jobs.models import Definition, Job
from jobs.selectors import search as selectors
from jobs.selectors.search import Query, finding, read
from markets.models import Image, Node, Resource
from tests.jobs.catalog import make_image
from tests.jobs.factories import address, cid, make_definition, make_job, make_market
from tests.markets.pages import plain, queries, rows

ADDRESS = address("wanted")
CID = cid("wanted")
CID_V1 = "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi"
SIGNATURE = (ADDRESS + CID)[:88]


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("", Query("")),
        ("  \u200b ", Query("[U+200B]", name="[U+200B]")),
        (f"  {ADDRESS}\n", Query(ADDRESS, (ADDRESS,))),
        (CID, Query(CID, (), (CID,))),
        (CID_V1, Query(CID_V1, (), (CID_V1,))),
        (f"https://x.test/jobs/{ADDRESS}?a=b#c", Query(f"https://x.test/jobs/{ADDRESS}?a=b#c", (ADDRESS,))),
        (f"https://{CID_V1}.ipfs.x.test/", Query(f"https://{CID_V1}.ipfs.x.test/", (), (CID_V1,))),
        (f"https://x.test/ipfs/{CID}/a", Query(f"https://x.test/ipfs/{CID}/a", (), (CID,))),
        (f"{ADDRESS} {ADDRESS}", Query(f"{ADDRESS} {ADDRESS}", (ADDRESS,))),
        (SIGNATURE, Query(SIGNATURE, signature=SIGNATURE)),
        ("3EwU", Query("3EwU", part="3EwU", name="3EwU")),
        ("3Ew", Query("3Ew", name="3Ew")),
        ("3EwU…GDCu", Query("3EwU…GDCu", part="3EwU", end="GDCu", name="3EwU…GDCu")),
        ("3EwU..GDCu", Query("3EwU..GDCu", part="3EwU", end="GDCu", name="3EwU..GDCu")),
        ("3EwU...GDCu", Query("3EwU...GDCu", part="3EwU", end="GDCu", name="3EwU...GDCu")),
        (CID[:4], Query(CID[:4], part=CID[:4], cid_part=CID[:4], name=CID[:4])),
        (CID[:40], Query(CID[:40], (CID[:40],), cid_part=CID[:40])),
        (CID[:45], Query(CID[:45], cid_part=CID[:45], name=CID[:45])),
        ("Qmab…GDCu", Query("Qmab…GDCu", part="Qmab", cid_part="Qmab", end="GDCu", name="Qmab…GDCu")),
        (CID_V1[:11], Query(CID_V1[:11], part=CID_V1[:11], cid_part=CID_V1[:11], name=CID_V1[:11])),
        (CID_V1[:58], Query(CID_V1[:58], cid_part=CID_V1[:58], name=CID_V1[:58])),
        ("bafkreil2la…l0", Query("bafkreil2la…l0", cid_part="bafkreil2la", end="l0", name="bafkreil2la…l0")),
        ("bafkreil2l", Query("bafkreil2l", name="bafkreil2l")),
        ("NVIDIA 3090", Query("NVIDIA 3090", name="NVIDIA 3090")),
        (
            "https://x.test/markets/nvidia-3090/?a=b",
            Query("https://x.test/markets/nvidia-3090/?a=b", name="nvidia-3090"),
        ),
        ("https://x.test/markets/a%20b", Query("https://x.test/markets/a%20b", name="a b")),
        ("https://x.test", Query("https://x.test", name="https://x.test")),
        ("https://[", Query("https://[", name="https://[")),
        ("https://here.test/jobs/?a=b", Query("https://here.test/jobs/?a=b", page="/jobs/?a=b")),
        ("https://here.test", Query("https://here.test", page="/")),
        ("https://here.test//evil.test/", Query("https://here.test//evil.test/", name="evil.test")),
        ("https://here.test/odd", Query("https://here.test/odd", name="odd")),
        (f"https://here.test/jobs/{ADDRESS}/", Query(f"https://here.test/jobs/{ADDRESS}/", (ADDRESS,))),
        (ADDRESS + "x" * 10, Query(ADDRESS + "x" * 10, name=ADDRESS + "x" * 10)),
        ("a\x00b", Query("a␀b", name="a␀b")),
    ],
)
def test_read(text: str, query: Any) -> None:
    assert read(text, "here.test") == query


def test_read_looks_at_the_beginning_of_a_long_text_only() -> None:
    assert read("x " * 10_000 + ADDRESS).addresses == ()


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
@pytest.mark.parametrize("facts", [{"ipfs_job": CID}, {"ipfs_result": CID}])
@pytest.mark.parametrize("text", [CID[:4], CID[:20], CID[:40], f"{CID[:4]}…{CID[-4:]}"])
def test_a_part_of_a_cid_leads_to_its_job(client: Client, facts: dict[str, Any], text: str) -> None:
    job = make_job("job", **facts)
    make_definition(job)
    make_definition(make_job("other", ipfs_job=f"{CID[:3]}{'A' * 43}", ipfs_result=f"{CID[:3]}{'z' * 43}"))

    assert client.get("/search/", {"q": text})["Location"] == f"/jobs/{job.pk}/"


@pytest.mark.django_db
def test_a_part_of_a_cid_that_ends_otherwise_leads_nowhere(client: Client) -> None:
    make_definition(make_job("job", ipfs_job=CID, ipfs_result=CID))

    response = client.get("/search/", {"q": f"{CID[:4]}…{'x' * 4}"})

    assert response.status_code == 404
    assert f"whose CID begins with {CID[:4]} and ends with xxxx , nothing has" in plain(response.content.decode())


@pytest.mark.django_db
def test_a_part_of_a_cid_takes_one_query_of_jobs() -> None:
    make_definition(make_job("job", ipfs_job=CID))

    with CaptureQueriesContext(connection) as asked:
        found = finding._jobs(read(CID[:6]), {}, 10)

    assert (len(asked), [hit.name for hit in found]) == (1, [address("job")])


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
    assert client.get("/search/", {"q": address("payer")})["Location"] == f"/deployers/{address('payer')}/"


@pytest.mark.django_db
def test_who_only_pays_is_found_too(client: Client) -> None:
    make_job("job", payer=ADDRESS)

    assert client.get("/search/", {"q": ADDRESS})["Location"] == f"/jobs/?payer={ADDRESS}"


@pytest.mark.django_db
def test_a_cid_of_many_jobs_shows_some(client: Client) -> None:
    for number in range(12):
        make_job(number, ipfs_job=CID)

    found = selectors.search(read(CID))

    assert [(group.kind, len(group.hits)) for group in found.groups] == [("jobs", 10)]


@pytest.mark.django_db
def test_images_and_resources_are_found_by_a_part_of_their_name_the_most_used_first() -> None:
    for reference, jobs in (("docker.io/ollama/ollama:1", 5), ("ghcr.io/x/OLLAMA_2", 9), ("nginx", 99)):
        Image.objects.create(reference=reference, jobs=jobs)
    Resource.objects.create(type="Ollama", key="my-ollama/m", jobs=1)

    found = selectors.search(read("ollama"))

    assert [(group.kind, [(hit.name, hit.detail) for hit in group.hits]) for group in found.groups] == [
        ("images", [("ghcr.io/x/OLLAMA_2", "9 jobs"), ("docker.io/ollama/ollama:1", "5 jobs")]),
        ("resources", [("my-ollama/m", "1 job")]),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["100%", "a_b", "\\"])
def test_what_patterns_mean_by_a_character_means_itself(text: str) -> None:
    Image.objects.create(reference="axb1000")
    wanted = Image.objects.create(reference=f"<{text}>")

    assert [hit.name for hit in finding._images(read(text), 10)] == ([wanted.reference] if len(text) > 1 else [])


@pytest.mark.django_db
def test_the_image_that_is_called_just_so_is_where_enter_goes(client: Client) -> None:
    image = Image.objects.create(reference="docker.io/library/nginx:1")
    Image.objects.create(reference="docker.io/library/nginx:1-alpine")

    assert client.get("/search/", {"q": "docker.io/library/nginx:1"})["Location"] == image.get_absolute_url()


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["docker.io/library/ubuntu", "library/ubuntu", "index.docker.io/library/ubuntu:22.04"])
def test_an_image_is_found_by_any_spelling_of_its_name(text: str) -> None:
    make_image("ubuntu:22.04", jobs=3)
    make_image("ubuntus", jobs=9)

    (group,) = selectors.search(read(text)).groups

    assert (group.kind, [hit.name for hit in group.hits]) == ("images", ["ubuntu:22.04"])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "is_found"),
    [("llama-serve", True), ("LLAMA ser", True), ("serve llama", True), ("lama", False), ("ll", False)],
)
def test_words_of_definitions_lead_to_their_jobs(client: Client, text: str, is_found: bool) -> None:
    make_definition(make_job("job"))
    Definition.objects.update(words=SearchVector(Value("llama serve"), config="simple"))

    response = client.get("/search/", {"q": text})

    assert response.get("Location") == (f"/jobs/?q={quote(text).replace('%20', '+')}" if is_found else None)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("link", "path"),
    [("http://testserver/jobs/?state=queued", "/jobs/?state=queued"), ("http://testserver/nodes/", "/nodes/")],
)
def test_a_link_to_a_page_of_this_site_leads_there(client: Client, link: str, path: str) -> None:
    assert client.get("/search/", {"q": link})["Location"] == path


@pytest.mark.django_db
def test_the_link_of_another_site_leads_to_what_it_names(client: Client) -> None:
    market = make_market("NVIDIA 3090")

    response = client.get("/search/", {"q": "https://dashboard.test/markets/nvidia-3090?tab=queue"})

    assert response["Location"] == f"/markets/{market.pk}/"


HTMX = {"HX-Request": "true"}


@pytest.mark.django_db
def test_while_typing_the_hits_come_alone_as_options(client: Client) -> None:
    market = make_market("NVIDIA <3090>")
    for number in range(7):
        Image.objects.create(reference=f"nvidia/{number}")

    response = client.get("/search/?q=nvidia", headers=HTMX)
    page = response.content.decode()

    assert (response.status_code, response["Vary"]) == (200, "HX-Request, Accept-Encoding")
    assert page.count('role="option"') == 6  # a market and five images
    assert "<html" not in page
    assert f'href="/markets/{market.pk}/"' in page
    assert "NVIDIA <3090>" in plain(page)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "enter"),
    [
        ("3090", "shows all"),
        ("NVIDIA 3090", "goes to the one that is called so"),
        ("NVIDIA 3090 Ti", "goes to the only hit"),
    ],
)
def test_while_typing_it_is_said_where_enter_goes(client: Client, text: str, enter: str) -> None:
    make_market("NVIDIA 3090")
    make_market("NVIDIA 3090 Ti")

    page = client.get("/search/", {"q": text}, headers=HTMX).content.decode()

    assert plain(page).strip().endswith(f"to choose, Enter {enter}")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ""),
        ("zzzz", "Nothing known about “ zzzz ”. Go on typing."),
        (ADDRESS, f"Nothing known about “ {ADDRESS} ”."),
    ],
)
def test_while_typing_nothing_found_is_said_in_short(client: Client, text: str, words: str) -> None:
    response = client.get("/search/", {"q": text}, headers=HTMX)

    assert (response.status_code, plain(response.content.decode()).strip()) == (200, words)


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
    assert rows(page.partition('id="h-markets"')[2]) == [["NVIDIA <3090>", market.pk]]
    assert rows(page.partition('id="h-nodes"')[2]) == [[address_of("n"), "RTX 3090"]]
    assert rows(page.partition('id="h-deployers"')[2]) == [[address_of("d"), "what it runs and spends"]]


def address_of(name: str) -> str:
    return "3EwU" + address(name)[4:]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (ADDRESS, "No job, market, node or deployer has this address."),
        (CID, "No job has a definition or a result with this CID."),
        (CID[:40], "No job, market, node or deployer has this address, and no job a CID that begins so."),
        (
            "zzzz",
            "begins with zzzz , and no market, image, resource or definition has it in its name or words.",
        ),
        ("zz…zz", "No market, image or resource has this in its name"),
        (SIGNATURE, "This is the signature of a transaction."),
        ("<script>alert(1)</script>\u202e\x00", "Nothing known about “ <script>alert(1)</script>[U+202E]␀ ”"),
        ("x" * 5000, "No market, image or resource has this in its name"),
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

    assert [hit.name for group in found.groups for hit in group.hits if group.kind == "deployers"] == deployers[:10]


@pytest.mark.django_db
def test_a_deployer_is_found_by_both_ends_of_the_address() -> None:
    make_job("wanted", deployer="3EwU" + address("b")[4:40] + "GDCu")
    for number in range(3):
        make_job(number, deployer="3EwU" + address(number)[4:])

    found = selectors.search(read("3EwU…GDCu"))

    assert [(group.kind, [hit.name for hit in group.hits]) for group in found.groups] == [
        ("deployers", ["3EwU" + address("b")[4:40] + "GDCu"])
    ]


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
@pytest.mark.parametrize(("key", "index"), [("pk", "jobs_job"), ("deployer", "job_deployer_runs")])
def test_a_part_of_an_address_is_found_by_an_index(key: str, index: str) -> None:
    wanted = finding._wanted(read("3EwU"), key)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # as on a table of any size
    plan = json.loads(Job.objects.filter(wanted).order_by(key)[:10].explain(format="json"))[0]["Plan"]

    conditions = [node.get("Index Cond", "") for node in nodes_of(plan) if node.get("Index Name", "").startswith(index)]
    assert any(">= '3EwU'" in condition and "<= '3EwUzzzz" in condition for condition in conditions), plan
