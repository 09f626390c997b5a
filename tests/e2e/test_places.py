"""Nodes and markets in a real browser: the facets, the page of a node, markets side by side."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser import NARROW, WIDE
from tests.e2e.running import addresses_on


@pytest.fixture(scope="module")
def pages(site: str) -> list[str]:
    """The pages of this file: lists, a node, a market over a year, and two markets side by side."""
    node = sorted(addresses_on(f"{site}/nodes/"))[0]
    first, second = sorted(addresses_on(f"{site}/markets/"))[:2]
    return [
        "/nodes/?status=busy&status=free&columns=status,gpu,processor,driver,down-up,uptime",
        f"/nodes/{node}/",
        f"/markets/{first}/?range=1y",
        f"/markets/compare/?markets={first},{second}&all=1",
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_accessible_and_fit_a_phone(browser: Browser, site: str, pages: list[str], scheme: str) -> None:
    for size in (WIDE, NARROW):
        with browser.new_context(viewport=size, color_scheme=scheme) as context:  # type: ignore[arg-type]
            page = context.new_page()
            for url in pages:
                page.goto(f"{site}{url}")
                page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
                assert Axe().run(page).response["violations"] == [], (url, size)
                assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], url


def test_a_facet_narrows_the_list_keeps_the_focus_and_the_address(page: Page, site: str) -> None:
    page.goto(f"{site}/nodes/")
    boxes = page.locator("#facet-country input")
    country = boxes.first.get_attribute("value")
    with page.expect_response(lambda response: "country=" in response.url):
        boxes.first.focus()
        page.keyboard.press("Space")
    expect(page).to_have_url(f"{site}/nodes/?country={country}")
    expect(page.locator(".chip")).to_have_text([f"Country{country}"])
    expect(page.locator(f'#facet-country input[value="{country}"]')).to_be_checked()
    expect(page.locator(f'#facet-country input[value="{country}"]')).to_be_focused()
    assert set(page.locator('td[data-label="Country"]').all_inner_texts()) == {country}

    page.get_by_role("link", name=f"Remove Country filter {country}").click()
    expect(page.locator(".chip")).to_have_count(0)


def test_facets_columns_and_comparison_work_without_script(browser: Browser, site: str) -> None:
    with browser.new_context(viewport=WIDE, java_script_enabled=False) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"{site}/nodes/")
        page.locator("#facet-vram input").first.check()
        page.get_by_role("button", name="Apply").click()
        expect(page).to_have_url(re.compile("vram=160"))
        expect(page.locator(".chip")).to_have_text(["VRAM160 GB and more"])

        page.goto(f"{site}/markets/")
        for box in page.locator('input[name="markets"]').all()[:3]:
            box.check()
        page.get_by_role("button", name="Compare ticked").click()
        expect(page.locator(".letter")).to_have_text(["A", "B", "C"])
        page.get_by_role("link", name="Everything").click()
        expect(page.locator(".sides tbody th").first).to_have_text("The market")


def test_days_of_a_node_are_drawn_and_told_as_a_table(page: Page, site: str, pages: list[str]) -> None:
    page.goto(f"{site}{pages[1]}")
    expect(page.locator(".presence title")).to_have_count(14)
    page.locator("#uptime summary").click()
    expect(page.locator("#uptime tbody tr")).to_have_count(14)
    expect(page.locator("#jobs table")).to_have_count(0)
    page.locator("#jobs").scroll_into_view_if_needed()
    expect(page.locator("#jobs table")).to_have_count(1)
