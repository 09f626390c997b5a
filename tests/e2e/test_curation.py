"""A curator's day in a real browser: on the market's page, with and without script, and in the admin."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser import NARROW, WIDE, Messages
from tests.e2e.running import addresses_on, http, text_of, wait_until

BAD, GOOD = "docker.io/Nosana/whisper:cuda-check", "docker.io/nosana/whisper:cuda-check"


@pytest.fixture(scope="module")
def market(site: str) -> str:
    """The address of a market with required images; not that of the seeds, which other tests look at."""
    seeds = "97G9NnvBDQ2WpKu6fasoMsAKmfj63C9rhysJnkeWodAf"
    found: list[str] = []

    def is_there() -> bool:
        others = sorted(addresses_on(f"{site}/markets/") - {seeds})
        found.extend(address for address in others if len(served(site, address)) > 2)
        return bool(found)

    wait_until(is_there, 60, "the list of a market was fetched")
    return found[0]


@pytest.fixture(scope="module")
def password(site: str, var: Path) -> str:
    """The password that the first start showed."""
    found = re.search(r"user admin, password (\S+)", (var.parent / f"{var.name}.txt").read_text())
    assert found
    return found[1]


def sign_in(page: Page, site: str, password: str) -> None:
    page.goto(f"{site}/admin/login/?next=/markets/")
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"{site}/markets/")


@pytest.fixture
def curator(browser: Browser, site: str, password: str) -> Iterator[Page]:
    """A page in which the administrator is signed in; what htmx is told to refuse (422) is no complaint."""
    with browser.new_context(viewport=WIDE) as context:  # type: ignore[arg-type]
        page = context.new_page()
        messages = Messages(page)
        sign_in(page, site, password)
        yield page
        assert [text for text in messages.texts if "422" not in text and "409" not in text] == []


def served(site: str, market: str) -> list[str]:
    """Return the images that the API serves; none while the list was not fetched."""
    answer = http().get(f"{site}/api/markets/{market}/required-resources")
    return list(answer.json()["required_images"]) if answer.status_code == 200 else []


def test_a_curator_adds_hides_and_goes_back(curator: Page, site: str, market: str) -> None:
    before = served(site, market)
    page = curator
    page.goto(f"{site}/markets/{market}/")
    entry = page.locator("#entry-new")
    entry.fill(BAD)
    page.locator("#reason-new").fill("jobs waited for the pull")
    page.keyboard.press("Enter")
    expect(page.locator(".refused")).to_contain_text("Character 11")
    expect(page.locator(".refused mark")).to_have_text("N")
    expect(entry).to_be_focused()
    assert page.evaluate("[document.activeElement.selectionStart, document.activeElement.selectionEnd]") == [10, 11]

    page.keyboard.type("n")
    page.locator("#curate").get_by_role("button", name="Add").click()
    expect(page.locator(".said")).to_contain_text(re.compile(r"Saved as change \d+\."))
    assert served(site, market) == [*before, GOOD]

    first = page.locator("#required tbody tr").first
    first.locator("summary").click()
    expect(first.get_by_label("Why, shown in the history")).to_be_focused()
    page.keyboard.type("built into the node")
    first.get_by_role("button", name="Hide").click()
    expect(page.locator("tr.is-hidden")).to_have_count(1)
    expect(page.locator("tr.is-hidden summary")).to_be_focused()
    expect(page.locator("#changes")).to_contain_text("built into the node")
    assert served(site, market) == [*before[1:], GOOD]

    page.goto(f"{site}/markets/{market}/history/")
    page.locator(".events .at a").nth(1).click()
    page.get_by_label("Why, shown in the history").fill("it was not built in")
    page.get_by_role("button", name=re.compile("Go back to change")).click()
    expect(page.locator(".said")).to_contain_text("Went back to change")
    assert served(site, market) == [*before, GOOD]

    row = page.locator("#required tbody tr", has_text="nosana/whisper").last
    row.locator("summary").click()
    row.get_by_label("Why, shown in the history").fill("enough")
    row.get_by_role("button", name="Take back").click()
    expect(page.locator(".said")).to_contain_text(re.compile(r"Saved as change \d+\."))  # it said something before
    assert served(site, market) == before


def test_two_curators_at_once(curator: Page, browser: Browser, site: str, market: str, password: str) -> None:
    page = curator
    page.goto(f"{site}/markets/{market}/")
    with browser.new_context(viewport=WIDE) as context:  # type: ignore[arg-type]
        other = context.new_page()
        sign_in(other, site, password)
        other.goto(f"{site}/markets/{market}/")
        other.locator("#entry-new").fill("docker.io/nosana/first:1")
        other.locator("#reason-new").fill("I was first")
        other.keyboard.press("Enter")
        expect(other.locator(".said")).to_be_visible()

    page.locator("#entry-new").fill("docker.io/nosana/second:1")
    page.locator("#reason-new").fill("me too")
    page.keyboard.press("Enter")
    conflict = page.locator("#ask-new .callout")
    expect(conflict).to_contain_text("I was first")
    expect(conflict).to_be_focused()
    expect(page.locator("#entry-new")).to_have_value("docker.io/nosana/second:1")
    expect(page.locator("#reason-new")).to_have_value("me too")
    page.locator("#ask-new").get_by_role("button", name="Add").click()
    expect(page.locator(".said")).to_be_visible()
    assert served(site, market)[-2:] == ["docker.io/nosana/first:1", "docker.io/nosana/second:1"]


def test_refresh_now_says_how_it_went(curator: Page, site: str, market: str) -> None:
    curator.goto(f"{site}/markets/{market}/")
    button = curator.get_by_role("button", name="Refresh now")
    button.focus()
    curator.keyboard.press("Enter")
    expect(curator.locator("#refresh")).to_contain_text(re.compile("changed"), timeout=60_000)
    expect(button).to_be_focused()


def test_curation_works_without_script(browser: Browser, site: str, market: str, password: str) -> None:
    with browser.new_context(java_script_enabled=False, viewport=WIDE) as context:  # type: ignore[arg-type]
        page = context.new_page()
        sign_in(page, site, password)
        page.goto(f"{site}/markets/{market}/")
        page.locator("#entry-new").fill(BAD)
        page.locator("#reason-new").fill("no script")
        page.locator("#curate").get_by_role("button", name="Pin").click()
        expect(page.locator(".refused").first).to_contain_text("Character 11")
        page.get_by_role("textbox", name="New entry").fill("docker.io/nosana/plain:1")
        page.get_by_role("button", name="Save decisions").click()
        expect(page.locator(".said")).to_contain_text("Saved as change")
        row = page.locator("#required tbody tr", has_text="nosana/plain")
        row.locator("summary").click()
        row.get_by_role("link", name="Open the form").click()
        page.get_by_label("Decision", exact=True).select_option("")
        page.get_by_label("Why, shown in the history").fill("enough")
        page.get_by_role("button", name="Save decisions").click()
        expect(page.locator(".said")).to_contain_text("Saved as change")
        assert "docker.io/nosana/plain:1" not in served(site, market)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_every_screen_of_curation_is_accessible_and_no_wider_than_the_window(
    browser: Browser, site: str, market: str, password: str, scheme: str, viewport: dict[str, int]
) -> None:
    here, admin = f"/markets/{market}", "/admin/markets/market"
    paths = [f"{here}/", f"{here}/curate/", f"{here}/history/", f"{here}/history/1/"]
    paths += [f"{admin}/{market}/change/", f"{admin}/{market}/history/", f"{admin}/{market}/revision/1/"]
    paths += [f"{admin}/{market}/import/", f"{admin}/bulk/?market={market}", f"{admin}/refresh/?market={market}"]
    with browser.new_context(viewport=viewport, color_scheme=scheme) as context:  # type: ignore[arg-type]
        page = context.new_page()
        messages = Messages(page)
        sign_in(page, site, password)
        for path in paths:
            page.goto(f"{site}{path}")
            scope = "#content-main" if path.startswith("/admin") else "body"  # around it is Django's own
            violations = Axe().run(page, context=scope).response["violations"]
            assert [(v["id"], v["nodes"][0]["html"][:200]) for v in violations] == [], path
            assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"], path
        assert messages.texts == []


def test_visitors_see_no_controls(site: str, market: str) -> None:
    page = text_of(f"{site}/markets/{market}/")
    assert "/curate/" not in page
    assert "Required images" in page
