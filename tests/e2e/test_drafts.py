"""Drafts in a real browser: kept across tabs and sign-in, never lost unseen, accessible, wide and narrow."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser import NARROW, WIDE, Messages

TEXT = """{
  "version": "0.1",
  "type": "container",
  "ops": [
    { "type": "container/run", "id": "say",
      "args": { "image": "ubuntu:24.04", "cmd": "echo <b>hi</b>", "env": { "API_KEY": "s3cr3t-of-mine" } } }
  ]
}
"""


@pytest.fixture
def scriptless(browser: Browser) -> Iterator[Page]:
    """A page 390 wide without JavaScript."""
    with browser.new_context(viewport=NARROW, java_script_enabled=False) as context:  # type: ignore[arg-type]
        yield context.new_page()


def started(page: Page, site: str, text: str = TEXT) -> str:
    """Paste a text into the page of drafts, and return the address of the draft that it became."""
    page.goto(f"{site}/build/")
    page.get_by_label("Paste").fill(text)
    page.get_by_role("button", name="Start from this").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("say")
    return page.url


def bytes_of(page: Page, draft: str) -> str:
    return page.request.get(f"{draft}definition.json").text()


def test_a_draft_is_made_edited_undone_and_deleted_without_script(scriptless: Page, site: str) -> None:
    page = scriptless
    draft = started(page, site)
    assert bytes_of(page, draft) == TEXT

    field = page.get_by_label("Definition, JSON")
    assert field.input_value() == TEXT
    field.fill(TEXT.replace("24.04", "26.04"))
    page.get_by_role("button", name="Save text").click()
    assert bytes_of(page, draft) == TEXT.replace("24.04", "26.04")
    page.get_by_role("button", name="Undo, 1 step").click()
    assert bytes_of(page, draft) == TEXT
    page.get_by_role("button", name="Redo, 1 step").click()
    assert bytes_of(page, draft) == TEXT.replace("24.04", "26.04")

    page.get_by_role("link", name="Versions").click()
    page.get_by_role("link", name="1", exact=True).click()
    page.get_by_role("button", name="Go back to it").click()
    assert bytes_of(page, draft) == TEXT

    page.get_by_label("More about this draft").click()
    page.locator("summary", has_text="Delete the draft").click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Build a job")
    assert page.request.get(draft).status == 404


def test_two_tabs_of_one_draft_overwrite_nothing(browser: Browser, site: str) -> None:
    with browser.new_context(viewport=WIDE, java_script_enabled=False) as context:  # type: ignore[arg-type]
        first, second = context.new_page(), context.new_page()
        draft = started(first, site)
        second.goto(draft)
        for page, image in ((first, "debian:13"), (second, "alpine:3.22")):
            page.get_by_label("Definition, JSON").fill(TEXT.replace("ubuntu:24.04", image))
            page.get_by_role("button", name="Save text").click()

        expect(second.get_by_role("heading", level=1)).to_have_text("This draft was changed elsewhere first")
        assert "debian:13" in bytes_of(second, draft)
        expect(second.get_by_label("Your text")).to_have_value(TEXT.replace("ubuntu:24.04", "alpine:3.22"))
        second.get_by_role("button", name="Save mine as the next version").click()
        assert "alpine:3.22" in bytes_of(second, draft)
        second.get_by_role("button", name="Undo, 2 steps").click()
        assert "debian:13" in bytes_of(second, draft)


def test_a_link_shows_strangers_the_text_without_its_secret(page: Page, browser: Browser, site: str) -> None:
    started(page, site)
    page.get_by_role("link", name="Share").click()
    page.get_by_role("button", name="Make a link").click()
    link = page.locator("tbody a").first.get_attribute("href")

    with browser.new_context() as context:
        stranger = context.new_page()
        stranger.goto(f"{site}{link}")
        expect(stranger.locator(".callout")).to_contain_text(
            "Secrets were left out, *** stands in their place: API_KEY"
        )
        assert "s3cr3t" not in stranger.content()
        assert "<b>hi</b>" in stranger.locator(".lines").inner_text()
        stranger.get_by_role("button", name="Make a draft of it").click()
        assert bytes_of(stranger, stranger.url) == TEXT.replace("s3cr3t-of-mine", "***")


@pytest.mark.parametrize(("scheme", "viewport"), [("light", WIDE), ("dark", NARROW)], ids=["light", "dark"])
def test_pages_of_drafts_are_accessible_and_fit(
    browser: Browser, site: str, scheme: str, viewport: dict[str, int]
) -> None:
    with browser.new_context(viewport=viewport, color_scheme=scheme) as context:  # type: ignore[arg-type]
        page = context.new_page()
        messages = Messages(page)
        draft = started(page, site)
        page.goto(f"{draft}share/")
        page.get_by_role("button", name="Make a link").click()
        link = page.locator("tbody a").first.get_attribute("href")
        for url in (
            f"{site}/build/",
            f"{draft}share/",
            f"{draft}versions/?from=1",
            f"{draft}versions/1/",
            f"{site}{link}",
        ):
            page.goto(url)
            found = Axe().run(page)
            assert found.violations_count == 0, f"{url}\n{found.generate_report()}"
            assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"], url
        assert messages.texts == []
