from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from markets.choices import Decision
from markets.curation import Wish, decide, image_entry
from markets.effective import served
from markets.listing import row_key
from markets.models import Curated, Market, Revision
from tests.markets.curators import about, client_of, make_user, names, typed, untimed
from tests.markets.factories import SEED_IMAGES, SEED_RESOURCE, make_image, make_market, make_resource, make_seed_market
from tests.markets.pages import HTMX, get, plain, queries

pytestmark = pytest.mark.django_db

STATS = "registry.hub.docker.com/nosana/stats:v1.0.4"
WHISPER = "docker.io/nosana/whisper:cuda-check"
HOSTILE = "<script>alert(1)</script>\u202e\u0007"


@pytest.fixture
def market() -> Market:
    return make_seed_market()


@pytest.fixture
def alice(market: Market) -> User:
    return make_user("alice", curates=market)


@pytest.fixture
def browser(alice: User) -> Client:
    return client_of(alice)


def url(market: Market, page: str = "curate/") -> str:
    return f"/markets/{market.pk}/{page}"


def api(client: Client, market: Market) -> list[str]:
    return list(client.get(f"/api/markets/{market.pk}/required-resources").json()["required_images"])


def decided(revision: Revision) -> list[tuple[str, str | None, str | None]]:
    return [(item["name"], item["before"], item["after"]) for item in revision.decisions]


def history(market: Market) -> list[tuple[int, str, str, list[Any]]]:
    rows = Revision.objects.filter(market=market).order_by("number")
    return [
        (r.number, r.author_name, r.reason, [(d["name"], d["before"], d["after"]) for d in r.decisions]) for r in rows
    ]


def test_added_image_is_served_with_author_reason_and_origin(browser: Client, market: Market) -> None:
    answer = browser.post(url(market), typed(market, WHISPER, reason="jobs waited", **{"rows-0-note": "for cuda"}))

    assert (answer.status_code, answer["Location"]) == (302, f"/markets/{market.pk}/#required")
    assert sorted(names(market)) == sorted([*SEED_IMAGES, SEED_RESOURCE["url"], WHISPER])
    assert history(market) == [(1, "alice", "jobs waited", [(WHISPER, None, "add")])]
    page = get(browser, url(market, ""))
    row = re.search(rf'<tr>\s*<th[^>]*>\s*<span class="img" title="{re.escape(WHISPER)}".*?</tr>', page, re.S)
    assert row
    assert untimed(plain(row[0])).startswith(
        "docker.io/ nosana/whisper :cuda-check Note: for cuda Added by alice then : jobs waited curated only here then"
    )
    assert plain(page.partition('class="said"')[2].partition("</p>")[0]).endswith("Saved as change 1.")


def test_every_decision_about_an_entry_changes_the_api_and_can_be_taken_back(browser: Client, market: Market) -> None:
    browser.post(url(market), about(market, STATS, "hide"))
    assert STATS not in api(browser, market)
    assert browser.get(url(market, "")).content.count(b"1 image of the network") == 1

    browser.post(url(market), about(market, STATS, "pin", note="kept"))
    assert STATS in api(browser, market)

    browser.post(url(market), about(market, STATS, "none"))
    assert sorted(api(browser, market)) == sorted(SEED_IMAGES)
    assert Curated.objects.count() == 0
    assert [row[3] for row in history(market)] == [
        [(STATS, None, "hide")],
        [(STATS, "hide", "pin")],
        [(STATS, "pin", None)],
    ]


def test_a_note_alone_annotates_and_an_empty_one_takes_that_back(browser: Client, market: Market) -> None:
    browser.post(url(market), about(market, STATS, "note", note="built into node 1.1"))
    assert list(Curated.objects.values_list("decision", "note")) == [("note", "built into node 1.1")]
    assert "built into node 1.1" in get(Client(), url(market, ""))

    browser.post(url(market), about(market, STATS, "note", note=""))
    assert Curated.objects.count() == 0


