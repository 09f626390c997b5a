from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.contrib.admin.utils import quote
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from explorer.models import Installation, Source, SyncRecord
from markets.models import NosPrice
from tests.markets.factories import make_image, make_market, make_node, make_resource, make_seed_market
from tests.markets.pages import get, queries, rows

pytestmark = pytest.mark.django_db

MODELS = [
    "markets/requiredimage",
    "markets/requiredresource",
    "markets/node",
    "markets/nosprice",
    "explorer/syncrecord",
    "explorer/installation",
]


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("alice", password="a long pass phrase"))
    return client


@pytest.fixture
def _one_of_each() -> None:
    market = make_seed_market()
    make_node(market=market)
    NosPrice.objects.create(at=timezone.now(), usd="0.31")
    SyncRecord.objects.create(source=Source.MARKETS, failures=1, error="<script>alert(1)</script>")
    Installation.objects.get_or_create(network="sample")


@pytest.mark.usefixtures("_one_of_each")
@pytest.mark.parametrize("model", MODELS)
def test_every_model_can_be_looked_at_and_not_changed(staff: Client, model: str) -> None:
    app, name = model.split("/")
    row = apps.get_model(app, name).objects.first()

    page = get(staff, f"/admin/{model}/")
    detail = get(staff, f"/admin/{model}/{quote(row.pk)}/change/")

    assert "<script>alert" not in page + detail
    assert 'type="submit" value="Save"' not in detail
    assert staff.get(f"/admin/{model}/add/").status_code == 403
    assert staff.post(f"/admin/{model}/{quote(row.pk)}/delete/").status_code == 403
    assert staff.post(f"/admin/{model}/{quote(row.pk)}/change/", {}).status_code == 403


def test_markets_show_what_they_require_in_a_constant_number_of_queries(staff: Client) -> None:
    make_seed_market()
    few = queries(staff, "/admin/markets/market/")
    for number in range(5):
        other = make_market(f"Market {number}")
        make_image(other, "ubuntu", removed_at=timezone.now())
        make_image(other, "nginx")
        make_resource(other, {"type": "Ollama", "model": "gemma3:4b"})

    page = get(staff, "/admin/markets/market/?q=Market")

    assert [row[4] for row in rows(page)] == ["1 + 1"] * 5
    assert re.findall(r"7 \+ 1", get(staff, "/admin/markets/market/")) == ["7 + 1"]
    assert queries(staff, "/admin/markets/market/") == few


def test_visitors_are_sent_to_the_sign_in(client: Client) -> None:
    response = client.get("/admin/markets/market/")

    assert (response.status_code, response["Location"]) == (302, "/admin/login/?next=/admin/markets/market/")
