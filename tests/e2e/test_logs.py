"""The log of a job in a real browser: 24,999 lines searched, narrowed, linked, followed; and without scripts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from jobs import logs, results
from jobs.models import Job
from tests.bench import biglog
from tests.e2e.browser import NARROW, WIDE, Messages, is_copied
from tests.jobs.factories import NOON, address, cid, make_job, make_result

pytestmark = pytest.mark.django_db(transaction=True)

RESULT = biglog.result()
PACKED = logs.pack(logs.lines_of(RESULT))


@pytest.fixture
def job() -> Job:
    """A job with the large log."""
    times = {"started_at": NOON, "ended_at": NOON, "ipfs_result": cid("big")}
    job = make_job("big", state=2, outcome="success", node=address("node"), **times)
    make_result(job, results.to_body(RESULT), log=PACKED, log_lines=biglog.LINES)
    return job


@pytest.fixture
def opened(page: Page, live_server: Any, job: Job) -> Callable[[str], Page]:
    """Open the job's page with a query string, and wait until the whole log is there."""

    def opened(query: str = "") -> Page:
        page.goto(f"{live_server.url}{job.get_absolute_url()}{query}")
        page.wait_for_selector("#log[data-ready]", timeout=60_000)
        page.locator(".log-box").scroll_into_view_if_needed()
        return page

    return opened


def foot(page: Page) -> Any:
    return page.locator("#log > .pager").last


def first_in_sight(page: Page) -> int:
    """Return the number of the first line in sight, as the foot says it."""
    return int(foot(page).inner_text().split(" to ")[0].replace(",", ""))


def find(page: Page, text: str) -> None:
    page.get_by_role("searchbox", name="Find in the log").fill(text)


def test_a_large_log_is_there_at_once_and_holds_few_rows(opened):
    page = opened()
    expect(foot(page)).to_contain_text("to 24,999 of 24,999 lines")
    expect(page.locator("#L24999")).to_be_in_viewport()
    assert page.locator(".log li").count() < 150
    page.locator(".log-box").evaluate("box => box.scrollTo(0, 0)")
    expect(page.locator("#L1")).to_be_in_viewport()
    expect(page.locator("#L24999")).to_have_count(0)
    page.locator(".log-box").evaluate("box => box.scrollTo(0, box.scrollHeight / 2)")
    expect(page.locator("#L1")).to_have_count(0)
    assert 5_000 < first_in_sight(page) < 20_000
    assert page.locator(".log li").count() < 150
    page.get_by_role("button", name="Last", exact=True).click()
    expect(page.locator("#L24999")).to_be_in_viewport()


def test_the_rows_of_the_script_are_those_of_the_server(opened, browser, live_server, job):
    rows = "rows => rows.map(row => [row.id, row.className, row.innerHTML.replace(/href=.[^>]*/, '')])"
    page = opened("?log=1&q=e%3D0&time=ms")
    with browser.new_context(java_script_enabled=True, viewport=WIDE) as context:
        plain = context.new_page()
        plain.route("**/log*.js", lambda route: route.abort())
        plain.goto(f"{live_server.url}{job.get_absolute_url()}?log=1&q=e%3D0&time=ms")
        expected = plain.locator(".log li").evaluate_all(rows)
    page.locator(".log-box").evaluate("box => box.scrollTo(0, 0)")
    expect(page.locator("#L1")).to_be_in_viewport()
    found = page.locator(".log li").evaluate_all(rows)
    assert found[:10] == expected[:10]


