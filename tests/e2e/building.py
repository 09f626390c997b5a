"""What a person does on a draft's page, with script or without."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Locator, Page, expect


class Hands:
    """Works on a draft. Without script every change is taken over by the form's own button."""

    def __init__(self, page: Page, *, has_script: bool = True) -> None:
        self.page = page
        self.has_script = has_script

    def start(self, site: str, text: str = "") -> None:
        """Make a draft of a text, an empty one without."""
        self.page.goto(f"{site}/build/")
        if text:
            self.page.get_by_label("Paste", exact=True).fill(text)
            self.page.get_by_role("button", name="Start from this").click()
        else:
            self.page.get_by_role("button", name="Empty draft").click()
        expect(self.page.locator("#ops h2")).to_have_text("Ops")
        self.settle()

    def settle(self) -> None:
        """Wait until all that was typed is saved."""
        if self.has_script:
            self.page.locator(".is-living").wait_for(state="attached")
            self.page.evaluate("explorerBuilder.live.settled()")

    @property
    def text(self) -> str:
        """The draft's text, as the explorer has it."""
        self.settle()
        return self.page.request.get(f"{self.page.url.partition('?')[0].partition('#')[0]}definition.json").text()

    @property
    def value(self) -> dict[str, Any]:
        """What the text says."""
        value: dict[str, Any] = json.loads(self.text)
        return value

    @property
    def shown(self) -> str:
        """The text as the page shows it."""
        if self.has_script:
            self.settle()
            return str(self.page.evaluate("explorerBuilder.editor.text"))
        return self.page.locator("#text-plain").input_value()

    def control(self, name: str) -> Locator:
        """Return a control of the form by the name that it posts, in sight."""
        self._unfold(f'[name="{name}"]')
        return self.page.locator(f'#form [name="{name}"]').first

    def _unfold(self, inner: str) -> None:
        """Open the sections around what is to be used."""
        while (folds := self.page.locator(f"#form details:not([open]):has({inner})")).count():
            folds.first.locator("> summary").click()

    def fill(self, name: str, text: str) -> None:
        """Type a value."""
        self.control(name).fill(text)
        self.apply()

    def pick(self, pointer: str, shape: str) -> None:
        """Choose the shape of a value: by a button, or in a menu."""
        control = self.control(f"k:{pointer}")
        if control.evaluate("(element) => element.localName") == "select":
            control.select_option(shape)
        else:
            self.page.locator(f'#form label:has(> [name="k:{pointer}"][value="{shape}"])').click()
        self.apply()

    def press(self, action: str) -> None:
        """Press a button of the form."""
        self._unfold(f'button[value="{action}"]')
        self._press(self.page.locator(f'#form button[name="action"][value="{action}"]').first)

    def add(self, starter: str) -> None:
        """Add an op with a starter."""
        self.page.get_by_label("Add an op").click()
        self._press(self.page.locator(f'#ops button[value="add-{starter}:/ops"]'))

    def open(self, pointer: str) -> None:
        """Go to a part by the list of ops."""
        self._press(self.page.locator(f'#ops a[data-at="{pointer}"]'))
        expect(self.page.locator(f'#ops a[data-at="{pointer}"]')).to_have_attribute("aria-current", "true")

    def apply(self) -> None:
        """Have it taken over what was typed."""
        if self.has_script:
            self.settle()
        else:
            self._press(self.page.locator(".form-end button"))

    def _press(self, button: Locator) -> None:
        """Press what changes the draft, and wait until it did."""
        if self.has_script:
            button.click()
            self.settle()
            return
        with self.page.expect_navigation():
            button.click()

    def undo(self) -> None:
        """Take a step back."""
        self._press(self.page.locator("#undo"))

    def redo(self) -> None:
        """Take a step again."""
        self._press(self.page.locator("#redo"))

    def type_text(self, before: str, typed: str) -> None:
        """Type into the editor, after a piece of its text."""
        at = self.page.evaluate("(piece) => explorerBuilder.editor.text.indexOf(piece) + piece.length", before)
        self.page.evaluate("(at) => explorerBuilder.editor.goTo(at)", at)
        self.page.keyboard.insert_text(typed)
        self.settle()
