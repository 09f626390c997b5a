"""Deployers, the history of a definition and jobs side by side, in a real browser."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser import NARROW, WIDE, Messages
from tests.e2e.running import text_of, wait_until

ADDRESS = r"[1-9A-HJ-NP-Za-km-z]{32,44}"


@pytest.fixture(scope="module")
def deployer(site: str) -> str:
    """The address of the deployer with most jobs."""
    found: str = json.loads(text_of(f"{site}/deployers.json?sort=-jobs"))["deployers"][0]["address"]
    return found


@pytest.fixture(scope="module")
def job(site: str) -> str:
    """The address of a job that is over, whose definition others ran too, and whose deployer ran another one before."""
    found: list[str] = []

    def is_there() -> bool:
        for address in re.findall(rf'href="/jobs/({ADDRESS})/"', text_of(f"{site}/jobs/?state=completed")):
            told = json.loads(text_of(f"{site}/jobs/{address}/history.json"))
            if len(told["other_runs"]) > 2 and (told["before"] or told["after"]):
                found.append(address)
                return True
        return False

    wait_until(is_there, 90, "a job has a history")
    return found[0]


@pytest.fixture(scope="module")
def paths(site: str, deployer: str, job: str) -> list[str]:
    """Every kind of page, with rows of the living network."""
    others = json.loads(text_of(f"{site}/jobs/{job}/history.json"))["other_runs"][:3]
    jobs = ",".join([job, *(other["address"] for other in others)])
    compare = f"/jobs/compare/?jobs={jobs}"
    return ["/deployers/", f"/deployers/{deployer}/", f"/jobs/{job}/history/", compare, f"{compare}&all=1"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_every_page_is_accessible_quiet_and_no_wider_than_the_window(
    browser: Browser, site: str, paths: list[str], scheme: str, viewport: dict[str, int]
) -> None:
    with browser.new_context(viewport=viewport, color_scheme=scheme) as context:  # type: ignore[arg-type]
        page = context.new_page()
        messages = Messages(page)
        for path in paths:
            page.goto(f"{site}{path}")
            violations = Axe().run(page).response["violations"]
            assert [(v["id"], v["nodes"][0]["html"][:200]) for v in violations] == [], path
            assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"], path
        assert messages.texts == []


def test_a_job_leads_to_its_history_and_to_a_comparison(page: Page, site: str, job: str) -> None:
    page.goto(f"{site}/jobs/{job}/")
    panel = page.locator("#history")
    panel.scroll_into_view_if_needed()
    expect(panel.locator("dl.readout dt").first).to_have_text("Runs")
    boxes = panel.get_by_role("checkbox")
    ticked = [boxes.nth(number).get_attribute("value") for number in range(2)]
    for number in range(2):
        boxes.nth(number).check()
    panel.get_by_role("button", name="Compare with this job").click()
    expect(page).to_have_url(f"{site}/jobs/compare/?jobs={','.join([job, *map(str, ticked)])}")
    expect(page.locator(".sides thead .letter")).to_have_text(["A", "B", "C"])
    page.get_by_role("link", name="Everything").click()
    expect(page.get_by_role("rowheader", name="Trigger", exact=False)).to_be_visible()
    page.get_by_role("link", name="Take B out").click()
    expect(page.locator(".sides thead .letter")).to_have_text(["A", "B"])
    expect(page).to_have_url(f"{site}/jobs/compare/?jobs={job},{ticked[1]}")


def test_jobs_are_compared_without_script(browser: Browser, site: str, job: str) -> None:
    with browser.new_context(java_script_enabled=False, viewport=WIDE) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"{site}/jobs/{job}/")
        page.get_by_role("link", name="How it went elsewhere").click()
        other = page.get_by_role("checkbox").first
        address = other.get_attribute("value")
        page.goto(f"{site}/jobs/compare/?jobs={job}")
        page.get_by_label("One more job").fill(f"{site}/jobs/{address}/")
        page.get_by_role("button", name="Add").click()
        expect(page.locator(".sides thead .letter")).to_have_text(["A", "B"])


def test_keys_lead_to_the_deployers_and_to_one_of_them(page: Page, site: str) -> None:
    page.clock.set_fixed_time(datetime.now(UTC))  # the second key counts for a second after the first
    page.goto(f"{site}/")
    page.keyboard.press("g")
    page.keyboard.press("d")
    page.wait_for_url(f"{site}/deployers/")  # and for all of the page, which hears no key before
    page.get_by_role("link", name="Jobs", exact=True).nth(1).click()  # sorts by it
    page.wait_for_url(re.compile("sort=-jobs"))
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/deployers/{ADDRESS}/$"))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