def test_saving_a_note_keeps_the_decision(browser: Client, market: Market) -> None:
    browser.post(url(market), about(market, STATS, "pin"))

    browser.post(url(market), about(market, STATS, "pin", note="new"))

    assert list(Curated.objects.values_list("decision", "note")) == [("pin", "new")]


@pytest.mark.parametrize(
    ("kind", "text", "place", "marked"),
    [
        ("image", "docker.io/Nosana/whisper:1", "Character 11", "N"),
        ("image", "nginx:1 x", "Character 8", " "),
        ("image", "docker.io/nosana/", "Character 18", " "),
        ("json", '{"type": "S3",\n "url": 1}', "Line 2, character 9", "1"),
        ("json", '{"type": "HF" "repo": "a/b"}', "Character 15", '"'),
        ("HF", "not a repository", "Character 1", "n"),
    ],
)
def test_refused_entry_shows_the_position_and_keeps_what_was_typed(
    browser: Client, market: Market, kind: str, text: str, place: str, marked: str
) -> None:
    sent = typed(market, text, kind=kind, reason="keep me")

    whole = browser.post(url(market), sent)
    part = browser.post(url(market), sent, headers=HTMX)

    assert (whole.status_code, part.status_code) == (422, 422)
    assert (part["HX-Retarget"], part["HX-Reswap"]) == ("#ask-new", "outerHTML")
    for page in (whole.content.decode(), part.content.decode()):
        refused = re.search(r'<span class="refused" id="wrong-[^>]*>(.*?)</span>', page, re.S)
        assert refused
        assert plain(refused[1]).startswith(f"{place}: ")
        assert f"<mark>{html.escape(marked)}</mark>" in refused[1]
        assert html.escape(text) in page
        assert 'value="keep me"' in page
    assert Revision.objects.count() == 0


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"reason": "  "}, "Say why; everybody can read it in the history."),
        ({"rows-0-entry": " "}, "Type an image reference, or a URL, a repository, a model or JSON."),
        ({"rows-0-decision": "burn"}, "Select a valid choice. burn is not one of the available choices."),
        ({"rows-0-kind": "floppy"}, "Choose what it is."),
        ({"rows-0-decision": ""}, "Choose what to do with it."),
        ({"count": "x"}, "The form is not whole, or has too many rows. Open it again."),
        ({"count": "301"}, "The form is not whole, or has too many rows. Open it again."),
        ({"seen": ""}, "The form is not whole, or has too many rows. Open it again."),
    ],
)
def test_form_that_cannot_be_saved_says_why(
    browser: Client, market: Market, fields: dict[str, str], sentence: str
) -> None:
    answer = browser.post(url(market), typed(market, WHISPER, **fields))

    assert answer.status_code == 422
    assert sentence in plain(answer.content.decode())
    assert Revision.objects.count() == 0


def test_entry_that_is_not_in_the_list_is_refused(browser: Client, market: Market) -> None:
    sent = about(market, STATS, "hide") | {"rows-0-identity": "nothing"}

    answer = browser.post(url(market), sent)

    assert answer.status_code == 422
    assert "This entry is not in the list any more." in answer.content.decode()


def test_sheet_saves_many_decisions_as_one_change(browser: Client, market: Market) -> None:
    page = get(browser, url(market))
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    count = int(fields["count"])
    assert count == len(SEED_IMAGES) + 1 + 3
    first, _, third = (row.entry.name for row in served(market)[:3])
    sent = {name: html.unescape(value) for name, value in fields.items()} | {"reason": "spring cleaning"}
    sent |= {f"rows-{number}-decision": "" for number in range(count)} | {"rows-0-decision": "hide"}
    sent |= {"rows-2-note": "a note", f"rows-{count - 2}-kind": "Ollama", f"rows-{count - 2}-entry": "gemma3:4b"}
    sent |= {f"rows-{count - 2}-decision": "pin", f"rows-{count - 1}-kind": "image"}

    answer = browser.post(url(market), sent)

    assert answer.status_code == 302, plain(answer.content.decode())
    assert history(market) == [
        (
            1,
            "alice",
            "spring cleaning",
            [(first, None, "hide"), (third, None, "note"), ("gemma3:4b", None, "pin")],
        )
    ]


