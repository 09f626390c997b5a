"""The benchmark's own PostgreSQL and Redis, and the production web server in front of them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

from explorer.embedded import addresses, folders, postgres, process, redis

_PATIENCE: Final = 60.0  # seconds for the web server to answer


@contextmanager
def databases(var: Path, name: str) -> Iterator[dict[str, str]]:
    """Run both servers on `var` and yield the environment that makes an explorer use them, with the database `name`.

    A DATABASE_URL or REDIS_URL of the caller's is used instead; the database it names is then the one that is filled.
    """
    lock = folders.Lock(var, "a benchmark")
    children = []
    try:
        if not (url := os.environ.get("DATABASE_URL", "")):
            children.append(postgres.start(var, name=name, keep=[lock.fd]).child)
            folder = quote(str(addresses.postgres_folder(var)), safe="")
            url = f"postgresql://{addresses.ROLE}@{folder}:{addresses.PORT}/{name}"
        if "REDIS_URL" not in os.environ:
            children.append(redis.start(var, keep=[lock.fd]).child)
        yield {
            "VAR": str(var),
            "NETWORK": "sample",
            "DATABASE_URL": url,
            "REDIS_URL": os.environ.get("REDIS_URL", addresses.redis_url(var)),
            "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
        }
    finally:
        process.stop(children, seconds=30)
        lock.release()


@contextmanager
def web(environment: Mapping[str, str], log: Path) -> Iterator[tuple[str, int]]:
    """Run gunicorn as `make web` does, with the settings of the benchmark; yield its address and process number."""
    port = _free_port()
    program = [sys.executable, "-m", "gunicorn", "explorer.wsgi", "-k", "gthread", "--workers", "2", "--threads", "4"]
    flags = ["--preload", "--no-control-socket", "--limit-request-line", "8190", "--bind", f"127.0.0.1:{port}"]
    with log.open("wb") as out:
        server = subprocess.Popen([*program, *flags], env={**os.environ, **environment}, stdout=out, stderr=out)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(server, address, log)
        yield address, server.pid
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            connection = HTTPConnection(urlsplit(address).netloc, timeout=5)
            connection.request("GET", "/healthz")
            connection.getresponse().read()
            return connection.close()
        except OSError as error:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"The web server does not answer; {log} says why.") from error
            time.sleep(0.1)


def peak_memory(pid: int) -> float:
    """Return the most memory, in MB, that any process below `pid` held since forget_peaks(); Linux only."""
    return max((_status(child, "VmHWM") for child in _children(pid)), default=0) / 1024


def forget_peaks(pid: int) -> None:
    """Start to measure peak_memory() anew."""
    for child in _children(pid):
        Path(f"/proc/{child}/clear_refs").write_text("5")


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _status(pid: int, name: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith(f"{name}:")), 0)
