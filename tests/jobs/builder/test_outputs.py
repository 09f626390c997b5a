"""What goes out of a draft: the page of snippets, the snippets as files, and its comparison with something else."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from pytest_httpserver import HTTPServer

from jobs.builder import templates
from jobs.models import Draft
from tests.jobs.factories import address, make_definition, make_job, make_market
from tests.jobs.pages import dangers, words
from tests.markets.pages import plain

pytestmark = pytest.mark.django_db

TEXT = (
    '{\n  "version": "0.1",\n  "type": "container",\n  "ops": [\n    {"type": "container/run", "id": "a", '
    '"args": {"image": "ubuntu:24.04", "cmd": "echo a", "gpu": true}}\n  ]\n}\n'
)


def made(client: Client, **fields: str) -> Draft:
    """Start a draft."""
    response = client.post("/build/", fields or {"definition": TEXT})
    assert response.status_code == 302, plain(response.content.decode())
    return Draft.objects.get(pk=response["Location"].split("/")[2])


def test_snippets_are_for_the_soonest_market_unless_another_is_chosen(client: Client) -> None:
    first, second = make_market("NVIDIA 3060", usd_reward_per_hour="0.01"), make_market("NVIDIA 4090")
    draft = made(client)
    page = client.get(f"/build/{draft.pk}/snippets/").content.decode()
    line = f"nosana job post --file job.json --market {first.slug} --timeout 60 --wait"
    assert words(page, "cli").count(line) == 2  # alone, and after the lines that write the file
    chosen = client.get(f"/build/{draft.pk}/snippets/?market={second.pk}&minutes=90").content.decode()
    assert "--market nvidia-4090 --timeout 90 --wait" in words(chosen, "cli")
    assert f'"market": "{second.pk}", "timeout": 5400' in words(chosen, "python")
    assert dangers(page) == []


def test_the_review_tells_the_verdict_and_leads_to_what_changed(client: Client) -> None:
    make_market()
    draft = made(client, template="hello-world")
    page = client.get(f"/build/{draft.pk}/snippets/").content.decode()
    assert "The network accepts it 0 findings What differs from what it was made from Version 1, saved" in plain(page)
    assert f'href="/build/{draft.pk}/compare/?other=template%3Ahello-world"' in page


def test_snippets_name_the_services_of_the_network_and_the_keys_they_need(client: Client, settings: Any) -> None:
    settings.NETWORK = replace(
        settings.NETWORK, name="mainnet", jobs_url="https://jobs.example/api", pin_url="https://pin.example/pin"
    )
    make_market()
    page = client.get(f"/build/{made(client).pk}/snippets/").content.decode()
    shown = words(page, "curl")
    assert "NOSANA_API_KEY and PINATA_JWT set" in shown
    assert "curl -fsS https://pin.example/pin -H" in shown
    assert "curl -fsS https://jobs.example/api/jobs/list" in shown


@pytest.mark.parametrize(
    ("slug", "file"),
    [("cli", "post-cli.sh"), ("curl", "post.sh"), ("python", "post.py"), ("typescript", "post.mts")],
)
def test_a_snippet_is_a_file_to_keep_with_what_its_page_shows(client: Client, slug: str, file: str) -> None:
    market = make_market()
    draft = made(client)
    response = client.get(f"/build/{draft.pk}/snippets/{slug}?market={market.pk}&minutes=5")
    assert response["Content-Disposition"] == f'attachment; filename="{file}"'
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert '"id": "a", "args": {"image": "ubuntu:24.04", "cmd": "echo a", "gpu": true}' in response.content.decode()
    page = client.get(f"/build/{draft.pk}/snippets/?minutes=5").content.decode()
    assert words(page, slug).endswith(" ".join(response.content.decode().split()[-6:]))


def test_secrets_in_a_snippet_are_named(client: Client) -> None:
    make_market()
    draft = made(
        client, definition=TEXT.replace('"gpu"', '"env": {"HF_TOKEN": "hf_abcdefghijklmnopqrstuvwxyz"}, "gpu"')
    )
    page = plain(client.get(f"/build/{draft.pk}/snippets/").content.decode())
    assert "The definition holds what looks like secrets: HF_TOKEN" in page


def test_a_definition_that_the_network_refuses_is_told_so(client: Client) -> None:
    make_market()
    page = plain(client.get(f"/build/{made(client, definition='{}').pk}/snippets/").content.decode())
    assert "The network would refuse this definition." in page


@pytest.mark.parametrize("text", ["{", "[1]", "x" * 1_100_000])
def test_a_text_that_is_no_definition_has_no_snippets(client: Client, text: str) -> None:
    make_market()
    draft = made(client, definition=text)
    page = plain(client.get(f"/build/{draft.pk}/snippets/").content.decode())
    assert "Nothing to post The text of this draft cannot be read as a definition." in page
    assert client.get(f"/build/{draft.pk}/snippets/curl").status_code == 404


def test_a_long_definition_goes_out_as_files_only(client: Client) -> None:
    make_market()
    draft = made(client, definition=TEXT.replace("echo a", "x" * 70_000))
    page = client.get(f"/build/{draft.pk}/snippets/").content.decode()
    assert plain(page).count("It is too long to be shown here; the file has it all.") == 4
    assert len(page) < 60_000
    assert "x" * 70_000 in client.get(f"/build/{draft.pk}/snippets/python").content.decode()


def test_without_a_market_there_is_nothing_to_post_to(client: Client) -> None:
    assert "No market is known yet" in plain(client.get(f"/build/{made(client).pk}/snippets/").content.decode())


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("minutes=1", "The shortest timeout is 2 minutes."),
        ("minutes=6001", "The longest timeout is 6,000 minutes, which is 100 hours."),
        ("minutes=x", "The timeout is a whole number of minutes."),
    ],
)
def test_a_timeout_that_the_network_does_not_take_is_told(client: Client, query: str, sentence: str) -> None:
    make_market()
    response = client.get(f"/build/{made(client).pk}/snippets/?{query}")
    assert (response.status_code, sentence in plain(response.content.decode())) == (400, True)


def test_snippets_and_comparisons_of_a_draft_are_nobody_elses(client: Client) -> None:
    draft = made(client)
    for path in ("snippets/", "snippets/curl", "compare/", "template/"):
        assert Client().get(f"/build/{draft.pk}/{path}").status_code == 404


def changed(client: Client, draft: Draft, old: str, new: str) -> None:
    """Change the text of a draft."""
    text = client.get(f"/build/{draft.pk}/definition.json").content.decode()
    assert old in text
    response = client.post(f"/build/{draft.pk}/text/", {"text": text.replace(old, new), "seen": draft.revision})
    assert response.status_code == 302


def compared(client: Client, draft: Draft, query: str = "") -> str:
    """Return the words of a comparison."""
    response = client.get(f"/build/{draft.pk}/compare/{query}")
    assert response.status_code == 200
    page = response.content.decode()
    assert dangers(page) == []
    return plain(page)


def test_a_draft_is_compared_with_the_template_it_is_made_from(client: Client) -> None:
    draft = made(client, template="hello-world")
    page = client.get(f"/build/{draft.pk}/compare/").content.decode()
    assert "?other=template%3Ahello-world" in page
    assert "only the layout differs" in compared(client, draft, "?other=template:hello-world")
    changed(client, draft, '"world"', '"moon"')
    shown = compared(client, draft, "?other=template:hello-world")
    assert "How it differs from Template Hello, world" in shown
    assert "1 changed" in shown


def test_a_draft_is_compared_with_any_template(client: Client) -> None:
    draft = made(client, template="llama2")
    shown = compared(client, draft, "?template=llama3")
    assert "How it differs from Template Llama 3.1 8B" in shown
    assert "OLLAMA_CONTEXT_LENGTH" in shown


def test_a_draft_is_compared_with_the_job_it_is_made_from(client: Client) -> None:
    job = make_job("source")
    make_definition(job, text=TEXT)
    draft = made(client, job=job.address)
    assert f"?other=job%3A{job.address}" in client.get(f"/build/{draft.pk}/compare/").content.decode()
    changed(client, draft, "24.04", "22.04")
    shown = compared(client, draft, f"?job=https://explorer.example/jobs/{job.address}/")
    assert "1 changed" in shown
    assert compared(client, draft, f"?other=job:{job.address}").count("ubuntu:2") == shown.count("ubuntu:2")


def test_a_draft_of_a_text_is_compared_with_its_first_version(client: Client) -> None:
    draft = made(client)
    assert "?other=version%3A1" in client.get(f"/build/{draft.pk}/compare/").content.decode()
    changed(client, draft, "echo a", "echo b")
    assert "How it differs from Version 1" in compared(client, draft, "?version=1")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("template=nothing", "There is no such template any more, or it is private to somebody else."),
        ("job=nothing", "That holds no job's address, which has 32 to 44 letters and digits."),
        ("version=7", "Version 7 of this draft is not kept."),
        ("version=x", "A version is told by its number."),
        ("other=nothing", "A draft is compared with a job, a template or a version of its own."),
    ],
)
def test_what_cannot_be_compared_with_is_told(client: Client, query: str, sentence: str) -> None:
    response = client.get(f"/build/{made(client).pk}/compare/?{query}")
    assert (response.status_code, sentence in plain(response.content.decode())) == (400, True)


def test_a_job_that_nobody_knows_is_told(client: Client, httpserver: HTTPServer, settings: Any) -> None:
    url = httpserver.url_for("")
    settings.NETWORK = replace(settings.NETWORK, jobs_url=f"{url}/api", ipfs_url=f"{url}/ipfs")
    httpserver.expect_request(f"/api/jobs/{address('x')}").respond_with_data("", 404)
    response = client.get(f"/build/{made(client).pk}/compare/?job={address('x')}")
    assert f"No job with the address {address('x')} is known." in plain(response.content.decode())


def test_hostile_drafts_are_inert_wherever_they_go_out(client: Client) -> None:
    make_market()
    evil = "<script>alert(1)</script>\u202e</code><img src=x onerror=alert(1)>"
    op = {"type": "container/run", "id": evil, "args": {"image": evil, "cmd": evil, "env": {evil: evil}}}
    draft = made(
        client,
        definition=json.dumps({"version": evil, "type": "container", evil: evil, "ops": [op]}, ensure_ascii=False),
    )
    for path in ("snippets/", "compare/?other=template:rag", "compare/?other=version:1", "template/"):
        page = client.get(f"/build/{draft.pk}/{path}").content.decode()
        assert dangers(page) == [], path
    assert templates.find("rag")
