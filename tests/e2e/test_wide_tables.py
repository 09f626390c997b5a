"""Lists with more columns than the window has room for, in a real browser: they scroll in a box of their own."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from jobs.columns import COLUMNS
from markets.forms import MarketFilter, NodeFilter

#: From the narrowest table to the widest; below are cards. 1101 and 1241 are where other things change.
WIDTHS = (390, 700, 861, 962, 1101, 1241, 1280, 1366, 1440, 1920)
ALL = {
    "/jobs/": [column.name for column in COLUMNS],
    "/nodes/": [column.name for column in NodeFilter.columns[1:]],
    "/markets/": [column.name for column in MarketFilter.columns[1:]],
}
BOX = ".wide"


def url_of(path: str, names: list[str]) -> str:
    """Return a list with these columns, or the usual ones."""
    return f"{path}?{urlencode({'columns': ','.join(names)})}" if names else path


def spills(page: Page) -> int:
    """Return by how many pixels the table, which no box holds, is wider than its panel, or the page than the window."""
    return int(
        page.evaluate("""() => {
            const table = document.querySelector(".table-top"), box = table.closest(".wide");
            const holds = box && getComputedStyle(box).overflowX === "auto";
            const end = (one) => one.getBoundingClientRect().right, root = document.documentElement;
            const spilt = Math.round(end(holds ? box : table) - end(table.closest(".panel")));
            return Math.max(0, spilt, root.scrollWidth - root.clientWidth);
        }""")
    )


@pytest.mark.parametrize("path", [*ALL, "/images/", "/resources/", "/deployers/"])
def test_no_list_is_wider_than_the_window(page: Page, site: str, path: str) -> None:
    every = ALL.get(path, [])
    for names in ([], every[:7], every) if every else ([],):
        page.goto(f"{site}{url_of(path, names)}")
        expect(page.locator(".table-top tbody tr").first).to_be_visible()
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert spills(page) == 0, (names, width)


@pytest.mark.parametrize("names", [[], ALL["/jobs/"]], ids=["usual", "all"])
def test_what_a_job_runs_can_be_read_beside_any_columns(page: Page, site: str, names: list[str]) -> None:
    page.goto(f"{site}{url_of('/jobs/', names)}")
    for width in WIDTHS[2:]:
        page.set_viewport_size({"width": width, "height": 900})
        cell = page.locator('td[data-label="Runs"]').first.bounding_box()
        assert cell is not None
        assert cell["width"] >= 120, width
        overlaps = page.evaluate("""() => [...document.querySelectorAll(".runs")].filter((runs) => {
            const [image, ops] = runs.children;
            return ops && image.scrollWidth > image.clientWidth && getComputedStyle(image).overflowX === "visible";
        }).length""")
        assert overlaps == 0, width


@pytest.mark.parametrize("path", ALL)
def test_all_columns_are_scrolled_to_beside_what_names_the_row(page: Page, site: str, path: str) -> None:
    page.set_viewport_size({"width": 1101, "height": 900})
    page.goto(f"{site}{url_of(path, ALL[path])}")
    assert page.locator("thead th:visible").count() == len(ALL[path]) + (2 if path == "/jobs/" else 1)
    page.locator(BOX).focus()
    for _ in range(40):
        page.keyboard.press("ArrowRight")
    expect(page.locator("thead th").last).to_be_in_viewport(ratio=0.9)
    names = page.locator("thead .c-key, tbody tr:first-child th").all()
    assert len(names) == 2
    edges = [name.bounding_box() for name in names]
    left = page.locator(BOX).bounding_box()
    assert left is not None
    assert {round(edge["x"]) for edge in edges if edge} == {round(left["x"])}


@pytest.mark.parametrize("path", ALL)
@pytest.mark.parametrize("width", [900, 1280, 1440])
def test_head_of_usual_columns_stays_below_the_bar(browser: Browser, site: str, path: str, width: int) -> None:
    with browser.new_context(viewport={"width": width, "height": 400}) as context:
        page = context.new_page()
        page.goto(f"{site}{path}")
        page.evaluate("scrollTo(0, document.querySelector('.table-top tbody tr:nth-child(4)').offsetTop + 300)")
        bar, head = page.locator(".bar").bounding_box(), page.locator("thead th").first.bounding_box()
        assert bar is not None
        assert head is not None
        assert abs(bar["y"] + bar["height"] - head["y"]) <= 1
