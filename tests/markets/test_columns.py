"""The columns of the lists of markets and nodes: chosen in the query string, kept by what else changes it."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from markets.forms import MarketFilter, NodeFilter
from markets.forms.columns import ListFilter
from markets.models import Node
from tests.jobs.factories import address, make_market
from tests.markets.pages import plain

pytestmark = pytest.mark.django_db


def heads(page: str) -> list[str]:
    return [plain(cell) for cell in re.findall(r"<th scope=\"col\".*?</th>", page, re.S)]


def cells(page: str) -> list[str]:
    return re.findall(r'data-label="([^"]*)"', page)


@pytest.fixture(autouse=True)
def some() -> None:
    Node.objects.create(address=address("node"), market=make_market(), gpu_name="x")


@pytest.mark.parametrize(("url", "form"), [("/markets/", MarketFilter), ("/nodes/", NodeFilter)])
def test_usual_columns_are_shown_unless_some_are_chosen(client: Client, url: str, form: type[ListFilter]) -> None:
    labels = [column.label for column in form.columns if not column.is_extra]

    for query in ("", "?columns=", "?columns=odd", "?columns=%E2%80%AE%00"):
        page = client.get(url + query).content.decode()
        assert heads(page) == labels
        assert len(cells(page)) == len(labels) - 1


@pytest.mark.parametrize(
    ("url", "shown", "labels"),
    [
        ("/markets/?columns=vram&columns=usd-h", ["Market", "VRAM", "USD/h"], ["VRAM", "USD/h"]),
        ("/markets/?columns=usd-h,vram,odd", ["Market", "VRAM", "USD/h"], ["VRAM", "USD/h"]),
        (
            "/nodes/?columns=seen,down-up,gpu",
            ["Node", "GPU", "Down / up", "Seen"],
            ["GPU", "Down / up, Mbit/s", "Seen"],
        ),
    ],
)
def test_chosen_columns_alone_are_shown_in_the_tables_order(
    client: Client, url: str, shown: list[str], labels: list[str]
) -> None:
    page = client.get(url).content.decode()

    assert heads(page) == shown
    assert cells(page) == labels


@pytest.mark.parametrize(("url", "form"), [("/markets/", MarketFilter), ("/nodes/", NodeFilter)])
def test_each_column_can_be_shown_alone(client: Client, url: str, form: type[ListFilter]) -> None:
    for column in form.columns[1:]:
        page = client.get(url, {"columns": column.name}).content.decode()
        assert heads(page) == [form.columns[0].label, column.label]
        assert len(cells(page)) == 1


def test_filter_and_sort_keep_the_columns(client: Client) -> None:
    page = client.get("/nodes/?columns=gpu,seen&sort=seen&q=x").content.decode()

    assert '<input type="hidden" form="filter" name="columns" value="gpu,seen">' in page
    assert "columns=gpu%2Cseen&amp;q=x&amp;sort=-seen" in page


def test_the_chooser_keeps_the_filter(client: Client) -> None:
    page = client.get("/nodes/?columns=gpu&sort=seen&q=x").content.decode()

    menu = page.partition("Columns <span")[2].partition("</form>")[0]
    assert re.findall(r'type="hidden" name="(\w+)" value="(\w+)"', menu) == [("q", "x"), ("sort", "seen")]
    assert re.findall(r'value="([\w-]+)" checked', menu) == ["gpu"]


def test_the_lists_offer_their_saved_views(client: Client) -> None:
    alice = User.objects.create_user("alice")
    client.force_login(alice)
    client.post("/views/", {"page": "nodes", "name": "Mine", "query": "columns=gpu&q=x"})
    client.post("/views/", {"page": "markets", "name": "Other", "query": ""})

    page = client.get("/nodes/?q=x&columns=gpu").content.decode()

    assert 'href="/nodes/?columns=gpu&amp;q=x" aria-current="true"' in page
    assert "Other" not in page
