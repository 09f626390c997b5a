"""The catalog and readiness in a real browser: accessible, wide and narrow, by keyboard, with and without script."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from urllib.parse import unquote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser import NARROW, WIDE, Messages
from tests.e2e.running import text_of, wait_until

DEFINITION = {
    "version": "0.1",
    "type": "container",
    "ops": [{"type": "container/run", "id": "whisper", "args": {"image": "docker.io/nosana/whisper:latest"}}],
}
ADDRESS = r"[1-9A-HJ-NP-Za-km-z]{32,44}"


def first(page: Page, url: str) -> str:
    """Return the path that the first row of a list leads to."""
    page.goto(url)
    path = page.locator("tbody th a").first.get_attribute("href")
    assert path
    return path


@pytest.fixture(scope="module")
def job(site: str) -> str:
    """The address of a job that ended, whose definition was fetched."""
    found: list[str] = []

    def is_there() -> bool:
        for address in re.findall(rf'href="/jobs/({ADDRESS})/"', text_of(f"{site}/jobs/?state=completed")):
            if '<table class="table table-top' in text_of(f"{site}/readiness/?job={address}"):
                found.append(address)
                return True
        return False

    wait_until(is_there, 60, "the definition of a job is known")
    return found[0]


@pytest.fixture(scope="module")
def paths(browser: Browser, site: str, job: str) -> list[str]:
    """Every kind of page of the catalog and of readiness, with rows of the living network."""
    wait_until(lambda: "<tbody>" in text_of(f"{site}/resources/?use=used"), 120, "the catalog was counted")
    page = browser.new_page()
    image = first(page, f"{site}/images/?use=required&sort=-jobs")
    resource = first(page, f"{site}/resources/?use=required")
    page.goto(f"{site}/readiness/?job={job}")
    markets = [box.get_attribute("value") or "" for box in page.locator("input[name=compare]").all()[:6]]
    page.close()
    table = f"/readiness/?job={job}&compare={','.join(markets)}"
    return ["/images/", "/resources/", image, resource, "/readiness/", table, f"/jobs/{job}/"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_every_page_is_accessible_quiet_and_no_wider_than_the_window(browser, site, paths, scheme, viewport):
    with browser.new_context(viewport=viewport, color_scheme=scheme) as context:
        page = context.new_page()
        messages = Messages(page)
        for path in paths:
            page.goto(f"{site}{path}")
            violations = Axe().run(page).response["violations"]
            assert [(v["id"], v["nodes"][0]["html"][:200]) for v in violations] == [], path
            assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"], path
        assert messages.texts == []


def test_a_job_leads_to_a_comparison_of_markets(page, site, job):
    page.goto(f"{site}/jobs/{job}/")
    panel = page.locator("#readiness")
    panel.scroll_into_view_if_needed()
    expect(panel).to_contain_text(re.compile("would start it sooner|None of|not listed any more|No market"))
    panel.get_by_role("link", name="All markets for this job").click()
    boxes = page.locator("input[name=compare]")
    for number in range(2):
        boxes.nth(number).check()
    ticked = [page.locator("#table tbody th a").nth(number).get_attribute("href") for number in range(2)]
    page.get_by_role("button", name="Compare those ticked").click()
    expect(page.get_by_role("heading", name="Side by side")).to_be_visible()
    assert re.search(rf"[?&]compare={ADDRESS},{ADDRESS}(&|$)", unquote(page.url))
    expect(page.locator("#compare thead a")).to_have_count(2)
    assert [head.get_attribute("href") for head in page.locator("#compare thead a").all()] == ticked
    expect(page.locator("#table tr.on")).to_have_count(2)
    page.reload()
    expect(page.locator("#compare thead a")).to_have_count(2)


def test_the_timeout_sets_the_price_and_stays_in_the_address(page, site, job):
    page.goto(f"{site}/readiness/?job={job}&timeout=1&unit=hours")
    hourly = [float(text) for text in page.locator("#table td:last-child").all_inner_texts()]
    page.get_by_label("Timeout", exact=True).fill("2")
    page.get_by_role("button", name="Apply").click()
    page.wait_for_url(re.compile("timeout=2"))  # and for all of the page, as its rows are read at once
    doubled = [float(text) for text in page.locator("#table td:last-child").all_inner_texts()]
    assert sorted(doubled) == pytest.approx(sorted(2 * price for price in hourly), abs=0.00021)


def test_a_pasted_definition_is_answered_without_script(browser, site):
    with browser.new_context(java_script_enabled=False, viewport=WIDE) as context:
        page = context.new_page()
        page.goto(f"{site}/readiness/")
        page.get_by_label("Job definition").fill('{"ops": [')
        page.get_by_role("button", name="Show the markets").click()
        expect(page.locator("#unreadable")).to_contain_text("line 1, column")
        expect(page.get_by_label("Job definition")).to_have_value('{"ops": [')
        page.get_by_label("Job definition").fill(json.dumps(DEFINITION))
        page.get_by_role("button", name="Show the markets").click()
        expect(page.locator("#table tbody > tr").nth(5)).to_be_visible()  # six of them, once the answer is there
        why = page.locator("#table details").first
        why.locator("summary").click()
        expect(why).to_contain_text("docker.io/nosana/whisper:latest")
        for number in range(3):
            page.locator("input[name=compare]").nth(number).check()
        page.get_by_role("button", name="Compare those ticked").click()
        expect(page.locator("#compare thead a")).to_have_count(3)


def test_keys_lead_to_the_images_and_through_their_rows(page, site, paths):
    page.clock.set_fixed_time(datetime.now(UTC))  # the second key counts for a second after the first
    page.goto(f"{site}/")
    page.keyboard.press("g")
    page.keyboard.press("i")
    page.wait_for_url(f"{site}/images/")  # and for all of the page, which hears no key before
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/images/.+/$"))
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_the_list_of_images_is_searched_while_typing(page, site, paths):
    page.goto(f"{site}/images/")
    page.get_by_role("searchbox", name="Name, registry or tag").fill("whisper")
    expect(page).to_have_url(re.compile(r"\?q=whisper"))
    names = page.locator("tbody th").all_inner_texts()
    assert names
    assert all("whisper" in name for name in names)
