from __future__ import annotations

import html
import json
import os
import re
import subprocess
import sys

import pytest
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import Http404
from django.test import Client, RequestFactory

from explorer import views
from tests.markets.pages import plain

#: An address where nothing listens.
NOWHERE = "127.0.0.1:9"
WITHOUT = "The page without its filters"


@pytest.mark.django_db
def test_not_found_says_what_was_looked_for(client: Client) -> None:
    response = client.get("/nope/3EwUexRd<b>/")
    page = response.content.decode()

    assert response.status_code == 404
    assert "There is nothing at /nope/3EwUexRd<b>/ ." in plain(page)
    assert 'value="3EwUexRd&lt;b&gt;"' in page


@pytest.mark.django_db
def test_not_found_repeats_the_sentence_of_the_page() -> None:
    response = views.not_found(RequestFactory().get("/jobs/x/"), Http404("No job has the address <x>."))

    assert response.status_code == 404
    assert b"No job has the address &lt;x&gt;." in response.content


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("exception", "sentence"),
    [
        (BadRequest("The <cursor> is damaged."), "The <cursor> is damaged."),
        (SuspiciousOperation("secret detail"), "The request is not one that a page of this site makes."),
    ],
)
def test_bad_request_says_only_what_the_explorer_said(exception: Exception, sentence: str) -> None:
    response = views.bad_request(RequestFactory().get("/jobs/"), exception)

    assert response.status_code == 400
    assert f"This address cannot be answered {sentence} Nothing was changed." in plain(response.content.decode())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "links"),
    [
        (
            "/jobs/?state=completed&outcome=failed&after=garbage",
            [("/jobs/?outcome=failed&state=completed", "The first page of this list"), ("/jobs/", WITHOUT)],
        ),
        ("/nodes/?before=garbage&q=a", [("/nodes/?q=a", "The first page of this list"), ("/nodes/", WITHOUT)]),
        ("/images/?after=garbage", [("/images/", "The first page of this list")]),
        ("/deployers/?after=garbage", [("/deployers/", "The first page of this list")]),
        ("/jobs/facets/?state=bogus&after=x", [("/jobs/facets/", WITHOUT)]),
        ("/jobs/export.csv?state=queued&after=garbage", [("/jobs/export.csv", WITHOUT)]),
    ],
)
def test_damaged_position_leads_to_the_first_page_of_the_same_list(
    client: Client, address: str, links: list[tuple[str, str]]
) -> None:
    response = client.get(address)

    assert response.status_code == 400
    row = response.content.decode().partition('<p class="row">')[2].partition("</p>")[0]
    found = re.findall(r'<a class="btn[^"]*" href="([^"]*)">([^<]*)</a>', row)
    assert [(html.unescape(url), words) for url, words in found] == [*links, ("/", "Overview")]


@pytest.mark.django_db
def test_form_without_its_mark_is_refused_with_a_page(client: Client) -> None:
    client.handler.enforce_csrf_checks = True

    response = client.post("/admin/login/", {"username": "x"})

    assert response.status_code == 403
    assert "The form could not be checked" in response.content.decode()


def test_server_error_needs_no_database() -> None:
    response = views.server_error(RequestFactory().get("/"))

    assert response.status_code == 500
    assert "Something broke here The explorer could not make this page." in plain(response.content.decode())


def test_everything_answers_while_the_database_is_down() -> None:
    code = """
import json, django
django.setup()
from django.test import Client
client = Client(raise_request_exception=False)
answers = {path: client.get(path) for path in ("/", "/status/", "/healthz", "/readyz")}
print(json.dumps({path: [answer.status_code, answer.content.decode()] for path, answer in answers.items()}))
"""
    place = {"DATABASE_URL": f"postgresql://u:secret@{NOWHERE}/x", "DJANGO_SETTINGS_MODULE": "explorer.settings"}
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **place, "ALLOWED_HOSTS": "testserver"},
        capture_output=True,
        check=True,
    )
    answers = json.loads(run.stdout.splitlines()[-1])

    assert {path: status for path, (status, _) in answers.items()} == {
        "/": 500,
        "/status/": 500,
        "/healthz": 200,
        "/readyz": 503,
    }
    assert "Something broke here" in answers["/"][1]
    assert json.loads(answers["/readyz"][1]) == {"ready": False, "missing": {"database": "does not answer"}}