def test_sheet_names_an_entry_that_stands_twice(browser: Client, market: Market) -> None:
    sent = typed(market, WHISPER, count=2)
    sent |= {"rows-1-kind": "image", "rows-1-entry": WHISPER, "rows-1-decision": "hide"}

    answer = browser.post(url(market), sent)

    assert (answer.status_code, Revision.objects.count()) == (422, 0)
    assert f"“{WHISPER}” is named twice." in plain(answer.content.decode())


def test_second_curator_sees_the_first_ones_change_before_saving(browser: Client, market: Market) -> None:
    mine = about(market, STATS, "hide", note="my note", reason="my reason")
    bob = make_user("bob", is_superuser=True)
    decide(
        market=market,
        wishes=[Wish(image_entry(STATS), Decision.PIN, "bob's note"), Wish(image_entry(WHISPER), Decision.ADD)],
        author=bob,
        reason="bob's reason",
        seen=0,
    )

    whole = browser.post(url(market), mine)
    part = browser.post(url(market), mine, headers=HTMX)

    assert (whole.status_code, part.status_code) == (409, 422)
    for answer in (whole, part):
        page = answer.content.decode()
        told = plain(page)
        assert "Nothing was saved: the list was changed since you opened it." in told
        assert "bob decided about 2 entries bob's reason" in told
        assert f"added: pinned: {STATS}" not in told
        assert f"pinned: {STATS} note: bob's note" in told
        assert 'value="my reason"' in page
        assert 'value="my note"' in page
        fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
        assert (fields["seen"], fields["rows-0-was_decision"]) == ("1", "pin")
        assert html.unescape(fields["rows-0-was_note"]) == "bob's note"
    assert len(history(market)) == 1

    again = browser.post(url(market), mine | {"seen": "1", "rows-0-was_decision": "pin"})

    assert again.status_code == 302
    assert history(market)[1] == (2, "alice", "my reason", [(STATS, "pin", "hide")])
    assert WHISPER in names(market)


def test_conflict_about_an_entry_that_went_offers_it_as_a_new_one(browser: Client, market: Market) -> None:
    bob = make_user("bob", is_superuser=True)
    decide(market=market, wishes=[Wish(image_entry(WHISPER), Decision.ADD)], author=bob, reason="x", seen=0)
    mine = about(market, WHISPER, "pin")
    decide(market=market, wishes=[Wish(image_entry(WHISPER), None)], author=bob, reason="y", seen=1)

    answer = browser.post(url(market), mine)

    page = answer.content.decode()
    assert answer.status_code == 409 or "This entry is not in the list any more." in page
    assert 'value="because"' in page


def test_row_opens_its_own_form(browser: Client, market: Market) -> None:
    key = row_key(image_entry(STATS))
    whole, part = get(browser, f"{url(market)}?entry={key}"), get(browser, f"{url(market)}?entry={key}", **HTMX)

    assert part.lstrip().startswith("{#") is False
    assert f'id="ask-{key}"' in part
    assert "<html" not in part
    assert f'value="{STATS}"' in part
    assert whole.count('name="rows-0-identity"') == 1
    assert "rows-1-" not in whole
    assert browser.get(f"{url(market)}?entry=0123").status_code == 404


def test_saved_for_htmx_is_the_list_with_the_focus_where_it_was(browser: Client, market: Market) -> None:
    answer = browser.post(url(market), about(market, STATS, "hide"), headers=HTMX)

    page = answer.content.decode()
    key = row_key(image_entry(STATS))
    assert answer.status_code == 200
    assert "<html" not in page
    assert re.search(rf'id="change-{key}" autofocus', page)
    assert 'id="changes"' in page
    assert 'hx-swap-oob="true"' in page
    assert "Saved as change 1." in page


