"""Signing in as somebody who is no administrator: the way in, the way back, and the way out."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user
from django.contrib.auth.models import User
from django.test import Client
from django.utils.html import escape

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough one"  # noqa: S105 - of a test


@pytest.fixture
def reader() -> User:
    return User.objects.create_user("reader", password=PASSWORD)


def test_somebody_who_is_no_staff_signs_in_and_goes_back_to_where_they_were(client: Client, reader: User) -> None:
    response = client.post("/sign-in/", {"username": "reader", "password": PASSWORD, "next": "/jobs/?state=running"})

    assert (response.status_code, response["Location"]) == (302, "/jobs/?state=running")
    assert get_user(client) == reader


def test_a_wrong_password_says_so_and_keeps_the_name_but_not_the_password(client: Client, reader: User) -> None:
    response = client.post("/sign-in/", {"username": "<b>reader", "password": "wrong-word"})

    page = response.content.decode()
    assert response.status_code == 200
    assert "Not signed in." in page
    assert f'value="{escape("<b>reader")}"' in page
    assert "wrong-word" not in page
    assert not get_user(client).is_authenticated


def test_nobody_is_sent_to_another_site_after_signing_in(client: Client, reader: User) -> None:
    response = client.post("/sign-in/", {"username": "reader", "password": PASSWORD, "next": "https://example.org/"})

    assert (response.status_code, response["Location"]) == (302, "/")


def test_signing_out_takes_a_post(client: Client, reader: User) -> None:
    client.force_login(reader)

    assert client.get("/sign-out/").status_code == 405
    assert get_user(client) == reader
    assert client.post("/sign-out/")["Location"] == "/"
    assert not get_user(client).is_authenticated
