"""The search field while somebody types, in a browser."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, expect


def typed(page: Page, site: str, text: str) -> None:
    page.goto(f"{site}/nodes/")
    page.keyboard.press("/")
    page.keyboard.type(text, delay=20)


def answered(page: Page, text: str) -> None:
    """Wait for the hits of a text, not only of its beginning: the last one leads to its jobs."""
    page.locator(f'#found [role=option][href="/jobs/?q={text}"]').wait_for(state="attached")


def typed_with_a_late_answer(page: Page, site: str) -> Route:
    """Type "nvidia", of which all but the last letter was answered; return what lets the last answer come."""
    held: list[Route] = []
    page.route("**/search/?q=nvidia", lambda route: held.append(route))
    typed(page, site, "nvidi")
    answered(page, "nvidi")
    page.keyboard.type("a")
    while not held:
        page.wait_for_timeout(20)
    return held[0]


def test_arrows_choose_among_the_hits_and_enter_goes_there(page: Page, site: str) -> None:
    typed(page, site, "nvidia")
    answered(page, "nvidia")
    field, options = page.locator("#find"), page.locator("#found [role=option]")
    expect(options.first).to_be_visible()
    expect(field).to_have_attribute("role", "combobox")
    expect(field).to_have_attribute("aria-expanded", "true")

    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", options.first.get_attribute("id") or "")
    address = options.first.get_attribute("href")
    page.keyboard.press("Enter")

    page.wait_for_url(f"{site}{address}")


def test_a_late_answer_keeps_the_choice(page: Page, site: str) -> None:
    last = typed_with_a_late_answer(page, site)
    page.keyboard.press("ArrowDown")
    address = page.locator("#found [aria-selected=true]").get_attribute("href")
    last.continue_()
    answered(page, "nvidia")
    expect(page.locator("#found [aria-selected=true]")).to_have_attribute("href", str(address))
    page.keyboard.press("Enter")

    page.wait_for_url(f"{site}{address}")


def test_a_late_answer_opens_nothing_that_was_closed(page: Page, site: str) -> None:
    last = typed_with_a_late_answer(page, site)
    page.keyboard.press("Escape")
    last.continue_()
    answered(page, "nvidia")

    expect(page.locator("#found [role=listbox]")).to_be_hidden()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#found [role=listbox]")).to_be_visible()


def test_typing_on_gives_the_choice_up(page: Page, site: str) -> None:
    typed(page, site, "nvidi")
    answered(page, "nvidi")
    page.keyboard.press("ArrowDown")
    page.keyboard.type("a")
    answered(page, "nvidia")

    expect(page.locator("#found [aria-selected=true]")).to_have_count(0)


def test_escape_and_leaving_close_the_hits(page: Page, site: str) -> None:
    typed(page, site, "nvidia")
    answered(page, "nvidia")
    hits = page.locator("#found [role=listbox]")
    expect(hits).to_be_visible()

    page.keyboard.press("Escape")
    expect(hits).to_be_hidden()
    page.keyboard.press("ArrowDown")
    expect(hits).to_be_visible()
    page.locator("h1").click()
    expect(hits).to_be_hidden()
    expect(page.locator("#find")).to_have_attribute("aria-expanded", "false")


def test_enter_without_a_choice_shows_all(page: Page, site: str) -> None:
    typed(page, site, "nvidia")
    page.keyboard.press("Enter")

    expect(page.locator("h1")).to_have_text("Found for “nvidia”")


def test_the_open_hits_are_accessible(page: Page, site: str) -> None:
    typed(page, site, "nvidia")
    answered(page, "nvidia")
    page.keyboard.press("ArrowDown")

    assert Axe().run(page).response["violations"] == []
