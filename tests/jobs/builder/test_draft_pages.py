"""Pages of drafts over HTTP: made, shown, changed, gone, and nobody else's."""

from __future__ import annotations

import pytest
from django.test import Client

from jobs.builder import store
from jobs.models import Draft
from tests.markets.pages import plain

pytestmark = pytest.mark.django_db

TEXT = '{"version": "0.1", "type": "container", "ops": []}'


def made(client: Client, text: str = TEXT) -> Draft:
    """Post a definition and return the draft that was made of it."""
    response = client.post("/build/", {"definition": text})
    assert response.status_code == 302, plain(response.content.decode())
    return Draft.objects.get(pk=response["Location"].split("/")[2])


def seen(draft: Draft, **fields: object) -> dict[str, object]:
    return {"seen": Draft.objects.get(pk=draft.pk).revision, **fields}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 302),  # a program
        ({"origin": "https://stranger.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://testserver"}, 403),  # without the token of the form
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"referer": "https://stranger.example/"}, 403),
    ],
)
def test_only_a_program_posts_without_the_token_of_the_form(headers: dict[str, str], status: int) -> None:
    response = Client(enforce_csrf_checks=True).post("/build/", {"definition": TEXT}, headers=headers)

    assert (response.status_code, Draft.objects.count()) == (status, int(status == 302))


def test_a_browser_posts_with_the_token_of_the_form() -> None:
    client = Client(enforce_csrf_checks=True)
    client.get("/build/")
    token = client.cookies["csrftoken"].value

    response = client.post(
        "/build/", {"definition": TEXT, "csrfmiddlewaretoken": token}, headers={"origin": "http://testserver"}
    )

    assert response.status_code == 302


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        '{\r\n\t"version":"0.1" ,\n"ops":[]}\n\n',
        '{"broken": ',
        "﻿{}",
        "plain words",
        '{"a":"\u202e\U0001f600\\u0000"}',
    ],
)
def test_a_posted_definition_becomes_a_draft_with_the_same_bytes(client: Client, text: str) -> None:
    draft = made(client, text)

    response = client.get(f"/build/{draft.pk}/definition.json")

    assert response.content == text.encode()
    assert response["Content-Type"] == "application/json; charset=utf-8"
    assert client.get(f"/build/{draft.pk}/").status_code == 200


def test_nothing_posted_makes_an_empty_draft(client: Client) -> None:
    response = client.post("/build/")

    (draft,) = Draft.objects.all()
    assert response["Location"] == f"/build/{draft.pk}/"
    assert store.text_of(draft) == '{\n  "version": "0.1",\n  "type": "container",\n  "ops": []\n}\n'


def test_the_place_that_was_asked_for_is_kept_on_the_way(client: Client) -> None:
    response = client.post("/build/", {"definition": TEXT, "at": "/ops/0/args/a b"})

    (draft,) = Draft.objects.all()
    assert response["Location"] == f"/build/{draft.pk}/?at=%2Fops%2F0%2Fargs%2Fa+b"


def test_typed_text_is_saved_and_keeps_its_line_ends(client: Client) -> None:
    draft = made(client, '{\n  "a": 1\n}')

    response = client.post(f"/build/{draft.pk}/text/", seen(draft, text='{\r\n  "a": 2\r\n}', at="/a"))

    draft.refresh_from_db()
    assert response["Location"] == f"/build/{draft.pk}/?at=%2Fa"
    assert (store.text_of(draft), draft.revision, draft.number) == ('{\n  "a": 2\n}', 2, 2)


def test_a_text_field_that_was_not_touched_changes_nothing(client: Client) -> None:
    draft = made(client, '\r\n{"a":\n1}\r\n')

    client.post(f"/build/{draft.pk}/text/", seen(draft, text='\r\n{"a":\r\n1}\r\n'))

    draft.refresh_from_db()
    assert draft.revision == 1


def test_the_text_field_begins_with_the_first_line_of_the_text(client: Client) -> None:
    draft = made(client, "\n\n<b>&")

    assert ">\n\n\n&lt;b&gt;&amp;</textarea>" in client.get(f"/build/{draft.pk}/").content.decode()


def test_undo_and_redo_are_buttons_that_lead_back(client: Client) -> None:
    draft = made(client, "one")
    client.post(f"/build/{draft.pk}/text/", seen(draft, text="two"))
    for action, text, undo, redo in (("undo", "one", False, True), ("redo", "two", True, False)):
        response = client.post(f"/build/{draft.pk}/{action}/", seen(draft, at="/ops"))

        assert response["Location"] == f"/build/{draft.pk}/?at=%2Fops"
        assert client.get(f"/build/{draft.pk}/definition.json").content.decode() == text
        page = client.get(f"/build/{draft.pk}/").content.decode()
        assert ('id="undo" aria-label="Undo, 1 step" title="Undo">' in page) is undo
        assert ('aria-label="Redo, 1 step" title="Redo">' in page) is redo

    nothing = client.post(f"/build/{draft.pk}/redo/", seen(draft))
    assert nothing.status_code == 422
    assert "Not changed. There is nothing to redo." in plain(nothing.content.decode())


