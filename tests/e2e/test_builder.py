"""The living editor in a real browser: whole builds by the form, fixes, renames, undo, and the same without script."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from explorer.sample.definitions.seeds import whisper_seed
from tests.e2e.browser import NARROW, WIDE
from tests.e2e.building import Hands

#: An import with slips: a trailing comma, a misspelled member, numbers as texts, one-element commands.
BROKEN = """{
  "version": "0.1",
  "type": "container",
  "ops": [
    {
      "type": "container/run",
      "id": "hello",
      "args": { "image": "docker.io/library/ubuntu:24.04", "cmd": ["echo hello world"], "gpu": "true", },
    },
  ]
}
"""
CHAIN: dict[str, Any] = {
    "version": "0.1",
    "type": "container",
    "ops": [
        {
            "type": "container/run",
            "id": "server",
            "args": {
                "image": "docker.io/library/nginx:1.29.1",
                "expose": [{"port": 80, "health_checks": [
                    {"type": "http", "path": "/", "method": "GET", "expected_status": 200, "continuous": False}
                ]}],
            },
            "execution": {"group": "one"},
        },
        {
            "type": "container/run",
            "id": "client",
            "args": {"image": "docker.io/library/ubuntu:24.04", "cmd": "curl http://%%ops.server.host%%:80/"},
            "execution": {"group": "one", "depends_on": ["server"]},
        },
    ],
}  # fmt: skip


@pytest.fixture
def scriptless(browser: Browser) -> Iterator[Page]:
    """A page without JavaScript."""
    with browser.new_context(viewport=WIDE, java_script_enabled=False) as context:  # type: ignore[arg-type]
        yield context.new_page()


def build_whisper(hands: Hands) -> dict[str, Any]:
    """Build the documentation's whisper job from an empty draft, with the form only; return what it should be."""
    seed: dict[str, Any] = whisper_seed(Random(0))
    for index, op in enumerate(seed["ops"]):
        at = f"/ops/{index}"
        hands.add("gpu-command")
        hands.fill(f"f:{at}/id", op["id"])
        hands.fill(f"f:{at}/args/image", op["args"]["image"])
        hands.pick(f"{at}/args/cmd", "list")
        hands.fill(f"f:{at}/args/cmd", "\n".join(op["args"]["cmd"]))
        for name, value in op["args"].get("env", {}).items():
            hands.control(f"+n:{at}/args/env").fill(name)
            hands.control(f"+f:{at}/args/env").fill(value)
            hands.press(f"add:{at}/args/env")
    hands.open("/version")
    hands.fill("f:/meta/trigger", seed["meta"]["trigger"])
    return seed


def test_the_whisper_job_is_built_from_nothing_by_the_form_alone(page: Page, site: str) -> None:
    hands = Hands(page)
    hands.start(site)
    seed = build_whisper(hands)
    assert hands.value == seed
    assert hands.shown == hands.text


def test_the_whisper_job_is_built_by_the_form_without_script(scriptless: Page, site: str) -> None:
    hands = Hands(scriptless, has_script=False)
    hands.start(site)
    seed = build_whisper(hands)
    assert hands.value == seed


def test_a_broken_import_is_mended_by_fix_buttons_alone(page: Page, site: str) -> None:
    hands = Hands(page)
    hands.start(site, BROKEN)
    mended = 0
    while (buttons := page.locator("#findings button[name=fix]:not([value=all])")).count():
        buttons.first.click()
        hands.settle()
        mended += 1
        assert mended < 10
    assert mended >= 2
    args = hands.value["ops"][0]["args"]
    assert args == {"image": "docker.io/library/ubuntu:24.04", "cmd": "echo hello world", "gpu": True}
    expect(page.locator("#findings")).to_contain_text("the network accepts it")


def test_an_op_that_others_depend_on_is_renamed_everywhere(page: Page, site: str) -> None:
    hands = Hands(page)
    hands.start(site, json.dumps(CHAIN, indent=2))
    hands.open("/ops/0")
    name = hands.control("f:/ops/0/id")
    name.press("End")
    name.press_sequentially("-1")
    changed = hands.value
    assert changed["ops"][0]["id"] == "server-1"
    assert changed["ops"][1]["execution"]["depends_on"] == ["server-1"]
    assert changed["ops"][1]["args"]["cmd"] == "curl http://%%ops.server-1.host%%:80/"
    assert name.input_value() == "server-1"
    assert hands.shown == hands.text
    assert page.evaluate("document.activeElement.name") == "f:/ops/0/id"  # typing never loses the field
    expect(page.locator("#ops .tree")).to_contain_text("server-1")


