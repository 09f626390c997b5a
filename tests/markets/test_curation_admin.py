from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from markets.choices import Decision
from markets.curation import Wish, decide, image_entry
from markets.models import Curated, Market, MarketCurator, Revision
from tests.markets.curators import about, client_of, make_user, names, typed
from tests.markets.factories import make_image, make_market, make_seed_market
from tests.markets.pages import get, plain, queries, rows

pytestmark = pytest.mark.django_db

STATS = "registry.hub.docker.com/nosana/stats:v1.0.4"
WHISPER = "docker.io/nosana/whisper:cuda-check"
LIST = "/admin/markets/market/"
HEAD = "market,decision,kind,entry,note\n"


@pytest.fixture
def market() -> Market:
    return make_seed_market()


@pytest.fixture
def other() -> Market:
    market = make_market("Other")
    make_image(market, STATS)
    return market


@pytest.fixture
def root() -> User:
    return User.objects.create_superuser("root", password="a long pass phrase")


@pytest.fixture
def browser(root: User) -> Client:
    return client_of(root)


def screen(market: Market, page: str = "change/") -> str:
    return f"{LIST}{market.pk}/{page}"


def log() -> list[tuple[str, str]]:
    """Return what Django's own log says, oldest first: about what, and what."""
    return [(entry.object_repr, entry.change_message) for entry in LogEntry.objects.order_by("pk")]


def revisions() -> list[tuple[str, str, str, str]]:
    found = Revision.objects.order_by("market__name", "number").select_related("market")
    return [(row.market.name, row.change, row.author_name, row.reason) for row in found]


def seen(page: str) -> dict[str, str]:
    """Return the hidden fields that a preview carries on."""
    return dict(re.findall(r'name="(seen-\w+)" value="(\d+)"', page))


def test_screen_saves_decisions_with_reason_and_logs_them(browser: Client, market: Market) -> None:
    answer = browser.post(screen(market), typed(market, WHISPER, reason="slow pulls"))

    assert (answer.status_code, answer["Location"]) == (302, screen(market))
    assert WHISPER in names(market)
    assert revisions() == [("NVIDIA 3060", "curation", "root", "slow pulls")]
    assert log() == [("NVIDIA 3060", "Saved as change 1.")]
    assert "Saved as change 1." in get(browser, screen(market))


def test_screen_shows_the_position_of_an_error_and_saves_nothing(browser: Client, market: Market) -> None:
    answer = browser.post(screen(market), typed(market, "docker.io/Nosana/x:1"))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Character 11: The name of an image is written in lower case." in plain(page)
    assert 'data-caret="10"' in page
    assert (Revision.objects.count(), log()) == (0, [])


def test_screen_shows_a_change_made_meanwhile_before_saving(browser: Client, market: Market, root: User) -> None:
    mine = about(market, STATS, "hide")
    decide(market=market, wishes=[Wish(image_entry(WHISPER), Decision.ADD)], author=root, reason="first", seen=0)

    answer = browser.post(screen(market), mine)

    assert answer.status_code == 409
    assert "Nothing was saved: the list was changed since you opened it." in plain(answer.content.decode())
    assert Revision.objects.count() == 1


def test_screen_holds_facts_changes_curators_and_the_ways_on(browser: Client, market: Market) -> None:
    make_user("carol", curates=market)
    browser.post(screen(market), about(market, STATS, "hide", reason="built in"))

    page = get(browser, screen(market))

    told = plain(page)
    assert "7 served, the network says 8" in told
    assert "root decided about 1 entry built in" in told
    assert "carol" in told
    for way in ("history/", "import/", "export/?format=csv", "export/"):
        assert f'href="{screen(market, way)}"' in page
    assert f'href="/admin/markets/marketcurator/add/?market={market.pk}"' in page


