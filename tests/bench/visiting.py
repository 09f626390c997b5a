"""What a browser loads: on its first visit of the job list, and when a filter of it changes."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from playwright.sync_api import CDPSession, Page, sync_playwright

from tests.e2e import browser

#: What comes a moment later belongs to what was done: the site's icon to a first visit, counts to a change; ms.
MOMENT: Final = 1000


@dataclass
class Traffic:
    """Requests and bytes as they went over the wire, compressed and with headers; `urls` are their paths."""

    requests: int = 0
    size: int = 0
    urls: tuple[str, ...] = ()

    def follow(self, session: CDPSession) -> None:
        """Count from now on what the page loads."""
        session.send("Network.enable")
        session.on("Network.requestWillBeSent", self._sent)
        session.on("Network.loadingFinished", self._finished)

    def _sent(self, event: dict[str, Any]) -> None:
        if not event["request"]["url"].startswith("data:"):
            self.requests += 1
            self.urls += (urlsplit(event["request"]["url"]).path,)

    def _finished(self, event: dict[str, Any]) -> None:
        self.size += int(event["encodedDataLength"])

    def told(self) -> dict[str, Any]:
        """Return the figures."""
        return {"requests": self.requests, "kb": round(self.size / 1024, 1), "urls": list(self.urls)}


def visit(address: str) -> dict[str, Any]:
    """Return the traffic of a first visit and of choosing a state in the filter, by a browser without a cache."""
    with sync_playwright() as playwright:
        chromium = browser.launch(playwright)
        page = chromium.new_page()
        first = _followed(page)
        page.goto(f"{address}/jobs/", wait_until="networkidle")
        page.wait_for_timeout(MOMENT)
        told = first.told()
        change = _change(page)
        chromium.close()
    return {"first_visit": told, "filter_change": change}


def _followed(page: Page) -> Traffic:
    traffic = Traffic()
    traffic.follow(page.context.new_cdp_session(page))
    return traffic


def _change(page: Page) -> dict[str, Any]:
    """Tick a state of the filter, as a person would, and follow what that loads."""
    traffic = _followed(page)
    page.locator('input[name="state"][value="completed"]').first.check(force=True)
    page.wait_for_url("**/jobs/?*state=completed*", wait_until="networkidle")
    page.wait_for_timeout(MOMENT)
    return traffic.told()


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(json.dumps(visit(sys.argv[1])))
