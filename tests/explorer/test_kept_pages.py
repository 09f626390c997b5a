"""A page that many ask for at once is made once in a while, and for nobody who is signed in."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.jobs.factories import make_job

pytestmark = pytest.mark.django_db
PAGE = "/jobs/"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[float]:
    """Keep pages for two seconds of a clock that only the test moves."""
    settings.KEPT_SECONDS = 2.0
    now = [100.0]
    monkeypatch.setattr("explorer.kept_pages.time.monotonic", lambda: now[0])
    monkeypatch.setattr("explorer.kept.time.monotonic", lambda: now[0])
    return now


def rows(client: Client, path: str = PAGE, **headers: str) -> int:
    """Return how many jobs the page shows."""
    response = client.get(path, headers=headers)
    assert response.status_code == 200
    return response.content.decode().count('class="c-state"')


def test_page_is_answered_from_memory_until_its_time_is_over(clock: list[float], client: Client) -> None:
    make_job()
    assert rows(client) == 1
    make_job("second")

    assert rows(client) == 1
    clock[0] += 1.9
    assert rows(client) == 1
    clock[0] += 0.2
    assert rows(client) == 2


def test_kept_page_is_the_same_answer(clock: list[float], client: Client) -> None:
    make_job()
    first, second = (client.get(PAGE, headers={"accept-encoding": "gzip"}) for _ in range(2))

    assert second.content == first.content
    assert dict(second.headers) == dict(first.headers)


@pytest.mark.parametrize(
    "other",
    [
        {"path": "/jobs/?state=queued"},
        {"cookie": "theme=dark"},
        {"hx-request": "true"},
        {"host": "localhost"},
        {"accept-encoding": "br"},
    ],
)
def test_page_that_differs_in_anything_is_made_anew(
    clock: list[float], client: Client, django_assert_num_queries: Any, other: dict[str, str]
) -> None:
    make_job()
    client.get(PAGE)
    path = other.pop("path", PAGE)

    with django_assert_num_queries(0):
        client.get(PAGE)
    make_job("second")
    assert rows(client, path, **other) == 2


def test_nobody_with_a_session_reads_or_leaves_a_kept_page(clock: list[float], client: Client) -> None:
    make_job()
    member = Client()
    member.force_login(User.objects.create_user("mary"))

    for _ in range(3):  # the first sets a cookie, for the form to sign out
        assert "Sign out" in member.get(PAGE).content.decode()
    assert "Sign out" not in client.get(PAGE).content.decode()
    make_job("second")
    assert (rows(member), rows(client)) == (2, 1)


def test_refused_filter_is_not_kept(clock: list[float], client: Client) -> None:
    assert client.get(f"{PAGE}?state=nonsense").status_code == 400
    assert client.get(f"{PAGE}?state=nonsense").status_code == 400


def test_pages_are_not_kept_without_end(
    clock: list[float], client: Client, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    monkeypatch.setattr("explorer.kept_pages.MOST", 2)
    make_job()
    for path in (PAGE, f"{PAGE}?state=queued", f"{PAGE}?state=running"):  # the third makes the first two forgotten
        rows(client, path)
    make_job("second")

    assert rows(client, f"{PAGE}?state=running") == 0
    assert rows(client, f"{PAGE}?state=queued") == 2
