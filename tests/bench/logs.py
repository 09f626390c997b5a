"""The log of a job in a real browser, measured: `python -m tests.bench.logs`.

Serves a log of 24,999 lines and 5 MB as production does, opens it in Chromium and prints, beside what is allowed: when
the first lines were on screen after the page had come, when a search showed its first hit (from the key, with the pause
that waits for the next one), the longest task while it was scrolled, and how much memory it took more than a log of ten
lines. Writes var/bench-logs.json. On a busy machine read the times against `loop`, a fixed piece of work in the page.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import psutil  # type: ignore[import-untyped]  # it ships no types
from playwright.sync_api import Browser, Page, sync_playwright

from tests.bench import servers
from tests.e2e.browser import WIDE, launch

VAR: Final = Path("var").resolve()
TARGET: Final = VAR / "bench-logs.json"
ROUNDS: Final = 5
#: What is allowed: milliseconds, and MB.
LIMITS: Final = {"lines_ms": 400.0, "search_ms": 200.0, "regex_ms": 200.0, "task_ms": 50.0, "memory_mb": 60.0}
#: `loop` on a quiet machine, in milliseconds.
QUIET_LOOP: Final = 36.0

LOOP: Final = """() => {
  const began = performance.now();
  let sum = 0;
  for (let n = 0; n < 1e7; n++) sum = (sum + n * 7) % 1000003;
  return performance.now() - began + sum * 0;
}"""
#: From the last byte of the page until its lines were painted.
WATCH_LINES: Final = """
  const seen = new MutationObserver(() => {
    if (!document.querySelector(".log li")) return;
    seen.disconnect();
    requestAnimationFrame(() => setTimeout(() => { window.linesAt = performance.now(); }));
  });
  seen.observe(document, { childList: true, subtree: true });
  window.tasks = [];
  new PerformanceObserver((list) => {
    for (const task of list.getEntries()) window.tasks.push([task.startTime, task.duration]);
  }).observe({ type: "longtask", buffered: true });
"""
LINES: Final = "() => window.linesAt - performance.getEntriesByType('navigation')[0].responseEnd"
SEARCH: Final = """async ([text, isRegex]) => {
  const form = document.querySelector("#log-form");
  if (form.elements.regex.checked !== isRegex) form.elements.regex.click();
  form.q.value = "";
  form.q.dispatchEvent(new Event("input", { bubbles: true }));
  await new Promise((resolve) => setTimeout(resolve, 600));
  const began = performance.now();
  form.q.value = text;
  form.q.dispatchEvent(new Event("input", { bubbles: true }));
  while (!document.querySelector(".log .hit")) {
    if (performance.now() - began > 10000) throw new Error("no hit");
    await new Promise(requestAnimationFrame);
  }
  return performance.now() - began;
}"""
#: A reader's wheel from top to bottom, then jumps to and fro; returns the longest task meanwhile.
SCROLL: Final = """async () => {
  const box = document.querySelector(".log-box");
  const from = performance.now();
  const frame = () => new Promise(requestAnimationFrame);
  box.scrollTop = 0;
  for (let n = 0; n < 300; n++) { box.scrollTop += 240; await frame(); }
  for (let n = 0; n < 60; n++) {
    box.scrollTop = ((n * 7919) % 60 / 60) * box.scrollHeight;
    await frame();
    await frame();
  }
  await new Promise((resolve) => setTimeout(resolve, 300));
  return Math.max(0, ...window.tasks.filter(([start]) => start >= from).map(([, duration]) => duration));
}"""


def measure(address: str, large: str, small: str) -> dict[str, float]:
    """Return the figures of one browser, by the names of LIMITS, and `loop_ms`."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        loops = _loops(browser)
        few = _memory(browser, f"{address}/jobs/{small}/")
        rounds = [_round(browser, f"{address}/jobs/{large}/") for _ in range(ROUNDS)]
        many = _memory(browser, f"{address}/jobs/{large}/", _use)
        browser.close()
    found = {name: statistics.median(figures[name] for figures in rounds) for name in rounds[0]}
    return {**found, "memory_mb": many - few, "loop_ms": loops}


