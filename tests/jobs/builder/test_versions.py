"""The pages of a draft's versions: the list, comparisons, one version, going back."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from jobs.builder import store
from jobs.models import Draft
from tests.jobs.builder.drafts import saved
from tests.jobs.builder.test_draft_pages import made
from tests.markets.pages import get, plain, queries

pytestmark = pytest.mark.django_db

FIRST = '{"ops": [{"type": "container/run", "id": "a", "args": {"image": "ubuntu:24.04"}}]}'
SECOND = FIRST.replace("24.04", "26.04")


@pytest.fixture
def draft(client: Client) -> Draft:
    return saved(made(client, FIRST), SECOND, label="Image of a changed")


def test_the_list_says_what_was_done(client: Client, draft: Draft) -> None:
    words = plain(get(client, f"/build/{draft.pk}/versions/"))

    assert re.search(r"\b2 Image of a changed now now 82 B 1 Start now 82 B with now", words), words


def test_any_two_versions_are_compared_the_present_one_by_default(client: Client, draft: Draft) -> None:
    forth = plain(get(client, f"/build/{draft.pk}/versions/?from=1"))
    back = plain(get(client, f"/build/{draft.pk}/versions/?from=2&to=1"))

    assert "From version 1 to version 2" in forth
    assert re.search(r"1 changed Op a changed args\.image .*24 \.04.*26 \.04", forth), forth
    assert "From version 2 to version 1" in back
    assert re.search(r"args\.image .*26 \.04.*24 \.04", back), back


def test_versions_that_differ_in_layout_alone_are_said_to(client: Client, draft: Draft) -> None:
    saved(draft, SECOND.replace(" ", ""))

    assert "Both say the same; only the layout differs" in plain(get(client, f"/build/{draft.pk}/versions/?from=2"))


@pytest.mark.parametrize("query", ["from=9", "from=x", "from=1&to=9", "from=²", f"from={'9' * 40}"])
def test_a_version_that_is_not_kept_is_said_to_be_gone(client: Client, draft: Draft, query: str) -> None:
    response = client.get(f"/build/{draft.pk}/versions/?{query}")

    assert response.status_code == 404
    assert "This version is not kept" in plain(response.content.decode())


def test_a_version_is_shown_with_what_changed_since_and_downloads_exactly(client: Client, draft: Draft) -> None:
    words = plain(get(client, f"/build/{draft.pk}/versions/1/"))
    file = client.get(f"/build/{draft.pk}/versions/1/definition.json?download")

    assert "Version 1 Start , now" in words
    assert "What changed since, up to version 2" in words
    assert "Go back to it" in words
    assert (file.content, file["Content-Disposition"]) == (FIRST.encode(), 'attachment; filename="a-1.json"')


def test_going_back_to_a_version_is_a_version(client: Client, draft: Draft) -> None:
    response = client.post(f"/build/{draft.pk}/versions/1/restore/", {"seen": 2})

    draft.refresh_from_db()
    assert response["Location"] == f"/build/{draft.pk}/"
    assert (store.text_of(draft), draft.number, store.version_of(draft).label) == (FIRST, 3, "Version 1 restored")


def test_going_back_on_an_older_state_is_a_conflict(client: Client, draft: Draft) -> None:
    response = client.post(f"/build/{draft.pk}/versions/1/restore/", {"seen": 1})

    draft.refresh_from_db()
    assert (response.status_code, draft.number) == (409, 2)


def test_the_list_takes_the_same_queries_for_any_number_of_versions(client: Client, draft: Draft) -> None:
    few = queries(client, f"/build/{draft.pk}/versions/?from=1")
    for number in range(10):
        draft = saved(draft, f"{{}}{' ' * number}")

    assert queries(client, f"/build/{draft.pk}/versions/?from=1") == few


def test_secrets_stay_out_of_comparisons(client: Client) -> None:
    one = '{"ops": [{"id": "a", "args": {"env": {"HF_TOKEN": "hf_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}}}]}'
    draft = saved(made(client, one), one.replace("aaaa", "bbbb"))

    for path in ("versions/?from=1", "versions/1/"):
        assert "hf_" not in get(client, f"/build/{draft.pk}/{path}")