def test_two_tabs_overwrite_nothing_of_each_other(client: Client) -> None:
    draft = made(client, '{"a": 1}')
    before = seen(draft)
    client.post(f"/build/{draft.pk}/text/", {**before, "text": '{"a": 2}'})

    late = client.post(f"/build/{draft.pk}/text/", {**before, "text": '{"a": 3, "x": "<i>"}'})

    page = late.content.decode()
    assert late.status_code == 409
    assert "Nothing was overwritten." in plain(page)
    assert "{&quot;a&quot;: 3, &quot;x&quot;: &quot;&lt;i&gt;&quot;}</textarea>" in page
    assert client.get(f"/build/{draft.pk}/definition.json").content == b'{"a": 2}'


def test_after_a_conflict_mine_is_saved_or_kept_apart(client: Client) -> None:
    draft = made(client, '{"a": 1}')
    client.post(f"/build/{draft.pk}/text/", {"seen": 1, "text": '{"a": 2}'})
    mine = '{"a": 3}'

    apart = client.post(f"/build/{draft.pk}/copy/", {"seen": 2, "text": mine})
    assert client.get(f"{apart['Location']}definition.json").content.decode() == mine
    client.post(f"/build/{draft.pk}/text/", {"seen": 2, "text": mine})
    assert client.get(f"/build/{draft.pk}/definition.json").content.decode() == mine
    assert client.get(f"/build/{draft.pk}/versions/2/definition.json").content == b'{"a": 2}'


@pytest.mark.parametrize("action", ["undo", "redo"])
def test_a_step_on_an_older_state_is_a_conflict(client: Client, action: str) -> None:
    draft = made(client, "one")
    for revision, text in ((1, "two"), (2, "three")):
        client.post(f"/build/{draft.pk}/text/", {"seen": revision, "text": text})

    response = client.post(f"/build/{draft.pk}/{action}/", {"seen": 2})

    assert response.status_code == 409
    assert "was not done" in plain(response.content.decode())
    assert client.get(f"/build/{draft.pk}/definition.json").content == b"three"


@pytest.mark.parametrize("value", ["", "x", "-1", "1.0", "²", "9" * 30])
def test_a_change_says_what_it_was_made_on(client: Client, value: str) -> None:
    draft = made(client)

    assert client.post(f"/build/{draft.pk}/text/", {"seen": value, "text": "x"}).status_code == 400
    assert client.get(f"/build/{draft.pk}/definition.json").content.decode() == TEXT


def test_a_draft_is_renamed_copied_and_deleted(client: Client) -> None:
    draft = made(client)
    client.post(f"/build/{draft.pk}/name/", {"name": " Mine\n<b> "})
    copied = client.post(f"/build/{draft.pk}/copy/")
    nameless = client.post(f"/build/{draft.pk}/name/", {"name": " "})

    assert "Mine &lt;b&gt;, draft ·" in client.get(f"/build/{draft.pk}/").content.decode()
    assert "Mine &lt;b&gt; (copy)" in client.get(copied["Location"]).content.decode()
    assert client.get(f"{copied['Location']}definition.json").content.decode() == TEXT
    assert (nameless.status_code, "A draft needs a name." in nameless.content.decode()) == (422, True)
    assert client.post(f"/build/{draft.pk}/delete/")["Location"] == "/build/"
    assert client.get(f"/build/{draft.pk}/").status_code == 404


def test_the_file_is_called_after_the_draft(client: Client) -> None:
    draft = made(client)
    client.post(f"/build/{draft.pk}/name/", {"name": 'Llama 3 "é"/..'})

    response = client.get(f"/build/{draft.pk}/definition.json?download")

    assert response["Content-Disposition"] == 'attachment; filename="Llama-3.json"'


def test_what_an_import_left_out_is_told_until_it_was_read(client: Client) -> None:
    response = client.post("/build/", {"run_line": "docker run --privileged -it ubuntu:24.04 echo '<hi>'"})

    page = plain(client.get(response["Location"]).content.decode())
    assert "Not carried over as it was" in page
    assert "privileged" in page
    client.post(f"{response['Location']}read/")
    assert "Not carried over" not in plain(client.get(response["Location"]).content.decode())


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        ({"paste": "\ndocker run --gpus <b>"}, ">\n\ndocker run --gpus &lt;b&gt;</textarea>"),
        ({"job": '"><i>'}, 'value="&quot;&gt;&lt;i&gt;"'),
        ({"url": "ftp://x.example/a"}, 'value="ftp://x.example/a"'),
    ],
)
def test_what_leads_nowhere_is_said_and_stays_typed(client: Client, fields: dict[str, str], kept: str) -> None:
    response = client.post("/build/", fields)

    page = response.content.decode()
    assert response.status_code == 422
    assert "No draft was made." in plain(page)
    assert kept in page
    assert 'aria-invalid="true"' in page
    assert not Draft.objects.exists()


def test_pages_of_drafts_are_kept_by_no_cache(client: Client) -> None:
    draft = made(client)

    for path in ("", "definition.json", "versions/", "share/"):
        assert "no-store" in client.get(f"/build/{draft.pk}/{path}")["Cache-Control"]