def test_visitor_sees_hidden_entries_as_a_count_only(market: Market, browser: Client) -> None:
    browser.post(url(market), about(market, STATS, "hide", reason="secret reason"))

    theirs, mine = get(Client(), url(market, "")), get(browser, url(market, ""))

    region = theirs.partition('id="required"')[2].partition('id="nodes"')[0]
    assert STATS not in region
    assert "1 image of the network's list is hidden by curators and not served." in plain(region)
    assert "/curate/" not in theirs
    assert "Hidden by alice" in plain(mine)
    assert '<tr class="is-hidden">' in mine


def test_network_says_and_we_serve_stand_side_by_side(market: Market, browser: Client) -> None:
    assert "The network says 8, and exactly that is served." in plain(get(browser, url(market, "")))
    browser.post(url(market), about(market, STATS, "hide"))
    browser.post(url(market), typed(market, WHISPER))

    page = get(browser, url(market, ""))

    sides = re.findall(r"<h3 id=\"h-(?:says|serve)\">.*?</ul>", page, re.S)
    assert [plain(side) for side in sides] == [
        f"The network says 8 {STATS} nothing",
        f"We serve 8 {STATS} hidden {WHISPER} added",
    ]


def test_origin_is_both_when_the_network_comes_to_list_what_was_added(market: Market, browser: Client) -> None:
    browser.post(url(market), typed(market, WHISPER))
    make_image(market, WHISPER)

    page = get(Client(), url(market, ""))

    assert re.findall(r'title="The network lists it, and a curator (\w+) it"', page) == ["added"]


def test_vanished_market_keeps_its_list_and_says_so(market: Market) -> None:
    Market.objects.filter(pk=market.pk).update(is_listed=False)

    page = get(Client(), url(market, ""))

    assert "This market has vanished from the network's list." in plain(page)
    assert all(reference in page for reference in SEED_IMAGES)


def test_page_asks_as_many_queries_for_more_decisions_and_changes(market: Market, browser: Client) -> None:
    browser.post(url(market), about(market, STATS, "hide"))
    make_resource(make_market("Market"), {"type": "Ollama", "model": "m"})
    few = queries(browser, url(market, ""))
    for number in range(6):
        browser.post(url(market), typed(market, f"docker.io/nosana/number:{number}"))
        make_resource(make_market(f"Market {number}"), {"type": "Ollama", "model": f"m{number}"})

    assert queries(browser, url(market, "")) == few


def test_hostile_texts_are_inert_everywhere(market: Market, browser: Client) -> None:
    make_image(market, HOSTILE)
    make_resource(market, {"type": HOSTILE[:40], "url": f"javascript:{HOSTILE}", "target": HOSTILE})
    browser.post(url(market), about(market, HOSTILE, "hide", note="<img src=x>", reason="<svg onload=x>\u202e"))
    Revision.objects.update(author_name="<b>bob</b>")

    pages = [get(browser, url(market, page)) for page in ("", "curate/", "history/", "history/1/")]
    pages.append(browser.post(url(market), typed(market, HOSTILE)).content.decode())

    for page in pages:
        assert "<script>alert" not in page
        assert "<img src" not in page
        assert "<svg onload" not in page
        assert "<b>bob" not in page
        assert 'href="javascript:' not in page
    assert all("\u202e" not in page for page in pages[:4] if "textarea" not in page)


def test_json_of_the_page_is_what_the_api_serves(market: Market, browser: Client) -> None:
    browser.post(url(market), about(market, STATS, "hide"))
    page = get(Client(), url(market, ""))

    assert f'href="/api/markets/{market.pk}/required-resources"' in page
    twin = json.loads(get(Client(), url(market, "required-resources.json")))
    assert twin == Client().get(f"/api/markets/{market.pk}/required-resources").json()
    assert STATS not in twin["required_images"]
