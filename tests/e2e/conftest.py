from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.e2e.browser import WIDE, Messages, launch
from tests.e2e.running import addresses_on, running, text_of, wait_until

#: Lists of which every one has rows once the network was read: other tests begin where one of them leads.
LISTS = ("jobs/?state=completed", "jobs/?state=running", "jobs/?outcome=failed", "markets/", "nodes/")

expect.set_options(timeout=30_000)  # milliseconds, for a machine that has other things to do


@pytest.fixture(scope="session")
def var() -> Iterator[Path]:
    """A data folder with a short path, because it holds sockets; root's PostgreSQL may pass through."""
    with tempfile.TemporaryDirectory(prefix="nx-run-") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder) / "var"


@pytest.fixture(scope="session")
def site(var: Path) -> Iterator[str]:
    """The address of a running explorer of the sample network, once it shows jobs, markets and nodes."""
    with running(var, NETWORK="sample", PACE="0.2") as url:  # the browser needs the processor, too
        wait_until(lambda: all(addresses_on(f"{url}/{name}") for name in LISTS), 120, "rows are shown")
        wait_until(lambda: 'name="market"' in text_of(f"{url}/jobs/"), 120, "markets can be chosen")
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page 1440 wide that must not complain about anything."""
    with browser.new_context(viewport=WIDE) as context:  # type: ignore[arg-type]
        page = context.new_page()
        messages = Messages(page)
        yield page
        assert messages.texts == []
