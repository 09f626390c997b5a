"""Links to a draft: what they show, what they leave out, who may do what."""

from __future__ import annotations

import pytest
from django.test import Client

from jobs.builder import sharing
from jobs.models import Draft, SharedDraft
from tests.jobs.builder.drafts import saved
from tests.jobs.builder.test_draft_pages import made
from tests.markets.pages import get, plain

pytestmark = pytest.mark.django_db

TOKEN = "hf_" + "aB3dE" * 7
TEXT = f"""{{"version": "0.1",  "type": "container",
 "ops": [{{"type": "container/run", "id": "a",
   "args": {{"image": "x/y:1", "env": {{"HF_TOKEN": "{TOKEN}", "N": "1.0"}}}}}}]}}
"""


@pytest.fixture
def draft(client: Client) -> Draft:
    return made(client, TEXT)


@pytest.fixture
def link(client: Client, draft: Draft) -> SharedDraft:
    client.post(f"/build/{draft.pk}/share/")
    return SharedDraft.objects.get()


def test_a_link_says_before_it_is_made_what_it_leaves_out(client: Client, draft: Draft) -> None:
    words = plain(get(client, f"/build/{draft.pk}/share/"))

    assert "1 secret will be left out, *** in its place: HF_TOKEN ." in words
    assert "Nobody but you can open this draft." in words
    assert not SharedDraft.objects.exists()


def test_anyone_reads_a_link_without_the_secrets(link: SharedDraft) -> None:
    page = get(Client(), f"/build/shared/{link.token}/")
    file = Client().get(f"/build/shared/{link.token}/definition.json")

    assert "Secrets were left out, *** stands in their place: HF_TOKEN ." in plain(page)
    assert file.content.decode() == TEXT.replace(TOKEN, "***")
    assert TOKEN not in page
    assert TOKEN.encode() not in bytes(link.body)


def test_a_link_leads_to_no_page_of_the_draft_itself(client: Client, draft: Draft, link: SharedDraft) -> None:
    stranger = Client()

    assert draft.pk not in get(stranger, f"/build/shared/{link.token}/")
    for path in ("", "definition.json", "versions/", "share/"):
        assert stranger.get(f"/build/{link.token}/{path}").status_code == 404
    assert stranger.post(f"/build/{draft.pk}/share/{link.token}/", {"do": "withdraw"}).status_code == 404
    assert stranger.post(f"/build/shared/{link.token}/").status_code == 405


def test_a_reader_makes_a_draft_of_their_own(draft: Draft, link: SharedDraft) -> None:
    reader = Client()

    response = reader.post(f"/build/shared/{link.token}/copy/")

    copy = Draft.objects.exclude(pk=draft.pk).get()
    assert response["Location"] == f"/build/{copy.pk}/"
    assert reader.get(f"/build/{copy.pk}/definition.json").content.decode() == TEXT.replace(TOKEN, "***")
    assert (copy.name, copy.source_kind) == (draft.name, "shared")


def test_a_link_shows_what_was_there_until_it_is_renewed(client: Client, draft: Draft, link: SharedDraft) -> None:
    saved(draft, TEXT.replace("x/y:1", "x/y:2"))
    url = f"/build/shared/{link.token}/definition.json"
    assert b"x/y:1" in Client().get(url).content

    response = client.post(f"/build/{draft.pk}/share/{link.token}/", {"do": "renew"})

    assert response["Location"] == f"/build/{draft.pk}/share/"
    assert b"x/y:2" in Client().get(url).content
    assert "version 2" in plain(get(Client(), f"/build/shared/{link.token}/"))


def test_a_link_that_was_withdrawn_or_whose_draft_is_gone_is_gone(client: Client, draft: Draft) -> None:
    for _ in range(2):
        client.post(f"/build/{draft.pk}/share/")
    first, second = SharedDraft.objects.all()

    client.post(f"/build/{draft.pk}/share/{first.token}/", {"do": "withdraw"})
    assert Client().get(f"/build/shared/{first.token}/").status_code == 404
    assert Client().get(f"/build/shared/{second.token}/").status_code == 200
    client.post(f"/build/{draft.pk}/delete/")
    gone = Client().get(f"/build/shared/{second.token}/")
    assert (gone.status_code, SharedDraft.objects.count()) == (404, 0)
    assert "This link is gone" in plain(gone.content.decode())


def test_what_a_link_cannot_do_is_refused(client: Client, draft: Draft, link: SharedDraft) -> None:
    assert client.post(f"/build/{draft.pk}/share/{link.token}/", {"do": "sell"}).status_code == 400
    assert client.post(f"/build/{draft.pk}/share/other/", {"do": "renew"}).status_code == 404
    other = made(client)
    assert client.post(f"/build/{other.pk}/share/{link.token}/", {"do": "withdraw"}).status_code == 404


def test_there_is_a_bound(client: Client, draft: Draft, link: SharedDraft, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "MOST_LINKS", 1)

    response = client.post(f"/build/{draft.pk}/share/")

    assert (response.status_code, SharedDraft.objects.count()) == (422, 1)
    assert "This draft has 1 links, which is as many as there can be." in plain(response.content.decode())


@pytest.mark.parametrize("text", ["{broken", "<script>alert(1)</script>", "\u202e\x01", ""])
def test_any_text_can_be_shared(client: Client, text: str) -> None:
    draft = made(client, TEXT)
    saved(draft, text)
    client.post(f"/build/{draft.pk}/share/")
    link = SharedDraft.objects.get()

    page = get(Client(), f"/build/shared/{link.token}/")

    assert "<script>alert" not in page
    assert Client().get(f"/build/shared/{link.token}/definition.json").content.decode() == text