def test_history_and_revert_in_the_admin(browser: Client, market: Market) -> None:
    browser.post(screen(market), about(market, STATS, "hide", reason="one"))
    browser.post(screen(market), typed(market, WHISPER, reason="two"))
    page = get(browser, screen(market, "history/"))
    assert re.findall(r'class="at"><a href="([^"]+)"', page) == [screen(market, f"revision/{n}/") for n in (2, 1)]
    assert f"no longer added: {WHISPER}" in plain(get(browser, screen(market, "revision/1/")))

    refused = browser.post(screen(market, "revision/1/"), {"reason": "", "seen": "2"})
    late = browser.post(screen(market, "revision/1/"), {"reason": "back", "seen": "1"})
    done = browser.post(screen(market, "revision/1/"), {"reason": "back", "seen": "2"})

    assert (refused.status_code, late.status_code, done.status_code) == (422, 409, 302)
    assert (STATS in names(market), WHISPER in names(market)) == (False, False)
    assert [row[1:] for row in revisions()][2] == ("revert", "root", "back")


def test_list_counts_filters_and_names_errors(browser: Client, market: Market, other: Market) -> None:
    Market.objects.filter(pk=other.pk).update(required_error="<b>boom</b>", required_failed_at=timezone.now())
    browser.post(screen(market), about(market, STATS, "hide"))
    browser.post(screen(market), typed(market, WHISPER))

    def shown(query: str) -> list[str]:
        return [row[1] for row in rows(get(browser, f"{LIST}{query}"))]

    assert [(row[1], row[4], row[5], row[8]) for row in rows(get(browser, LIST))] == [
        ("NVIDIA 3060", "7 + 1", "+1 −1", "-"),
        ("Other", "1 + 0", "–", "<b>boom</b>"),
    ]
    assert shown("?refresh=failing") == ["Other"]
    assert shown("?refresh=fine") == ["NVIDIA 3060"]
    assert shown("?refresh=never") == []
    assert shown("?curation=any") == shown("?curation=hide") == ["NVIDIA 3060"]
    assert shown("?curation=pin") == []
    assert shown("?curation=none") == ["Other"]


def test_action_leads_to_the_form_with_the_chosen_markets(browser: Client, market: Market, other: Market) -> None:
    chosen = {"_selected_action": [market.pk, other.pk]}
    bulk = browser.post(LIST, {"action": "hide_entry", **chosen})
    refresh = browser.post(LIST, {"action": "refresh_now", **chosen})
    export = browser.post(LIST, {"action": "export_lists", **chosen})

    markets = f"market={market.pk}&market={other.pk}"
    assert [answer["Location"] for answer in (bulk, refresh, export)] == [
        f"{LIST}bulk/?decision=hide&{markets}",
        f"{LIST}refresh/?{markets}",
        f"{LIST}export/?{markets}",
    ]
    assert '<option value="hide" selected>' in get(browser, bulk["Location"])


def bulk(*markets: Market, **fields: str) -> dict[str, Any]:
    values = {"kind": "image", "entry": WHISPER, "decision": "add", "note": "", "reason": "pull times"}
    return {**values, "market": [market.pk for market in markets], **fields}


def test_bulk_shows_what_will_change_and_then_changes_that(browser: Client, market: Market, other: Market) -> None:
    browser.post(screen(other), typed(other, WHISPER, reason="before"))

    preview = browser.post(f"{LIST}bulk/", bulk(market, other, step="preview"))

    page = preview.content.decode()
    assert preview.status_code == 200
    assert rows(page) == [["NVIDIA 3060", f"added: added: {WHISPER}"], ["Other", "nothing"]]
    assert "Save in 1 market" in plain(page)
    assert seen(page) == {f"seen-{market.pk}": "0", f"seen-{other.pk}": "1"}
    assert Revision.objects.count() == 1

    done = browser.post(f"{LIST}bulk/", bulk(market, other, step="apply", **seen(page)))

    assert (done.status_code, done["Location"]) == (302, LIST)
    assert WHISPER in names(market)
    assert revisions() == [
        ("NVIDIA 3060", "curation", "root", "pull times"),
        ("Other", "curation", "root", "before"),
    ]
    assert "Changed 1 of 2 markets." in get(browser, LIST)


def test_bulk_shows_a_change_made_since_the_preview(browser: Client, market: Market, other: Market, root: User) -> None:
    page = browser.post(f"{LIST}bulk/", bulk(market, other, step="preview")).content.decode()
    decide(market=other, wishes=[Wish(image_entry("redis:7"), Decision.ADD)], author=root, reason="me", seen=0)

    late = browser.post(f"{LIST}bulk/", bulk(market, other, step="apply", **seen(page)))

    page = late.content.decode()
    assert late.status_code == 409
    assert "Nothing was saved: lists were changed since the preview." in plain(page)
    assert seen(page) == {f"seen-{market.pk}": "0", f"seen-{other.pk}": "1"}
    assert Revision.objects.count() == 1