def mixed_steps(hands: Hands) -> Iterator[None]:
    """Do twenty things, by form, text, buttons of ops, and fixes."""
    for index in range(5):
        hands.open(f"/ops/{index % 2}")
        hands.fill(f"f:/ops/{index % 2}/args/image", f"docker.io/library/ubuntu:24.0{index}")
        yield
        hands.press(f"duplicate:/ops/{index % 2}")
        yield
        hands.type_text('"version": "0.1"', f',\n  "x{index}": 1')
        yield
        hands.open("/ops/1")
        hands.press("down:/ops/1")
        yield


def test_twenty_mixed_steps_are_undone_and_done_again(page: Page, site: str) -> None:
    hands = Hands(page)
    hands.start(site, json.dumps(CHAIN, indent=2))
    states = [hands.text, *(hands.text for _ in mixed_steps(hands))]
    assert len(states) == 21
    assert len(set(states)) == 21
    for state in reversed(states[:-1]):
        hands.undo()
        assert (hands.text, hands.shown) == (state, state)
    expect(page.locator("#undo")).to_be_disabled()
    for state in states[1:]:
        hands.redo()
        assert (hands.text, hands.shown) == (state, state)
    expect(page.locator("#redo")).to_be_disabled()


def test_a_part_that_is_asked_for_stays_though_the_cursor_came_to_rest_elsewhere(page: Page, site: str) -> None:
    hands = Hands(page)
    hands.start(site, json.dumps(CHAIN, indent=2))
    hands.open("/ops/1")
    page.evaluate("""() => {
        const { editor } = explorerBuilder;
        editor.view.dispatch({ selection: { anchor: editor.text.indexOf("nginx") }, userEvent: "select" });
        document.querySelector('#ops a[data-at="/ops/1"]').click();  // before the form followed the cursor
    }""")
    page.wait_for_timeout(400)
    hands.settle()
    expect(page.locator("#form h2")).to_have_text("client")


def test_form_and_text_follow_each_other(page: Page, site: str) -> None:
    hands = Hands(page)
    hands.start(site, json.dumps(CHAIN, indent=2))
    hands.open("/ops/1")
    hands.control("f:/ops/1/args/cmd").focus()
    expect(page.locator("#editor .line-linked")).to_contain_text('"cmd": "curl')

    page.evaluate("explorerBuilder.editor.goTo(explorerBuilder.editor.text.indexOf('nginx'))")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#form h2")).to_have_text("server")
    expect(page.locator("#form .is-linked")).to_contain_text("Image")
    assert page.evaluate("document.activeElement.id") == "editor"  # the focus stays in the text

    page.locator("#findings a[data-jump]").first.click()
    hands.settle()
    assert page.evaluate("document.activeElement.closest('#form') !== null")


def test_a_text_that_cannot_be_read_freezes_the_form_and_keeps_everything(page: Page, site: str) -> None:
    hands = Hands(page)
    hands.start(site, json.dumps(CHAIN, indent=2))
    whole = hands.text
    hands.type_text('"version": "0.1"', '"')
    expect(page.locator("#form")).to_contain_text("until then the form waits")
    expect(page.locator("#ops .tree")).to_contain_text("client")
    assert hands.text == whole.replace('"0.1"', '"0.1""')
    page.keyboard.press("Backspace")
    expect(page.locator("#form h2")).to_have_text("server")
    assert hands.text == whole


def changed_elsewhere(page: Page, site: str) -> tuple[Hands, Hands]:
    """Open a draft in two tabs and change it in the first one."""
    one = Hands(page)
    one.start(site, json.dumps(CHAIN, indent=2))
    with page.context.expect_page() as opened:
        page.evaluate("window.open(location.href)")
    other = Hands(opened.value)
    other.settle()
    one.open("/ops/1")
    one.fill("f:/ops/1/args/cmd", "echo one")
    return one, other


