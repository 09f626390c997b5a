"""Saved views: who may do what, and what is said where somebody may not."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from explorer.models import SavedView
from explorer.models import saved as bounds
from explorer.saved import store
from tests.markets.pages import plain, queries

pytestmark = pytest.mark.django_db

FAILED = {"page": "jobs", "name": "Failed", "query": "outcome=failed"}


@pytest.fixture
def alice() -> User:
    return User.objects.create_user("alice")


@pytest.fixture
def bob() -> User:
    return User.objects.create_user("bob")


def signed_in(user: User, *, checks: bool = False) -> Client:
    client = Client(enforce_csrf_checks=checks)
    client.force_login(user)
    return client


def view_of(owner: User, **facts: object) -> SavedView:
    return SavedView.objects.create(owner=owner, **{**FAILED, **facts})


def facts(view: SavedView) -> tuple[str, str, str, bool]:
    view.refresh_from_db()
    return (view.page, view.name, view.query, view.is_shared)


def test_a_view_is_saved_in_canonical_words_and_shown(alice: User) -> None:
    query = "?state=running&outcome=failed&node=&after=WyJ4Il0&state=queued"

    response = signed_in(alice).post("/views/", {"page": "jobs", "name": "  Mine\n now ", "query": query})

    (view,) = SavedView.objects.all()
    assert (view.owner, *facts(view)) == (alice, "jobs", "Mine now", "outcome=failed&state=running&state=queued", False)
    assert (response.status_code, response["Location"]) == (302, f"/jobs/?{view.query}")


@pytest.mark.parametrize(("page", "path"), [("jobs", "/jobs/"), ("markets", "/markets/"), ("nodes", "/nodes/")])
def test_a_view_without_a_filter_leads_to_the_list(alice: User, page: str, path: str) -> None:
    view = view_of(alice, page=page, query="")

    assert signed_in(alice).get(f"/views/{view.token}/")["Location"] == path


@pytest.mark.parametrize("name", ["Failed", "fAILED", " failed "])
def test_a_name_that_is_taken_is_refused_and_what_was_typed_stays(alice: User, name: str) -> None:
    view_of(alice)

    response = signed_in(alice).post("/views/", {"page": "jobs", "name": name, "query": "state=queued"})

    page = response.content.decode()
    assert response.status_code == 422
    assert f"Not saved. You have a view of this list called “{name.strip()}”. Choose another name." in plain(page)
    assert f'name="name" value="{name}"' in page
    assert 'name="query" value="state=queued"' in page
    assert SavedView.objects.count() == 1


def test_the_same_name_may_be_used_by_others_and_on_other_lists(alice: User, bob: User) -> None:
    view_of(alice)
    for user, page in ((alice, "nodes"), (bob, "jobs")):
        assert signed_in(user).post("/views/", {**FAILED, "page": page}).status_code == 302

    assert SavedView.objects.count() == 3


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": " "}, "A view needs a name."),
        ({"name": "x" * 61}, "A name has at most 60 characters."),
        ({"name": "\u202e" * 20}, "This name holds characters that cannot be seen."),
        ({"page": "odd"}, "There is no such list to save."),
        ({"query": "x" * 4001}, "This filter is too long to be kept: more than 4000 characters."),
        ({"query": f"q={'ü' * 1500}"}, "This filter is too long to be kept: more than 4000 characters."),
        ({"query": "a=\0"}, "Null characters are not allowed."),
    ],
)
def test_what_cannot_be_saved_is_refused(alice: User, wrong: dict[str, str], sentence: str) -> None:
    response = signed_in(alice).post("/views/", {**FAILED, **wrong})

    assert response.status_code == 422
    assert sentence in plain(response.content.decode())
    assert not SavedView.objects.exists()


def test_there_is_a_bound(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MOST", 1)
    view_of(alice, name="first")

    response = signed_in(alice).post("/views/", FAILED)

    assert response.status_code == 422
    assert "You have 1 views, which is as many as are kept." in plain(response.content.decode())


def test_who_is_not_signed_in_is_told_why_nothing_is_saved(client: Client) -> None:
    response = client.post("/views/", FAILED)

    assert response.status_code == 403
    assert "Views belong to accounts: nothing was saved, since nobody is signed in here." in plain(
        response.content.decode()
    )
    assert not SavedView.objects.exists()


def test_a_post_from_elsewhere_is_refused(alice: User) -> None:
    client = signed_in(alice, checks=True)
    view = view_of(alice)

    assert client.post("/views/", FAILED).status_code == 403
    assert client.post(f"/views/{view.token}/", {"do": "delete"}).status_code == 403
    assert SavedView.objects.count() == 1


def test_a_shared_link_works_for_anybody(alice: User, client: Client) -> None:
    view = view_of(alice, is_shared=True)

    response = client.get(f"/views/{view.token}/")

    assert (response.status_code, response["Location"]) == (302, "/jobs/?outcome=failed")


def test_a_view_that_is_not_shared_is_its_owners(alice: User, bob: User, client: Client) -> None:
    view = view_of(alice)

    assert signed_in(alice).get(f"/views/{view.token}/").status_code == 302
    for other in (client, signed_in(bob)):
        response = other.get(f"/views/{view.token}/")
        assert response.status_code == 404
        assert "This view is gone, or the one who saved it does not share it." in plain(response.content.decode())


@pytest.mark.parametrize("do", ["rename", "update", "share", "unshare", "delete"])
def test_only_the_owner_changes_a_view(alice: User, bob: User, client: Client, do: str) -> None:
    view = view_of(alice, is_shared=True)

    for other in (client, signed_in(bob)):
        response = other.post(f"/views/{view.token}/?page=jobs&query=a%3Db", {"do": do, "name": "Stolen"})
        assert response.status_code == 404
        assert "only the one who saved it changes it" in plain(response.content.decode())
    assert facts(view) == ("jobs", "Failed", "outcome=failed", True)


@pytest.mark.parametrize(
    ("do", "after"),
    [
        ("rename", ("jobs", "New", "outcome=failed", False)),
        ("update", ("jobs", "Failed", "state=queued", False)),
        ("share", ("jobs", "Failed", "outcome=failed", True)),
        ("unshare", ("jobs", "Failed", "outcome=failed", False)),
    ],
)
def test_the_owner_changes_a_view(alice: User, do: str, after: tuple[str, str, str, bool]) -> None:
    view = view_of(alice)

    response = signed_in(alice).post(f"/views/{view.token}/?page=jobs&query=state%3Dqueued", {"do": do, "name": "New"})

    assert (response.status_code, response["Location"]) == (302, "/views/?page=jobs&query=state%3Dqueued")
    assert facts(view) == after


def test_the_owner_deletes_a_view(alice: User) -> None:
    view, other = view_of(alice), view_of(alice, name="Other")

    assert signed_in(alice).post(f"/views/{view.token}/", {"do": "delete"})["Location"] == "/views/"
    assert list(SavedView.objects.all()) == [other]


@pytest.mark.parametrize(
    ("url", "sent", "sentence"),
    [
        ("", {"do": "rename", "name": "OTHER"}, "You have a view of this list called “OTHER”. Choose another name."),
        ("", {"do": "rename", "name": ""}, "A view needs a name."),
        ("", {"do": "update"}, "Open the list with the filter that the view is to have"),
        (f"?page=jobs&query=q%3D{'%C3%BC' * 1500}", {"do": "update"}, "Open the list with the filter"),
        ("?page=nodes&query=q%3Dx", {"do": "update"}, "Open the list with the filter that the view is to have"),
    ],
)
def test_a_change_that_cannot_be_is_refused(alice: User, url: str, sent: dict[str, str], sentence: str) -> None:
    view = view_of(alice)
    view_of(alice, name="Other")

    response = signed_in(alice).post(f"/views/{view.token}/{url}", sent)

    assert response.status_code == 422
    assert sentence in plain(response.content.decode())
    assert facts(view) == ("jobs", "Failed", "outcome=failed", False)


def test_an_unknown_action_is_a_bad_request(alice: User) -> None:
    assert signed_in(alice).post(f"/views/{view_of(alice).token}/", {"do": "odd"}).status_code == 400


def test_the_page_lists_ones_own_views(alice: User, bob: User) -> None:
    mine = view_of(alice, name="<Mine>", is_shared=True)
    view_of(bob, name="Theirs", is_shared=True)

    page = signed_in(alice).get("/views/").content.decode()

    assert re.findall(r"<bdi>(.*?)</bdi>", page) == ["&lt;Mine&gt;"]
    assert f'data-copy="http://testserver/views/{mine.token}/"' in page


def test_a_query_can_lead_nowhere_but_to_its_list(alice: User) -> None:
    view = view_of(alice, query=store.canonical("//evil.test/?a=b#c"))

    location = signed_in(alice).get(f"/views/{view.token}/")["Location"]

    assert location.startswith("/jobs/?")


def test_a_view_whose_filter_no_longer_works_says_so(alice: User) -> None:
    view = view_of(alice, query="state=gone")

    response = signed_in(alice).get(f"/views/{view.token}/", follow=True)

    assert response.status_code == 400
    assert "not “gone”" in plain(response.content.decode())


def test_the_page_takes_the_same_queries_however_many_views(alice: User) -> None:
    client = signed_in(alice)
    view_of(alice)
    few = queries(client, "/views/")
    for number in range(5):
        view_of(alice, name=str(number))

    assert queries(client, "/views/") == few


def test_deleting_an_account_deletes_its_views(alice: User) -> None:
    view_of(alice)
    alice.delete()

    assert not SavedView.objects.exists()
    assert bounds.MOST == 100


def test_a_view_that_was_deleted_in_another_window_does_not_come_back(alice: User) -> None:
    view = view_of(alice)
    SavedView.objects.all().delete()

    with pytest.raises(store.Refused, match="This view was deleted meanwhile, perhaps in another window."):
        store.rename(view, "Other")

    assert not SavedView.objects.exists()


@pytest.mark.parametrize("token", ["a%00b", "no-such"])
def test_what_is_no_view_is_not_found(client: Client, token: str) -> None:
    assert client.get(f"/views/{token}/").status_code == 404
