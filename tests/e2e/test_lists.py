"""Lists in a real browser: their heads, menus, filters and pages, by keyboard and on a phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser import NARROW
from tests.e2e.running import wait_until

#: The cells that are hidden at other widths than the head above them, with their table; rows of one wide cell are none.
MISFITS = """() => [...document.querySelectorAll("table")].flatMap(table => {
  const heads = [...(table.tHead?.rows[0]?.cells ?? [])];
  const hidden = cell => ["c-low", "c-mid", "c-op"].filter(name => cell?.classList.contains(name)).join();
  return [...table.tBodies].flatMap(body => [...body.rows]).filter(row => heads.length && row.cells.length > 1)
    .flatMap(row => [...row.cells].map((cell, number) => [hidden(heads[number]), hidden(cell), cell.dataset.label]))
    .filter(([above, here]) => above !== here)
    .map(([above, here, label]) => `${table.caption?.textContent}: ${label} is ${here}, its head ${above}`);
})"""


def first(page: Page, url: str) -> str:
    """Return where the first row of a list leads."""
    page.goto(url)
    return str(page.locator("tbody th a").first.get_attribute("href"))


def test_every_column_is_hidden_with_its_head(page: Page, site: str) -> None:
    lists = ["/", "/jobs/", "/markets/", "/nodes/", "/deployers/", "/images/", "/resources/", "/status/", "/charts/"]
    things = [first(page, f"{site}{path}") for path in ("/markets/", "/nodes/", "/resources/")]
    job = first(page, f"{site}/jobs/?outcome=success")
    readiness = f"/readiness/?job={job.split('/')[2]}"
    for path in [*lists, *things, job, f"{job}history/", readiness]:
        page.goto(f"{site}{path}")
        assert page.evaluate(MISFITS) == [], path

    def shows(table: str, listed: str) -> bool:
        page.goto(f"{site}{first(page, f'{site}{listed}')}")
        return page.locator(f"{table} tbody tr").count() > 0

    for table, listed in [("#running", "/deployers/?sort=-running"), ("#nodes", "/images/?sort=-markets")]:
        wait_until(lambda: shows(table, listed), 60, f"a page has {table}")  # noqa: B023 - called at once
        assert page.evaluate(MISFITS) == [], page.url


def test_a_menu_closes_by_escape_and_by_a_click_elsewhere(page: Page, site: str) -> None:
    page.goto(f"{site}/jobs/")
    columns, export = (
        page.locator(f"details.menu:has(> summary:has-text('{name}'))") for name in ("Columns", "Export")
    )
    columns.locator("summary").click()
    columns.get_by_label("Payer").focus()
    page.keyboard.press("Escape")
    expect(columns).not_to_have_attribute("open", "")
    expect(columns.locator("summary")).to_be_focused()

    page.keyboard.press("Enter")
    expect(columns).to_have_attribute("open", "")
    export.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(columns).not_to_have_attribute("open", "")
    export.get_by_text("All jobs of this filter").click()
    expect(export).to_have_attribute("open", "")
    page.locator("h1").click()
    expect(export).not_to_have_attribute("open", "")


#: Whether something that covers lies over the focused element.
COVERED = """cover => {
  const [above, here] = [cover, document.activeElement].map(one => one.getBoundingClientRect());
  return !cover.contains(document.activeElement) && here.bottom > above.top && here.top < above.bottom;
}"""


@pytest.mark.parametrize("path", ["jobs", "nodes"])
@pytest.mark.parametrize("height", [768, 900])
def test_the_rail_fits_and_covers_no_focus(browser: Browser, site: str, path: str, height: int) -> None:
    with browser.new_context(viewport={"width": 1280, "height": height}) as context:
        page = context.new_page()
        page.goto(f"{site}/{path}/")
        rail, end = page.locator("aside.rail"), page.locator(".rail-end")
        top, field = (one.evaluate("one => one.getBoundingClientRect().top") for one in (rail, rail.locator(".find")))
        assert field - top >= 3  # room for its outline
        assert end.evaluate("one => one.getBoundingClientRect().bottom") <= height
        rail.locator("input").first.focus()
        while page.evaluate("document.activeElement.closest('aside.rail form') !== null"):
            assert not end.evaluate(COVERED), page.evaluate("document.activeElement.outerHTML")
            page.keyboard.press("Tab")


@pytest.mark.parametrize(("path", "top"), [("jobs/?state=completed", "#list"), ("nodes/", "#rows")])
def test_paging_goes_to_the_top_of_the_list_and_says_so(page: Page, site: str, path: str, top: str) -> None:
    page.goto(f"{site}/{path}")
    page.locator(".pager a[rel=next]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_have_text("The next page is shown")
    expect(page.locator(top)).to_be_focused()
    page.locator(".pager a[rel=prev]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_have_text("The page before is shown")
    expect(page.locator(top)).to_be_focused()


def test_sorting_keeps_the_focus(page: Page, site: str) -> None:
    page.goto(f"{site}/nodes/")
    page.locator("thead").get_by_role("link", name="VRAM").focus()
    page.keyboard.press("Enter")
    expect(page.locator("thead [aria-sort=descending] a")).to_have_text("VRAM")
    expect(page.locator("thead [aria-sort=descending] a")).to_be_focused()


def test_pausing_keeps_the_focus_and_lasts_beyond_a_change_of_the_filter(page: Page, site: str) -> None:
    page.goto(f"{site}/jobs/")
    page.get_by_role("link", name="Pause updates").focus()
    page.keyboard.press("Enter")
    resume = page.get_by_role("link", name="Resume updates")
    expect(resume).to_be_focused()

    page.locator('#filter input[value="running"]').check()
    expect(page.locator("#list .chip")).to_have_count(1)
    expect(resume).to_be_visible()
    resume.click()
    page.locator('#filter input[value="running"]').uncheck()
    expect(page.locator("#list .chip")).to_have_count(0)
    expect(page.get_by_role("link", name="Pause updates")).to_be_visible()


def test_filters_applied_on_a_phone_fold_and_show_the_list(browser: Browser, site: str) -> None:
    with browser.new_context(viewport=NARROW) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"{site}/jobs/")
        page.locator(".rail-fold > summary").click()
        page.get_by_label("Completed").check()
        expect(page.locator("#list .chip")).to_have_count(1)
        expect(page.locator(".rail-fold")).to_have_attribute("open", "")  # a change alone leaves it open for the next
        page.get_by_role("button", name="Apply").click()
        expect(page.locator(".rail-fold")).not_to_have_attribute("open", "")
        expect(page.locator("#list")).to_be_focused()
        expect(page.locator("#list .chip")).to_be_in_viewport()
        expect(page.locator("#said")).to_have_text("The filters are applied")


def test_filters_applied_on_a_phone_without_script_show_the_list(browser: Browser, site: str) -> None:
    with browser.new_context(viewport=NARROW, java_script_enabled=False) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"{site}/jobs/")
        page.locator(".rail-fold > summary").click()
        page.get_by_label("Completed").check()
        page.get_by_role("button", name="Apply").click()
        page.wait_for_url("**state=completed*")
        expect(page.locator(".rail-fold")).not_to_have_attribute("open", "")
        expect(page.locator("#list .chip")).to_be_in_viewport()


@pytest.mark.parametrize(("path", "order"), [("jobs", "Listed"), ("nodes", "Jobs")])
def test_a_list_is_sorted_on_a_phone(browser: Browser, site: str, path: str, order: str) -> None:
    with browser.new_context(viewport=NARROW) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"{site}/{path}/")
        link = page.locator("thead").get_by_role("link", name=order, exact=True)
        link.scroll_into_view_if_needed()
        box = link.bounding_box()
        assert box
        assert box["height"] >= 44
        link.click()
        expect(page).to_have_url(re.compile("sort="))
        expect(page.locator("thead [aria-sort=descending] a")).to_have_text(order)


def test_back_brings_the_filter_form_with_the_list(browser, site):
    """Else the next change would drop a filter that the list still has."""
    page = browser.new_page()  # not one that must not complain: htmx does where Back ends a request

    def has_markets() -> bool:
        page.goto(f"{site}/jobs/")
        return bool(page.locator("#filter [name=market]").count())

    wait_until(has_markets, 60, "markets can be chosen")
    page.get_by_label("Completed").check()
    expect(page).to_have_url(re.compile(r"\?state=completed$"))
    market = page.locator("#filter [name=market]").first
    market.check()
    expect(page).to_have_url(re.compile(r"market=.*state=completed"))
    page.locator("#q").fill("ubuntu")
    page.locator("#q").press("Enter")
    expect(page).to_have_url(re.compile(r"q=ubuntu"))

    page.go_back()
    expect(page.locator("#q")).to_have_value("")
    expect(market).to_be_checked()
    page.go_back()
    expect(page).to_have_url(re.compile(r"\?state=completed$"))
    expect(market).not_to_be_checked()
    expect(page.locator("#filter [name=state]:checked")).to_have_value("completed")
    page.get_by_label("Running").check()
    expect(page).to_have_url(re.compile(r"state=completed.*running|state=running.*completed"))
    page.close()
