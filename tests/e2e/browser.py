"""A real Chromium, the system's, as the tests drive it."""

from __future__ import annotations

import shutil

from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright

from tests.e2e.running import wait_until

#: Chromium's own traffic would be refused here, and its sandbox does not run as root.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-extensions",
    "--hide-scrollbars",
]
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


def launch(playwright: Playwright) -> Browser:
    """Return the system's Chromium; fails with what to install where there is none."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    path = next((found for name in names if (found := shutil.which(name))), None)
    assert path, "The browser tests need Chromium: `make test` installs it on Debian as root, elsewhere install it."
    return playwright.chromium.launch(executable_path=path, args=FLAGS)


def is_copied(page: Page, text: str) -> bool:
    """Wait until the clipboard holds a text: a click on a copy button is over before the browser has written it."""

    def holds() -> bool:
        return bool(page.evaluate("navigator.clipboard.readText()") == text)

    return wait_until(holds, 20, f"the clipboard holds {text[:100]}")


class Messages:
    """What the page complained about: console errors, violations of the policy, uncaught errors."""

    def __init__(self, page: Page) -> None:
        self.texts: list[str] = []
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.texts.append(str(error)))

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.texts.append(message.text)