def test_a_search_counts_marks_and_steps(opened):
    page = opened()
    find(page, "step 1234")
    expected = sum("step 1234" in text for _, text in logs.texts(PACKED))
    expect(page.locator(".log-found")).to_have_text(f"1 of {expected} lines")
    expect(page.locator(".log .hit").first).to_have_text("step 1234")
    first = page.locator(".log li.is-now").get_attribute("id")
    page.keyboard.press("Enter")
    expect(page.locator(".log-found")).to_have_text(f"2 of {expected} lines")
    page.keyboard.press("Shift+Enter")
    expect(page.locator(f"#{first}.is-now")).to_be_in_viewport()
    page.get_by_role("link", name="Previous hit").click()
    expect(page.locator(".log-found")).to_have_text(f"{expected} of {expected} lines")
    assert page.locator(".map-hit").count() > 0
    page.get_by_label("Only hits").check()
    expect(foot(page)).to_contain_text(f"of {expected} lines")
    assert re.search(r"\?q=step\+1234&only=1", page.url)


def test_what_is_typed_while_the_log_comes_is_looked_for(page: Page, live_server: Any, job: Job):
    held: list[Route] = []
    page.route("**/log/lines", lambda route: held.append(route))
    page.goto(f"{live_server.url}{job.get_absolute_url()}")
    find(page, "step 1234")
    page.wait_for_timeout(100)  # longer than one waits for the next letter
    while not held:
        page.wait_for_timeout(20)
    held[0].continue_()
    expected = sum("step 1234" in text for _, text in logs.texts(PACKED))
    expect(page.locator(".log-found")).to_have_text(f"1 of {expected} lines")
    expect(page.locator(".log .hit").first).to_have_text("step 1234")


def test_expressions_are_javascripts_and_end_in_time(opened):
    page = opened()
    page.get_by_label("Regex").check()
    find(page, r"^ERROR engine\.py:\d{2} ")
    expected = sum(bool(re.search(r"^ERROR engine\.py:\d{2} ", text)) for _, text in logs.texts(PACKED))
    expect(page.locator(".log-found")).to_have_text(f"1 of {expected} lines")
    find(page, "(")
    expect(page.locator(".log-wrong")).to_contain_text("Unterminated group")
    find(page, "(.*)*(.*)*(.*)*zz$")
    expect(page.locator(".log-wrong")).to_contain_text("this pattern takes too long")
    find(page, "palette")
    expect(page.locator(".log-found")).to_contain_text("lines")


def test_narrowing_is_in_the_address_and_back_takes_it_back(opened):
    page = opened()
    page.get_by_role("group", name="Stream").get_by_role("link", name="err").click()
    errors = logs.summary(PACKED).by_stream["stderr"]
    expect(foot(page)).to_contain_text(f"of {errors} lines")
    page.get_by_role("navigation", name="Op").get_by_role("link", name="work").click()
    expect(page).to_have_url(re.compile(r"\?op=work&stream=stderr"))
    both = len(list(logs.texts(PACKED, op="work", stream="stderr")))
    expect(foot(page)).to_contain_text(f"of {both} lines")
    page.go_back()
    expect(foot(page)).to_contain_text(f"of {errors} lines")
    page.reload()
    page.wait_for_selector("#log[data-ready]", timeout=60_000)
    expect(foot(page)).to_contain_text(f"of {errors} lines")


def test_lines_are_linked_picked_and_copied(browser, live_server, job):
    with browser.new_context(viewport=WIDE, permissions=["clipboard-read", "clipboard-write"]) as context:
        page = context.new_page()
        page.goto(f"{live_server.url}{job.get_absolute_url()}#L12345")
        page.wait_for_selector("#log[data-ready]", timeout=60_000)
        expect(page.locator("#L12345.is-picked")).to_be_in_viewport()
        page.locator("#L12346 .l-n").click()
        page.locator("#L12348 .l-n").click(modifiers=["Shift"])
        expect(page).to_have_url(re.compile(r"\?log=12346#L12346-L12348$"))
        page.get_by_role("button", name="Copy 3 lines").click()
        assert is_copied(page, "\n".join(line.text for line in logs.window(PACKED, 12346, 3)))
        page.reload()
        page.wait_for_selector("#log[data-ready]", timeout=60_000)
        expect(page.locator(".log li.is-picked")).to_have_count(3)