def test_two_tabs_on_one_draft_overwrite_nothing(page: Page, site: str) -> None:
    one, other = changed_elsewhere(page, site)
    other.page.evaluate("explorerBuilder.editor.goTo(explorerBuilder.editor.text.length)")
    other.page.keyboard.type("\n")
    expect(other.page.locator("#conflict")).to_contain_text("Nothing was overwritten")
    expect(other.page.locator("#conflict")).to_be_in_viewport()
    other.page.keyboard.type("\n ")  # the focus is still in the text: this presses no button
    assert one.value["ops"][1]["args"]["cmd"] == "echo one"
    other.page.get_by_role("button", name="Compare both and choose").click()
    expect(other.page.get_by_role("heading", level=1)).to_contain_text("changed")
    assert other.page.locator('[name="text"]').input_value() == json.dumps(CHAIN, indent=2) + "\n\n "


def test_a_value_that_another_tab_outran_is_in_the_text_that_is_compared(page: Page, site: str) -> None:
    one, other = changed_elsewhere(page, site)
    image = other.control("f:/ops/0/args/image")
    image.press("End")
    image.press_sequentially("-1234567890")  # the first of it is refused while more is typed
    expect(other.page.locator("#conflict")).to_be_in_viewport()
    image.press("x")  # from now on the form waits: what it shows is what is compared
    shown = image.input_value()
    before = CHAIN["ops"][0]["args"]["image"]
    assert (shown[: len(before) + 1], "x" in shown[len(before) :]) == (f"{before}-", False)
    other.page.get_by_role("button", name="Compare both and choose").click()
    expect(other.page.get_by_role("heading", level=1)).to_contain_text("changed")
    text = json.loads(other.page.locator('[name="text"]').input_value())
    assert [op["args"]["image"] for op in text["ops"]] == [shown, CHAIN["ops"][1]["args"]["image"]]
    assert one.value["ops"][0]["args"]["image"] == before


def test_a_control_that_is_posted_wrong_says_so_and_loses_nothing(page: Page, site: str) -> None:
    hands = Hands(page)
    hands.start(site, json.dumps(CHAIN, indent=2))
    hands.open("/ops/1")
    name = hands.control("f:/ops/1/id")
    name.fill("server")
    hands.settle()
    assert name.input_value() == "server"
    assert hands.value["ops"][1]["id"] == "client"
    expect(page.locator('#form .field:has([name="f:/ops/1/id"])')).to_contain_text('There is an op "server" already')
    expect(name).to_have_attribute("aria-invalid", "true")


@pytest.mark.parametrize("viewport", [WIDE, NARROW])
def test_the_page_is_accessible_and_no_wider_than_the_screen(page: Page, site: str, viewport: Any) -> None:
    hands = Hands(page)
    hands.start(site, json.dumps(CHAIN, indent=2))
    page.set_viewport_size(viewport)
    expect(page.locator("#readiness-table table").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]
    violations = Axe().run(page, options={"preload": False}).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in violations] == []


def test_everything_is_reached_by_the_keyboard(page: Page, site: str) -> None:
    hands = Hands(page)
    hands.start(site, json.dumps(CHAIN, indent=2))
    hands.open("/ops/0")
    hands.control("f:/ops/0/args/image").focus()
    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator("#form h2")).to_have_text("client")
    page.keyboard.press("Alt+Shift+ArrowUp")
    hands.settle()
    assert [op["id"] for op in hands.value["ops"]] == ["client", "server"]
    page.keyboard.press("Alt+Shift+D")
    hands.settle()
    assert [op["id"] for op in hands.value["ops"]] == ["client", "client-2", "server"]
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    hands.settle()
    assert hands.value == CHAIN
    page.keyboard.press("Control+Shift+z")
    hands.settle()
    assert [op["id"] for op in hands.value["ops"]] == ["client", "server"]


def test_a_megabyte_and_strange_texts_are_edited_without_harm(page: Page, site: str) -> None:
    strange = "<script>window.taken = 1</script>"
    op = {"type": "container/run", "id": strange, "args": {"image": strange, "env": {strange: strange}}}
    page.goto(f"{site}/build/")
    hands = Hands(page)
    hands.start(site, json.dumps({"version": "0.1", "type": "container", "x": "A" * 900_000, "ops": [op]}))
    hands.type_text('"version": "0.1"', " ")
    assert hands.text.startswith('{"version": "0.1" ,')
    assert page.evaluate("window.taken") is None
    assert hands.shown == hands.text
