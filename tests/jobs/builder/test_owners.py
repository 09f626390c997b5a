"""Whose drafts are whose: sessions, accounts, and drafts that are adopted at a sign-in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from jobs.models import Draft, DraftVersion
from jobs.tasks import forget_idle_drafts
from tests.jobs.builder.test_draft_pages import made
from tests.markets.pages import get, plain, queries

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"


@pytest.fixture
def alice() -> User:
    return User.objects.create_user("alice", password=PASSWORD, is_staff=True)


def sign_in(client: Client, path: str) -> None:
    response = client.post(path, {"username": "alice", "password": PASSWORD, "next": "/status/"}, follow=True)
    assert (response.status_code, response.wsgi_request.user.username) == (200, "alice")


@pytest.mark.parametrize(
    "path",
    ["", "definition.json", "versions/", "versions/1/", "versions/1/definition.json", "share/"],
)
def test_a_draft_is_nobody_elses_to_read(client: Client, alice: User, path: str) -> None:
    draft = made(client)
    stranger, signed_in = Client(), Client()
    made(stranger)
    signed_in.force_login(alice)

    assert client.get(f"/build/{draft.pk}/{path}").status_code == 200
    for other in (stranger, signed_in, Client()):
        response = other.get(f"/build/{draft.pk}/{path}")
        assert response.status_code == 404
        assert "This draft is gone, or it belongs to another browser or account." in plain(response.content.decode())


@pytest.mark.parametrize(
    "path",
    [
        "text/",
        "undo/",
        "redo/",
        "name/",
        "read/",
        "copy/",
        "delete/",
        "versions/1/restore/",
        "share/",
        "share/x/",
    ],
)
def test_a_draft_is_nobody_elses_to_change(client: Client, alice: User, path: str) -> None:
    draft = made(client)
    signed_in = Client()
    signed_in.force_login(alice)
    fields = {"seen": 1, "text": "mine", "name": "mine", "do": "withdraw"}

    for other in (Client(), signed_in):
        assert other.post(f"/build/{draft.pk}/{path}", fields).status_code == 404
    assert client.get(f"/build/{draft.pk}/{path}").status_code in {405, 200}
    assert (Draft.objects.get().revision, DraftVersion.objects.count()) == (1, 1)


def test_pages_make_no_session_before_the_first_draft(client: Client) -> None:
    for path in ("/build/", "/", "/jobs/"):
        assert "sessionid" not in client.get(path).cookies
    assert not Session.objects.exists()

    draft = made(client)

    (session,) = Session.objects.all()
    assert timedelta(days=89) < session.expire_date - timezone.now() < timedelta(days=90, minutes=1)
    assert client.cookies["sessionid"]["max-age"] == 90 * 86400
    assert draft.holder not in str(session.get_decoded())


def test_a_session_lasts_as_long_as_its_drafts(client: Client) -> None:
    draft = made(client)
    session = client.session
    session["drafts_day"] = "2020-01-01"
    session.save()

    assert client.get(f"/build/{draft.pk}/").cookies["sessionid"]["max-age"] == 90 * 86400
    assert "sessionid" not in client.get(f"/build/{draft.pk}/").cookies


@pytest.mark.parametrize("path", ["/sign-in/", "/admin/login/"])
def test_signing_in_adopts_the_sessions_drafts(client: Client, alice: User, path: str) -> None:
    mine, other = made(client), made(Client())

    sign_in(client, path)

    mine.refresh_from_db()
    assert (mine.owner, mine.holder) == (alice, "")
    other.refresh_from_db()
    assert (other.owner, other.holder != "") == (None, True)
    assert client.get(f"/build/{mine.pk}/").status_code == 200
    assert client.session.get_expire_at_browser_close() is False
    assert client.session.get_expiry_age() == 14 * 86400


def test_an_adopted_draft_is_out_of_reach_after_signing_out_and_back_after_signing_in(
    client: Client, alice: User
) -> None:
    draft = made(client)
    sign_in(client, "/sign-in/")
    client.post("/sign-out/")

    assert client.get(f"/build/{draft.pk}/").status_code == 404
    assert "No drafts yet" in plain(get(client, "/build/"))
    elsewhere = Client()
    sign_in(elsewhere, "/sign-in/")
    assert elsewhere.get(f"/build/{draft.pk}/").status_code == 200


def test_nothing_is_adopted_where_nobody_has_drafts(client: Client, alice: User) -> None:
    made(Client())
    sign_in(client, "/sign-in/")

    assert not Draft.objects.filter(owner=alice).exists()


def test_the_list_has_ones_own_drafts_changed_last_first(client: Client) -> None:
    made(Client(), '{"ops": [{"id": "theirs"}]}')
    first, second = (made(client, f'{{"ops": [{{"id": "{name}"}}]}}') for name in ("one", "two"))
    client.post(f"/build/{first.pk}/text/", {"text": "{}", "seen": 1})

    page = get(client, "/build/")

    assert page.index(f"/build/{first.pk}/") < page.index(f"/build/{second.pk}/")
    assert "theirs" not in page
    assert "90 days" in plain(page)


def test_the_list_takes_the_same_queries_for_any_number_of_drafts(client: Client) -> None:
    made(client)
    one = queries(client, "/build/")
    for _ in range(5):
        made(client)

    assert queries(client, "/build/") == one


def test_the_daily_task_forgets_idle_drafts_and_sessions_that_ended(client: Client) -> None:
    made(client)
    other = Client()
    kept = made(other)
    Draft.objects.exclude(pk=kept.pk).update(touched_at=timezone.now() - timedelta(days=91))
    Session.objects.filter(pk=client.session.session_key).update(expire_date=timezone.now() - timedelta(days=1))

    forget_idle_drafts()

    assert [draft.pk for draft in Draft.objects.all()] == [kept.pk]
    assert [session.pk for session in Session.objects.all()] == [other.session.session_key]
    assert "jobs.tasks.forget_idle_drafts" in {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