def test_wrapping_and_times_change_at_once(opened):
    page = opened("?log=1")
    line = page.locator("#L1")
    expect(line).to_be_in_viewport()
    tall = line.bounding_box()["height"]
    page.get_by_label("One row a line").check()
    expect(page).to_have_url(re.compile("nowrap=1"))
    page.locator(".log-box").evaluate("box => box.scrollTo(0, 0)")
    assert line.bounding_box()["height"] == 20 < tall
    page.get_by_label("Times").select_option("since")
    expect(line.locator(".l-t")).to_have_text("+0.000")


def test_a_log_full_of_attacks_is_inert(opened):
    page = opened("?log=1")
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    page.locator(".log-box").evaluate("box => box.scrollTo(0, 3000)")
    expect(page.locator(".log li", has_text="<script>alert(").first).to_be_visible()
    alive = page.locator(".log").evaluate(
        "log => [...log.querySelectorAll('*')].filter(e => !['LI', 'SPAN', 'I', 'A'].includes(e.tagName)"
        " || [...e.attributes].some(a => a.name.startsWith('on') || /^javascript:/i.test(a.value))).length"
    )
    assert (alive, dialogs) == (0, [])
    assert not re.search("[\u202a-\u202e\x00-\x08\x1b]", page.locator(".log").inner_text())


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_log_is_accessible_and_fits(browser: Browser, live_server, job, size, scheme):
    with browser.new_context(viewport=size, color_scheme=scheme) as context:
        page = context.new_page()
        messages = Messages(page)
        page.goto(f"{live_server.url}{job.get_absolute_url()}?q=palette")
        page.wait_for_selector("#log[data-ready]", timeout=60_000)
        assert messages.texts == []  # axe fetches style sheets by itself, and not all of them where they are
        found = Axe().run(page, context="#log").response["violations"]
        assert [(rule["id"], [node["html"] for node in rule["nodes"]][:3]) for rule in found] == []
        box = page.locator("#log").bounding_box()
        assert box
        assert box["x"] + box["width"] <= size["width"]


def test_without_scripts_a_search_leads_through_the_log(browser: Browser, live_server, job):
    with browser.new_context(java_script_enabled=False, viewport=WIDE) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"{live_server.url}{job.get_absolute_url()}")
        find(page, "engine.py:1234")
        page.get_by_role("button", name="Find", exact=True).click()
        expected = sum("engine.py:1234" in text for _, text in logs.texts(PACKED))
        expect(page.locator(".log-found")).to_have_text(f"{expected} line" + "s" * (expected != 1))
        page.get_by_role("link", name="Next hit").click()
        expect(page.locator(".log li.is-now .hit")).to_have_text("engine.py:1234")


ROWS = [[1, "loop", "stdout", 1787320800000, "one", 0], [2, "loop", "nodeerr", None, "layer 10 %", 0]]
MORE = [[2, "loop", "nodeerr", None, "layer 90 %", 1], [3, "<b>x", "stdout", None, "<b>red</b>", 0, [10, "a-r"]]]


def test_a_running_job_is_followed(page: Page, live_server):
    running = make_job("running", state=1, node=address("node"), started_at=NOON)
    events = (
        "".join(f"event: lines\ndata: {json.dumps(rows)}\n\n" for rows in (ROWS, MORE)) + 'event: end\ndata: ""\n\n'
    )
    page.route("**/log/live", lambda route: route.fulfill(body=events, content_type="text/event-stream"))
    page.goto(f"{live_server.url}{running.get_absolute_url()}")
    page.get_by_role("link", name="Follow it now").click()
    page.wait_for_selector("#log[data-ready]", timeout=60_000)
    lines = page.locator(".log li")
    expect(lines).to_have_count(3)
    assert lines.locator(".l-m").all_inner_texts() == ["one", "layer 90 % after 1 update", "<b>red</b>"]
    expect(page.locator("#L3 .a-r")).to_have_text("<b>red</b>")
    expect(foot(page)).to_contain_text("1 to 3 of 3 lines · the node has nothing more to tell")
    find(page, "layer")
    expect(page.locator(".log-found")).to_have_text("1 of 1 line")