def test_bulk_refuses_what_no_image_is_and_what_has_no_reason(browser: Client, market: Market) -> None:
    answer = browser.post(f"{LIST}bulk/", bulk(market, step="preview", entry="Bad:1", reason=""))

    told = plain(answer.content.decode())
    assert answer.status_code == 422
    assert "Character 1: The name of an image is written in lower case." in told
    assert "Say why; everybody can read it in the history." in told
    assert browser.post(f"{LIST}bulk/", bulk(step="preview")).status_code == 400


def test_bulk_takes_decisions_back(browser: Client, market: Market, other: Market) -> None:
    for chosen in (market, other):
        browser.post(screen(chosen), about(chosen, STATS, "hide"))

    browser.post(
        f"{LIST}bulk/",
        bulk(
            market,
            other,
            step="apply",
            entry=STATS,
            decision="none",
            **{f"seen-{chosen.pk}": "1" for chosen in (market, other)},
        ),
    )

    assert Curated.objects.count() == 0
    assert STATS in names(other)


def test_preview_of_an_import_changes_nothing_and_says_what_would(browser: Client, market: Market) -> None:
    text = f"{HEAD},add,image,{WHISPER},a note\n,hide,image,{STATS},\n,hide,image,{STATS}2,\n"

    preview = browser.post(screen(market, "import/"), {"text": text, "step": "preview"})

    page = preview.content.decode()
    assert preview.status_code == 200
    assert rows(page) == [
        [
            "NVIDIA 3060",
            f"added: added: {WHISPER} removed: hidden: {STATS} decided: hidden: {STATS}2",
        ]
    ]
    assert (Curated.objects.count(), Revision.objects.count(), log()) == (0, 0, [])

    unexplained = browser.post(screen(market, "import/"), {"text": text, "step": "apply", "reason": "", **seen(page)})
    assert (unexplained.status_code, Revision.objects.count()) == (422, 0)

    done = browser.post(screen(market, "import/"), {"text": text, "step": "apply", "reason": "moved", **seen(page)})
    assert (done.status_code, done["Location"]) == (302, screen(market))
    assert revisions() == [("NVIDIA 3060", "import", "root", "moved")]
    assert (WHISPER in names(market), STATS in names(market)) == (True, False)
    assert log() == [("NVIDIA 3060", "Saved as change 1.")]


def test_import_names_line_and_character_of_what_is_wrong(browser: Client, market: Market) -> None:
    text = f"{HEAD},add,image,docker.io/Nosana/x:1,\n,burn,image,nginx:1,\nnowhere,add,image,nginx:1,\n"

    page = browser.post(screen(market, "import/"), {"text": text, "step": "apply", "reason": "x"}).content.decode()

    assert [row[:3] for row in rows(page)] == [["2", "11", "entry"], ["3", "1", "decision"], ["4", "1", "market"]]
    assert Revision.objects.count() == 0


def test_import_takes_a_file_and_shows_a_change_made_since(
    browser: Client, market: Market, other: Market, root: User
) -> None:
    text = json.dumps({"markets": [{"address": m.pk, "decisions": [{"decision": "add", "image": WHISPER}]}
                                   for m in (market, other)]})  # fmt: skip
    file = SimpleUploadedFile("decisions.json", text.encode())
    page = browser.post(f"{LIST}import/", {"file": file, "step": "preview"}).content.decode()
    assert [row[0] for row in rows(page)] == ["NVIDIA 3060", "Other"]
    assert html.escape(text) in page
    decide(market=other, wishes=[Wish(image_entry("redis:7"), Decision.ADD)], author=root, reason="me", seen=0)

    late = browser.post(f"{LIST}import/", {"text": text, "step": "apply", "reason": "x", **seen(page)})

    assert late.status_code == 409
    assert (WHISPER in names(market), WHISPER in names(other)) == (False, False)


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (b"", "Choose a file or paste its text."),
        (b"market\n\xff\xfe", "Line 2: the file is not UTF-8; save it as CSV UTF-8 or JSON."),
        (b"x" * 1_000_001, "A file has at most 1,000,000 bytes."),
    ],
)
def test_import_refuses_files_that_cannot_be_read(browser: Client, market: Market, file: bytes, sentence: str) -> None:
    answer = browser.post(screen(market, "import/"), {"file": SimpleUploadedFile("x.csv", file), "step": "preview"})

    assert answer.status_code == 422
    assert sentence in plain(answer.content.decode())