def _loops(browser: Browser) -> float:
    page = browser.new_page()
    found = statistics.median(page.evaluate(LOOP) for _ in range(7))
    page.close()
    return float(found)


def _open(browser: Browser, url: str) -> Page:
    page = browser.new_context(viewport=WIDE).new_page()  # type: ignore[arg-type]  # a dict of the right keys
    page.add_init_script(WATCH_LINES)
    page.goto(url)
    page.wait_for_selector("#log[data-ready]", timeout=60_000)
    return page


def _round(browser: Browser, url: str) -> dict[str, float]:
    page = _open(browser, url)
    page.wait_for_timeout(500)
    figures = {
        "lines_ms": page.evaluate(LINES),
        "task_ms": page.evaluate(SCROLL),
        "search_ms": page.evaluate(SEARCH, ["step 20", False]),
        "regex_ms": page.evaluate(SEARCH, [r"^ERROR engine\.py:\d*77 ", True]),
    }
    page.context.close()
    return figures


def _use(page: Page) -> None:
    page.evaluate(SCROLL)
    page.evaluate(SEARCH, ["step 20", False])


def _memory(browser: Browser, url: str, use: Callable[[Page], None] = lambda page: None) -> float:
    """Return what the page's own process holds, in MB: its worker and everything it allocated."""
    before = _renderers()
    page = _open(browser, url)
    use(page)
    page.context.new_cdp_session(page).send("HeapProfiler.collectGarbage")
    page.wait_for_timeout(2000)
    held = max((_private(process) for process in _renderers() - before), default=0.0)
    page.context.close()
    return held


def _renderers() -> set[psutil.Process]:
    found = set()
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):  # it has ended meanwhile
            if "--type=renderer" in child.cmdline():
                found.add(child)
    return found


def _private(process: psutil.Process) -> float:
    return float(process.memory_full_info().uss) / 1024 / 1024


def run(target: Path) -> dict[str, Any]:
    """Fill, serve and measure; return the report, which is also written to `target`."""
    folder = VAR / "bench" / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    with servers.databases(folder, "bench_logs") as environment:
        whole = {**os.environ, **environment}
        filling = [sys.executable, "-m", "tests.bench.biglog"]
        filled = subprocess.run(filling, check=True, env=whole, stdout=subprocess.PIPE, text=True)
        large, small = filled.stdout.split()
        collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "--clear", "--verbosity", "0"]
        subprocess.run(collect, check=True, env=whole)
        with servers.web(environment, folder / "web.log") as (address, _):
            found = measure(address, large, small)
    busy = max(found["loop_ms"] / QUIET_LOOP, 1.0)
    report = {"figures": found, "missed": missed(found, busy), "busy": busy}
    target.write_text(json.dumps(report, indent=1) + "\n")
    return report


def missed(found: dict[str, float], busy: float) -> list[str]:
    """Return the names of the figures that are over what is allowed, times scaled to a quiet machine."""
    return [name for name, limit in LIMITS.items() if found[name] > limit * (busy if name.endswith("_ms") else 1)]


def main() -> int:
    """Measure and print; 1 when something missed its limit."""
    report = run(TARGET)
    for name, limit in LIMITS.items():
        mark = "  MISSED" if name in report["missed"] else ""
        sys.stdout.write(f"{name:<10} {report['figures'][name]:8.1f}  allowed {limit:6.0f}{mark}\n")
    sys.stdout.write(
        f"{'loop_ms':<10} {report['figures']['loop_ms']:8.1f}  {report['busy']:.1f} times a quiet machine's\n"
    )
    return 1 if report["missed"] else 0


if __name__ == "__main__":
    sys.exit(main())
