"""The whole explorer as `make run` starts it, on free ports and a data folder of its own."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import httpx

ROOT = Path(__file__).resolve().parents[2]
#: What a test's own environment must not hand on: the servers of the test run.
FOREIGN = ("DATABASE_URL", "REDIS_URL", "VAR", "NETWORK", "SAMPLE_PORT", "PORT", "SECRET_KEY", "PACE")


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(condition: Callable[[], bool], seconds: float, what: str) -> bool:
    """Return True as soon as the condition holds; fail after that long."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.2)
    return True


def is_ready(url: str) -> bool:
    """Return whether the explorer says that it is ready."""
    try:
        return http().get(f"{url}/readyz").status_code == 200
    except httpx.TransportError:
        return False


def text_of(url: str) -> str:
    """Return a page, whatever its status."""
    return http().get(url).text


def addresses_on(url: str) -> set[str]:
    """Return the addresses whose pages of the same kind a list links to, such as jobs on /jobs/."""
    kind = urlsplit(url).path
    return set(re.findall(rf'href="{kind}(\w{{32,44}})/"', text_of(url)))


@cache
def http() -> httpx.Client:
    """Return one client for all: a new one loads the machine's certificates each time.

    A connection that has waited for a second is not used again: the server closes it after two, maybe just as the next
    request sets out.
    """
    return httpx.Client(timeout=60, follow_redirects=True, limits=httpx.Limits(keepalive_expiry=1))


@contextmanager
def running(var: Path, **environment: str) -> Iterator[str]:
    """Run the explorer and yield its address without a slash; ended as by Ctrl-C."""
    port = free_port()
    inherited = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    environment = {"PORT": str(port), "SAMPLE_PORT": str(free_port()), "VAR": str(var), **environment}
    with (var.parent / f"{var.name}.txt").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), "run", "--end-with-parent"],
            env={**inherited, **environment},
            cwd=ROOT,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: is_ready(url) or process.poll() is not None, 180, "the explorer is ready")
        assert process.poll() is None, Path(output.name).read_text()
        yield url
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(120)