def test_curator_of_one_market_cannot_import_into_another(market: Market, other: Market) -> None:
    browser = client_of(make_user("carol", is_staff=True, curates=market))
    text = f"{HEAD}{other.pk},add,image,{WHISPER},\n"

    preview = browser.post(screen(market, "import/"), {"text": text, "step": "preview"})
    apply = browser.post(screen(market, "import/"), {"text": text, "step": "apply", "reason": "x"})

    assert "You may not curate Other. Take these rows out." in plain(preview.content.decode())
    assert apply.status_code == 403
    assert Revision.objects.count() == 0


def test_export_comes_back_as_an_import_that_changes_nothing(browser: Client, market: Market, other: Market) -> None:
    browser.post(screen(market), about(market, STATS, "hide", note="=1+1"))
    both = f"market={market.pk}&market={other.pk}"
    for url in (f"{LIST}export/?{both}", f"{LIST}export/?format=csv&{both}", screen(market, "export/?format=csv")):
        answer = browser.get(url)
        assert answer["Content-Disposition"].startswith('attachment; filename="required-resources-')

        page = browser.post(f"{LIST}import/", {"text": answer.content.decode("utf-8-sig"), "step": "preview"})

        assert "The file says nothing new" in plain(page.content.decode()), url


def test_refresh_of_many_counts_those_that_answered(browser: Client, market: Market, other: Market) -> None:
    ask = browser.post(f"{LIST}refresh/", {"market": [market.pk, other.pk]})
    assert ask.status_code == 302
    assert "0 of 2 answered, 0 changed, 0 failed" in plain(get(browser, ask["Location"]))

    Market.objects.filter(pk=market.pk).update(required_at=timezone.now())
    Market.objects.filter(pk=other.pk).update(required_failed_at=timezone.now(), required_error="boom")

    page = get(browser, ask["Location"])
    assert "2 of 2 answered, 0 changed, 1 failed" in plain(page)
    assert "hx-trigger" not in page
    assert browser.get(f"{LIST}refresh/?market={market.pk}&since=yesterday").status_code == 400


def test_audit_lists_every_change_of_every_market(browser: Client, market: Market, other: Market) -> None:
    browser.post(screen(market), about(market, STATS, "hide", reason="<b>one</b>"))
    browser.post(screen(other), typed(other, WHISPER, reason="two"))

    found = rows(get(browser, "/admin/markets/revision/"))

    assert [row[1:] for row in found] == [
        ["Other #1", "Curation", "root", "two", "+1 −0"],
        ["NVIDIA 3060 #1", "Curation", "root", "<b>one</b>", "+0 −1"],
    ]


def test_curators_are_managed_and_logged(browser: Client, market: Market) -> None:
    carol = make_user("carol", is_staff=True)
    browser.post("/admin/markets/marketcurator/add/", {"user": carol.pk, "market": market.pk})
    grant = MarketCurator.objects.get(user=carol, market=market)
    assert client_of(carol).get(screen(market)).status_code == 200

    browser.post(f"/admin/markets/marketcurator/{grant.pk}/delete/", {"post": "yes"})

    assert client_of(carol).get(screen(market)).status_code == 403
    assert len(log()) == 2


def test_screen_asks_as_many_queries_for_more(browser: Client, market: Market, other: Market) -> None:
    browser.post(screen(market), about(market, STATS, "hide"))
    few = queries(browser, screen(market))
    for number in range(5):
        browser.post(screen(market), typed(market, f"docker.io/nosana/number:{number}"))
        make_image(make_market(f"Market {number}"), "nginx")
        make_user(f"user {number}", curates=market)

    assert queries(browser, screen(market)) == few
