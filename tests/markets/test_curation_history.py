from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from markets.choices import Decision
from markets.curation import Wish, decide, image_entry
from markets.models import Market, Revision
from tests.markets.curators import about, client_of, make_user, names, typed, untimed
from tests.markets.factories import make_seed_market
from tests.markets.pages import HTMX, get, plain, queries

pytestmark = pytest.mark.django_db

STATS = "registry.hub.docker.com/nosana/stats:v1.0.4"
WHISPER = "docker.io/nosana/whisper:cuda-check"


@pytest.fixture
def market() -> Market:
    return make_seed_market()


@pytest.fixture
def alice(market: Market) -> User:
    return make_user("alice", curates=market)


@pytest.fixture
def browser(alice: User, market: Market) -> Client:
    """Alice, who has hidden one image and then added another."""
    browser = client_of(alice)
    browser.post(f"/markets/{market.pk}/curate/", about(market, STATS, "hide", reason="built in"))
    browser.post(f"/markets/{market.pk}/curate/", typed(market, WHISPER, reason="slow pulls"))
    return browser


def url(market: Market, page: str = "history/") -> str:
    return f"/markets/{market.pk}/{page}"


def events(page: str) -> list[str]:
    """Return the words of each event of a timeline."""
    return [untimed(plain(event)) for event in re.findall(r'<span class="at">(.*?</div>)', page, re.S)]


def test_history_says_who_what_and_why_newest_first(market: Market, browser: Client) -> None:
    page = get(Client(), url(market))

    assert events(page) == [
        f"2 then alice decided about 1 entry slow pulls added: added: {WHISPER}",
        f"1 then alice decided about 1 entry built in removed: hidden: {STATS}",
    ]
    links = re.findall(r'<span class="at"><a href="([^"]+)">', page)
    assert links == [f"/markets/{market.pk}/history/{number}/" for number in (2, 1)]


def test_market_page_shows_the_newest_changes_and_the_refresh(market: Market, browser: Client) -> None:
    page = get(Client(), url(market, ""))

    assert events(page)[0] == "then Refreshed next then"
    assert [event[:14] for event in events(page)[1:]] == ["2 then alice d", "1 then alice d"]
    assert "all 2" in plain(page)


def test_history_of_a_market_without_changes_says_so(market: Market) -> None:
    assert "No change yet" in get(Client(), url(market))


def test_history_is_paged_without_gaps(market: Market, alice: User) -> None:
    for number in range(60):
        wish = Wish(image_entry(f"nginx:{number}"), Decision.ADD)
        decide(market=market, wishes=[wish], author=alice, reason="x", seen=number)

    seen: list[int] = []
    page = get(Client(), url(market), **HTMX)
    while True:
        assert "<html" not in page
        seen += [int(event.split()[0]) for event in events(page)]
        older = re.search(r'rel="next" href="(\?[^"]+)"', page)
        if not older:
            break
        page = get(Client(), f"{url(market)}{older[1].replace('&amp;', '&')}", **HTMX)

    assert seen == list(range(60, 0, -1))
    assert Client().get(f"{url(market)}?after=nonsense").status_code == 400


def test_revision_has_a_page_with_its_difference(market: Market, browser: Client) -> None:
    page = get(Client(), url(market, "history/1/"))

    assert f"alice decided about 1 entry. Reason: built in removed: hidden: {STATS}" in plain(page)
    assert f'href="/markets/{market.pk}/history/2/"' in page
    assert "Back to this state" not in page
    assert Client().get(url(market, "history/3/")).status_code == 404
    assert Client().get(url(market, f"history/{2**40}/")).status_code == 404


def test_resource_is_shown_whole(market: Market, browser: Client) -> None:
    spec = '{"type": "HF", "repo": "a/b", "files": ["x"]}'
    browser.post(url(market, "curate/"), typed(market, spec, kind="json"))

    page = get(Client(), url(market, "history/3/"))

    assert "&quot;files&quot;: [" in page


def test_curator_sees_what_a_revert_would_do_and_does_it(market: Market, browser: Client) -> None:
    page = get(browser, url(market, "history/1/"))
    assert plain(page.partition('id="revert"')[2].partition("</ul>")[0]).endswith(
        f"removed: no longer added: {WHISPER}"
    )

    answer = browser.post(url(market, "history/1/revert/"), {"reason": "back again", "seen": "2"})

    assert (answer.status_code, answer["Location"]) == (302, f"/markets/{market.pk}/#required")
    assert (WHISPER in names(market), STATS in names(market)) == (False, False)
    newest = Revision.objects.get(market=market, number=3)
    assert (newest.change, newest.author_name, newest.reason, newest.reverted_to) == (
        "revert",
        "alice",
        "back again",
        1,
    )
    assert events(get(Client(), url(market)))[0] == (
        f"3 then alice went back to change 1 back again removed: no longer added: {WHISPER}"
    )
    browser.post(url(market, "history/2/revert/"), {"reason": "forth", "seen": "3"})
    assert (WHISPER in names(market), STATS in names(market)) == (True, False)


def test_revert_needs_a_reason(market: Market, browser: Client) -> None:
    answer = browser.post(url(market, "history/1/revert/"), {"reason": "", "seen": "2"})

    assert answer.status_code == 422
    assert "Say why; everybody can read it in the history." in answer.content.decode()
    assert Revision.objects.count() == 2


def test_revert_upon_a_change_not_seen_shows_it_first(market: Market, browser: Client) -> None:
    answer = browser.post(url(market, "history/1/revert/"), {"reason": "mine", "seen": "1"})

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Nothing was saved: the list was changed since you opened it." in plain(page)
    assert 'value="mine"' in page
    assert '<input type="hidden" name="seen" value="2">' in page
    assert Revision.objects.count() == 2


def test_revert_to_what_holds_already_is_not_offered(market: Market, browser: Client) -> None:
    assert "The decisions of curators are what they were after this change." in get(browser, url(market, "history/2/"))


def test_history_asks_as_many_queries_for_more_changes(market: Market, alice: User) -> None:
    decide(market=market, wishes=[Wish(image_entry("a:1"), Decision.ADD)], author=alice, reason="x", seen=None)
    few = queries(Client(), url(market))
    for number in range(8):
        wish = Wish(image_entry(f"nginx:{number}"), Decision.ADD)
        decide(market=market, wishes=[wish], author=alice, reason="x", seen=None)

    assert queries(Client(), url(market)) == few
