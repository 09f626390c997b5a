"""What the tests of the sample network share: definitions to post and a life without HTTP."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import httpx

from explorer.sample import past, world
from explorer.sample.life import Life
from explorer.sample.store import Store

# Loopback speaks no TLS; without this each new client reads every certificate of the machine.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def http_get(url: str, **how: Any) -> httpx.Response:
    """GET over a connection of its own."""
    return httpx.get(url, verify=NO_TLS, **how)


def http_post(url: str, **how: Any) -> httpx.Response:
    """POST over a connection of its own."""
    return httpx.post(url, verify=NO_TLS, **how)


def one_op(cmd: object = "echo hello", **args: Any) -> dict[str, Any]:
    """Return a definition of one op on ubuntu."""
    op = {"type": "container/run", "id": "one", "args": {"image": "ubuntu", "cmd": cmd, **args}}
    return {"version": "0.1", "type": "container", "ops": [op]}


def lived(folder: Path, now: float, *, jobs: int = 300, seconds: int = 0, step: int = 5, seed: int = 1) -> Life:
    """Return a life with a past, looked at every `step` seconds for `seconds` more."""
    life = Life(world.make(seed), Store(folder, seed), 30.0)
    past.live(life, now, jobs)
    life.arrivals_from(now)
    life.save()
    for passed in range(step, seconds + 1, step):
        life.run_until(now + passed)
        life.save()
    return life


def rows(life: Life) -> list[tuple[Any, ...]]:
    """Return every job as it is stored, in the order of listing."""
    return [job.row() for job in life.store.jobs("1 ORDER BY id")]
