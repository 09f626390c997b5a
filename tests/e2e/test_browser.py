"""What people do with the pages, in a real browser: with and without script, by keyboard, wide and narrow."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser import NARROW, WIDE, Messages, is_copied
from tests.e2e.running import wait_until

SEEDS_MARKET = "97G9NnvBDQ2WpKu6fasoMsAKmfj63C9rhysJnkeWodAf"
ADDRESS = r"[1-9A-HJ-NP-Za-km-z]{32,44}"


def a_job(page: Page, site: str, query: str = "?state=completed") -> str:
    """Return the path of the first job that the list shows."""
    page.goto(f"{site}/jobs/{query}")
    path = page.locator("tbody th a").first.get_attribute("href")
    assert path
    return path


def rows(page: Page) -> list[str]:
    """Return the paths of the jobs that a list shows."""
    page.wait_for_load_state()  # a click returns when the answer begins
    paths: list[str] = page.locator("tbody th a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    return paths


@pytest.fixture(scope="module")
def paths(browser: Browser, site: str) -> list[str]:
    """Every kind of page, with rows of the living network."""
    page = browser.new_page()
    page.goto(f"{site}/nodes/")
    node = page.locator("tbody th a").first.get_attribute("href")
    found = [a_job(page, site), a_job(page, site, "?state=running"), a_job(page, site, "?outcome=failed")]
    page.close()
    lists = ["/", "/jobs/", "/markets/", f"/markets/{SEEDS_MARKET}/", "/nodes/", "/status/", "/search/?q=nvidia"]
    return [*lists, str(node), *found]


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
            for width in {viewport["width"], 320 if viewport is NARROW else viewport["width"]}:
                page.set_viewport_size({**viewport, "width": width})
                assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert messages.texts == []


def test_every_page_works_without_script(browser, site, paths):
    with browser.new_context(java_script_enabled=False, viewport=WIDE) as context:
        page = context.new_page()
        for path in paths:
            response = page.goto(f"{site}{path}")
            assert response is not None
            assert (response.status, page.locator("h1").count()) == (200, 1), path
        page.goto(f"{site}/jobs/")
        page.get_by_label("Completed").check()
        page.get_by_role("button", name="Apply").click()
        assert "state=" in page.url
        newest = rows(page)
        assert set(page.locator("tbody td.c-state").all_inner_texts()) <= {"Completed", "Failed"}
        page.get_by_role("link", name="Older").click()
        assert not set(rows(page)) & set(newest)
        page.get_by_role("link", name="Newer").click()
        assert len(set(rows(page)) & set(newest)) > 40  # the network lives: a job may have finished meanwhile


def test_paging_and_back_keep_the_page_whole(page, site):
    page.goto(f"{site}/jobs/?state=completed")
    first = page.locator("tbody th a").first.get_attribute("href")
    page.get_by_role("link", name="Older").click()
    expect(page).to_have_url(re.compile("after="))
    expect(page.locator("tbody th a").first).not_to_have_attribute("href", str(first))
    page.locator("tbody th a").first.click()
    expect(page).to_have_url(re.compile(f"/jobs/{ADDRESS}/"))
    page.go_back()
    page.go_back()
    expect(page.locator("header.bar")).to_be_visible()
    expect(page.locator(f'tbody th a[href="{first}"]')).to_be_visible()  # the first, unless a job finished meanwhile


def test_bar_and_keys_work_on_a_page_that_came_back(page, site):
    """What htmx brings back of a list is the list: the bar, its buttons and the search stay the ones that listen."""
    messages = Messages(page)
    page.goto(f"{site}/jobs/?state=completed")
    first = page.locator("tbody th a").first.get_attribute("href")
    page.get_by_role("link", name="Older").click()
    expect(page).to_have_url(re.compile("after="))
    page.go_back()
    expect(page).not_to_have_url(re.compile("after="))
    expect(page.locator(f'tbody th a[href="{first}"]')).to_be_visible()

    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("#theme").click()
    expect(page.locator("#theme")).to_have_attribute("aria-label", "Theme: light")
    page.keyboard.press("/")
    page.keyboard.type("nvidia")
    expect(page.locator("#found [role=option]").first).to_be_visible()
    expect(page.locator("#find")).to_have_attribute("aria-expanded", "true")
    assert messages.texts == []


def test_search_is_one_key_away_and_goes_to_the_only_hit(page, site):
    page.goto(f"{site}/status/")
    page.keyboard.press("/")
    page.keyboard.type(SEEDS_MARKET)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site}/markets/{SEEDS_MARKET}/")
    expect(page.locator("h1")).to_have_text("NVIDIA 3060")


def test_search_says_what_was_looked_for(browser, site):
    with browser.new_context(viewport=WIDE) as context:
        page = context.new_page()
        response = page.goto(f"{site}/search/?q=%3Cscript%3Eqqxzvvk(1)%3C/script%3E")
        assert response is not None
        assert response.status == 404
        expect(page.locator("main")).to_contain_text("<script>qqxzvvk(1)</script>")


def test_theme_is_remembered(page, site):
    page.goto(f"{site}/")
    theme = page.get_by_role("button", name=re.compile("Theme"))
    backgrounds = set()
    for _ in range(3):
        theme.click()
        backgrounds.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert len(backgrounds) == 2
    chosen = page.locator("html").get_attribute("data-theme")
    page.goto(f"{site}/jobs/")
    assert page.locator("html").get_attribute("data-theme") == chosen


def test_an_address_is_copied_whole(browser, site):
    with browser.new_context(viewport=WIDE, permissions=["clipboard-read", "clipboard-write"]) as context:
        page = context.new_page()
        path = a_job(page, site)
        page.goto(f"{site}{path}")
        page.locator("h1 ~ .copy, h1 .copy, .head .copy").first.click()
        assert is_copied(page, path.split("/")[2])


def test_an_address_is_copied_from_a_list_also_after_a_change_of_its_filter(browser, site):
    with browser.new_context(viewport=WIDE, permissions=["clipboard-read", "clipboard-write"]) as context:
        page = context.new_page()
        page.goto(f"{site}/jobs/")
        for _ in range(2):
            link = page.locator("tbody .c-job a").first
            page.get_by_role("button", name=f"Copy {link.text_content()}").first.click()
            assert is_copied(page, str(link.get_attribute("href")).split("/")[2])
            page.locator('#filter input[name="state"][value="completed"]').check(force=True)
            page.wait_for_url("**state=completed*")
            expect(page.locator("#list .chip")).to_have_count(1)
        expect(page.locator("tbody .copy")).to_have_count(page.locator("tbody .c-job").count())


def test_every_short_address_of_a_list_says_the_whole_one_on_hover(page, site):
    page.goto(f"{site}/jobs/?columns=payer&columns=node&state=completed")
    links = page.locator("tbody a.addr")
    expect(links.last).to_have_attribute("title", re.compile("."))
    told = links.evaluate_all("links => links.map(link => [link.getAttribute('href'), link.title])")
    ways = {href.replace(title, "A") for href, title in told}
    assert ways == {"/jobs/A/", "/jobs/?payer=A", "/nodes/A/"}
    assert all(re.fullmatch(r"\w{32,44}", title) for _, title in told)


def test_a_job_page_shows_its_ops_and_its_log(page, site):
    path = a_job(page, site, "?outcome=success&op_type=container/run")  # a confidential job shows none
    page.goto(f"{site}{path}")
    expect(page.get_by_role("heading", name="Ops", exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name="Logs")).to_be_visible()
    lines, fetch = page.locator(".log li"), page.get_by_role("button", name="Fetch it now")
    expect(lines.or_(fetch).first).to_be_visible(timeout=60_000)
    if fetch.is_visible():  # a job from before the first sync: its log stays on IPFS until somebody asks
        fetch.click()
    expect(lines.first).to_be_visible(timeout=60_000)


def test_a_list_announces_new_jobs_without_moving(page, site):
    page.goto(f"{site}/jobs/")
    before = rows(page)
    expect(page.locator(".live")).to_contain_text(re.compile(r"\d+ new job"), timeout=60_000)
    assert rows(page) == before
    page.locator(".live").get_by_role("link", name="show").click()
    wait_until(lambda: bool(set(rows(page)) - set(before)), 30, "the new job is shown")  # below those that still wait


def test_the_policy_allows_nothing_inline(page, site):
    response = page.goto(f"{site}/jobs/")
    assert response is not None
    policy = response.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'self'" in policy
    assert page.locator("script:not([src]), style, [style], [onclick]").count() == 0
