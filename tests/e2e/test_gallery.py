"""Templates and what goes out of a draft in a real browser: accessible, narrow, by keyboard, without script."""

from __future__ import annotations

import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser import NARROW, Messages, is_copied


def started(page: Page, site: str, slug: str = "whisper") -> str:
    """Start a draft from a template's page and return its path."""
    page.goto(f"{site}/templates/{slug}/")
    page.get_by_role("button", name="Start from it").click()
    page.wait_for_url(re.compile(r"/build/[\w-]{16,}/"))
    return page.url.removeprefix(site).partition("?")[0]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_accessible_and_fit_a_phone(browser: Browser, site: str, scheme: str) -> None:
    with browser.new_context(viewport=NARROW, color_scheme=scheme) as context:  # type: ignore[arg-type]
        page = context.new_page()
        messages = Messages(page)
        draft = started(page, site)
        paths = ["/templates/", "/templates/?q=llama&category=chat", "/templates/rag/", "/templates/rag/markets/"]
        paths += [
            f"{draft}{name}" for name in ("snippets/", "compare/?other=version:1", "compare/?template=rag", "template/")
        ]
        for path in paths:
            page.goto(f"{site}{path}")
            page.wait_for_load_state("networkidle")
            found = Axe().run(page)
            assert found.violations_count == 0, (path, found.generate_report())
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert messages.texts == []


def test_typing_and_choosing_filter_the_gallery_and_stay_in_the_url(page: Page, site: str) -> None:
    page.goto(f"{site}/templates/")
    page.locator("#q").press_sequentially("whisper", delay=10)
    expect(page.locator("#count")).to_have_text(re.compile(r"^3 of \d+$"))
    page.locator("#category-pipeline").check()
    expect(page.locator(".tile")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"\?q=whisper&category=pipeline"))
    expect(page.locator("#category-pipeline")).to_be_focused()
    page.reload()
    expect(page.locator(".tile-name")).to_have_text("Transcribe, then summarise")
    page.go_back()
    expect(page.locator("#count")).not_to_have_text(re.compile("^1 of"))


def test_a_template_is_found_and_started_by_keyboard_alone(page: Page, site: str) -> None:
    page.goto(f"{site}/templates/")
    page.locator("#q").focus()
    page.keyboard.type("jupyter")
    expect(page.locator(".tile")).to_have_count(1)
    page.get_by_role("link", name="Jupyter notebook").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Jupyter notebook")
    page.get_by_role("button", name="Start from it").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Jupyter notebook")
    assert "/build/" in page.url


def test_a_templates_page_fetches_where_it_starts_soonest(page: Page, site: str) -> None:
    page.goto(f"{site}/templates/tinyllama/")
    expect(page.locator(".faster li")).to_have_count(5)
    page.get_by_role("link", name=re.compile(r"All \d+ markets")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Where TinyLlama 1.1B starts soonest")


def test_a_snippet_is_copied_whole(page: Page, site: str) -> None:
    draft = started(page, site)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{site}{draft}snippets/")
    shown = page.locator("#python .snippet").text_content()
    page.locator("#python").get_by_role("button", name="Copy the Python snippet").click()
    expect(page.locator("#said")).to_contain_text("Copied")
    assert shown
    assert is_copied(page, shown)
    assert json.dumps("docker.io/nosana/whisper:cuda-check") in shown


def test_everything_works_without_script(browser: Browser, site: str) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{site}/templates/")
        page.locator("#q").fill("whisper")
        page.locator("#category-pipeline").check()
        page.get_by_role("button", name="Apply").click()
        expect(page.locator(".tile")).to_have_count(1)
        page.get_by_role("button", name="Start from Transcribe, then summarise").click()
        draft = page.url.partition("?")[0]
        page.goto(f"{draft}template/")
        page.get_by_label("Name").fill("My pipeline")
        page.get_by_label("Category").select_option("pipeline")
        page.get_by_role("button", name="Save the template").click()
        expect(page.locator("h1")).to_have_text("My pipeline")
        page.goto(f"{site}/templates/?origin=own")
        assert page.locator(".tile-name a").all_inner_texts() == ["My pipeline"]
        page.goto(f"{draft}snippets/")
        page.get_by_label("For at most, minutes").fill("5")
        page.get_by_role("button", name="Apply").click()
        expect(page.locator("#cli .snippet")).to_contain_text("--timeout 5 --wait")
        page.goto(f"{draft}compare/")
        page.get_by_label("A template").select_option("whisper")
        page.get_by_role("button", name="Compare").first.click()
        expect(page.locator("#h-diff")).to_contain_text("How it differs from Template Whisper")
        page.goto(f"{site}/templates/rag/")
        page.get_by_role("link", name="Markets for this template").click()
        expect(page.locator(".faster li").nth(5)).to_be_visible()  # six of them, once the answer is there
