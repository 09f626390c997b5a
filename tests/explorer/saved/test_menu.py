"""What the menus beside a list offer to do with it: what is wrong is neither saved nor exported."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from explorer.models import SavedView
from tests.markets.pages import HTMX

pytestmark = pytest.mark.django_db

WRONG = [
    "/jobs/?state=bogus",
    "/jobs/?state=running&duration_min=abc",
    "/nodes/?status=free&sort=foo",
    "/markets/?sort=foo",
]
RIGHT = ["/jobs/?state=running", "/nodes/?status=free", "/markets/"]


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize(("url", "is_right"), [*((url, False) for url in WRONG), *((url, True) for url in RIGHT)])
def test_only_a_filter_that_is_right_is_saved_and_exported(
    client: Client, url: str, is_right: bool, headers: dict[str, str]
) -> None:
    owner = User.objects.create_user("alice")
    page = url.split("/")[1]
    SavedView.objects.create(owner=owner, page=page, name="Mine", query="q=mine")
    client.force_login(owner)

    answer = client.get(url, headers=headers).content.decode()

    menus = answer.partition('id="tools"')[2]
    assert ("Save what is shown as" in menus, 'name="query"' in menus) == (is_right, is_right)
    assert ("This filter is wrong, so it cannot be saved." in menus) is not is_right
    assert re.findall(r'<bdi class="cut">(.*?)</bdi>', menus) == ["Mine"]
    manage = f"/views/?page={page}&amp;query={url.partition('?')[2].replace('=', '%3D')}" if is_right else "/views/"
    assert f'href="{manage}"' in menus
    assert ("/jobs/export" in menus) is (is_right and page == "jobs")
    assert ("This list as JSON" in answer) is (is_right and not headers)


@pytest.mark.parametrize(
    ("url", "begins"), [("/jobs/", "A view is this filter"), ("/jobs/?state=bogus", "Views belong")]
)
def test_who_is_not_signed_in_is_told_what_a_view_is_where_there_can_be_one(
    client: Client, url: str, begins: str
) -> None:
    menus = client.get(url).content.decode().partition('id="tools"')[2]

    (told,) = re.findall(r"<p>([^<]*Views belong to accounts[^<]*)</p>", menus)
    assert told.startswith(begins)
