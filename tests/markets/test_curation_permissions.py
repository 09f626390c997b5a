"""Who may do what: every address of curation, for everybody there is."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from markets.models import Curated, Market, Revision
from tests.markets.curators import client_of, make_user, typed
from tests.markets.factories import make_image, make_market

pytestmark = pytest.mark.django_db

#: Addresses below a market, below its screen in the admin, and of many markets there; how they are asked.
READ = ["", "history/", "history/1/", "required-resources.json"]
SITE = [("curate/", "get"), ("curate/", "post"), ("refresh/?since=2026-01-01T00:00:00Z", "get"), ("refresh/", "post")]
SITE += [("history/1/revert/", "post")]
ADMIN = [("change/", "get"), ("change/", "post"), ("history/", "get"), ("revision/1/", "get"), ("revision/1/", "post")]
ADMIN += [("export/", "get"), ("import/", "get"), ("import/", "post")]
MANY = [("bulk/", "get"), ("bulk/", "post"), ("refresh/", "get"), ("refresh/", "post"), ("export/", "get")]


@pytest.fixture
def here() -> Market:
    market = make_market("Here")
    make_image(market, "nginx:1")
    Revision.objects.create(market=market, number=1, change="endpoint", state={"network": [], "decisions": []})
    return market


@pytest.fixture
def elsewhere(here: Market) -> Market:
    return make_market("Elsewhere")


def people(here: Market, elsewhere: Market) -> dict[str, Client]:
    everywhere = make_user("everywhere", is_staff=True)
    everywhere.user_permissions.add(Permission.objects.get(codename="curate_all_markets"))
    reader = make_user("reader", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_market"))
    return {
        "visitor": Client(),
        "user": client_of(make_user("user")),
        "curator here": client_of(make_user("here", curates=here)),
        "curator elsewhere": client_of(make_user("elsewhere", curates=elsewhere)),
        "staff here": client_of(make_user("staff-here", is_staff=True, curates=here)),
        "staff elsewhere": client_of(make_user("staff-elsewhere", is_staff=True, curates=elsewhere)),
        "staff": client_of(make_user("staff", is_staff=True)),
        "reader": client_of(reader),
        "gone": client_of(make_user("gone", curates=here)),
        "everywhere": client_of(everywhere),
        "superuser": client_of(User.objects.create_superuser("root", password="a long pass phrase")),
    }


def asked(client: Client, url: str, method: str, market: Market) -> int:
    sent = typed(market, "redis:7") if method == "post" else None
    if "/admin/markets/market/" in url and url.count("/") == 5 and sent is not None:
        sent["market"] = market.pk
    return client.get(url).status_code if sent is None else client.post(url, sent).status_code


def test_everybody_reads_the_list_and_its_history(here: Market, elsewhere: Market) -> None:
    for name, client in people(here, elsewhere).items():
        assert [client.get(f"/markets/{here.pk}/{page}").status_code for page in READ] == [200] * 4, name


def test_site_lets_only_curators_of_the_market_change_it(here: Market, elsewhere: Market) -> None:
    allowed = {"curator here", "staff here", "everywhere", "superuser", "gone"}
    for name, client in people(here, elsewhere).items():
        for page, method in SITE:
            status = asked(client, f"/markets/{here.pk}/{page}", method, here)
            if name == "visitor":
                assert status == 302, page
            elif name in allowed:
                assert status in {200, 302, 409}, (name, page)
            else:
                assert status == 403, (name, page)
        assert (f"/markets/{here.pk}/curate/" in client.get(f"/markets/{here.pk}/").content.decode()) == (
            name in allowed
        )


def test_admin_lets_only_staff_in_who_curate_the_market(here: Market, elsewhere: Market) -> None:
    allowed = {"staff here", "everywhere", "superuser"}
    looks = {("change/", "get"), ("history/", "get"), ("revision/1/", "get"), ("export/", "get")}
    for name, client in people(here, elsewhere).items():
        for page, method in ADMIN:
            status = asked(client, f"/admin/markets/market/{here.pk}/{page}", method, here)
            if name in {"visitor", "user", "curator here", "curator elsewhere", "gone"}:
                assert status == 302, (name, page)
            elif name in allowed or (name == "reader" and (page, method) in looks):
                assert status in {200, 302, 409, 422}, (name, page)
            else:
                assert status == 403, (name, page)


def test_admin_of_many_markets_asks_for_every_one(here: Market, elsewhere: Market) -> None:
    allowed = {"staff here", "everywhere", "superuser"}
    for name, client in people(here, elsewhere).items():
        for page, method in MANY:
            url = f"/admin/markets/market/{page}"
            status = asked(client, f"{url}?market={here.pk}" if method == "get" else url, method, here)
            both = client.get(f"{url}?market={here.pk}&market={elsewhere.pk}").status_code
            if name in {"visitor", "user", "curator here", "curator elsewhere", "gone"}:
                assert (status, both) == (302, 302), (name, page)
            else:
                assert (status != 403) == (name in allowed), (name, page, status)
                assert (both == 200) == (name in {"everywhere", "superuser"}), (name, page, both)


def test_nobody_without_the_right_changed_anything(here: Market, elsewhere: Market) -> None:
    crowd = people(here, elsewhere)
    for name in ("visitor", "user", "curator elsewhere", "staff elsewhere", "staff", "reader"):
        for page, method in SITE:
            asked(crowd[name], f"/markets/{here.pk}/{page}", method, here)
        for page, method in ADMIN:
            asked(crowd[name], f"/admin/markets/market/{here.pk}/{page}", method, here)
        for page, method in MANY:
            asked(crowd[name], f"/admin/markets/market/{page}", method, here)

    assert (Curated.objects.count(), Revision.objects.count()) == (0, 1)


def test_list_in_the_admin_shows_a_curator_only_theirs(here: Market, elsewhere: Market) -> None:
    crowd = people(here, elsewhere)

    def shown(name: str) -> tuple[bool, bool]:
        page = crowd[name].get("/admin/markets/market/").content.decode()
        return f"/{here.pk}/change/" in page, f"/{elsewhere.pk}/change/" in page

    assert {name: shown(name) for name in ("staff here", "staff elsewhere", "reader", "everywhere", "superuser")} == {
        "staff here": (True, False),
        "staff elsewhere": (False, True),
        "reader": (True, True),
        "everywhere": (True, True),
        "superuser": (True, True),
    }
    assert crowd["staff"].get("/admin/markets/market/").status_code == 403
    assert crowd["staff here"].get("/admin/").content.count(b"/admin/markets/market/") > 0


def test_inactive_curator_may_nothing(here: Market) -> None:
    client = client_of(make_user("former", is_active=False, curates=here))

    assert client.post(f"/markets/{here.pk}/curate/", typed(here, "redis:7")).status_code == 302
    assert Revision.objects.count() == 1


def test_forms_without_the_token_are_refused(here: Market) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user("alice", curates=here))

    assert client.post(f"/markets/{here.pk}/curate/", typed(here, "redis:7")).status_code == 403


def test_only_those_who_may_manage_curators_do(here: Market, elsewhere: Market) -> None:
    crowd = people(here, elsewhere)
    url = "/admin/markets/marketcurator/add/"
    sent = {"user": User.objects.get(username="user").pk, "market": here.pk}

    assert {name: crowd[name].post(url, sent).status_code for name in ("staff here", "everywhere", "superuser")} == {
        "staff here": 403,
        "everywhere": 403,
        "superuser": 302,
    }
    assert crowd["user"].get(f"/markets/{here.pk}/curate/").status_code == 200


def test_visitor_with_htmx_is_sent_to_the_sign_in(here: Market) -> None:
    answer = Client().post(f"/markets/{here.pk}/curate/", typed(here, "redis:7"), headers={"HX-Request": "true"})

    assert answer["HX-Redirect"] == f"/sign-in/?next=/markets/{here.pk}/"
