"""Starts the embedded Redis: the queue of tasks and the request budgets."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from explorer.embedded import addresses, binaries, folders, logfile
from explorer.embedded.errors import EmbeddedError
from explorer.embedded.postgres import Started
from explorer.embedded.process import Child, Program

#: The queue may be lost (every task is idempotent and scheduled again); the request budgets may not, or a restart
#: would ask the network twice as often as it allows. So: an append-only file, written every second. It holds plain
#: commands rather than a snapshot, which an older Redis could not read.
SETTINGS = {
    "port": "0",  # no TCP
    "unixsocketperm": "700",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "aof-use-rdb-preamble": "no",
    "save": "",
    "maxmemory": "256mb",
    "maxmemory-policy": "noeviction",  # a task or a budget that vanishes is worse than an error
    "daemonize": "no",
    "logfile": "",
}
_PATIENCE = 60.0  # seconds, to read the append-only file


def start(var: Path, *, keep: Sequence[int] = ()) -> Started:
    """Start Redis on `var`; returns when it answers. The caller holds the lock of `var`. Raises EmbeddedError."""
    folders.make_run_folder(var)
    data = var / "redis"
    data.mkdir(mode=0o700, exist_ok=True)
    settings = {**SETTINGS, "dir": str(data), "unixsocket": str(addresses.redis_socket(var))}
    options = [part for key, value in settings.items() for part in (f"--{key}", value)]
    program = Program(
        "redis",
        [str(binaries.redis()), *options],
        var / "logs" / "redis.log",
        stop=signal.SIGTERM,
        environment={"PATH": os.defpath, "LC_ALL": "C"},
        folder=data,
    )
    child = program.start(keep)
    try:
        return Started(child, f"{_wait(child, addresses.redis_url(var))}, {program.argv[0]}")
    except BaseException:
        child.kill()
        raise


def _wait(child: Child, url: str) -> str:
    """Return the server's version once it answers."""
    deadline = time.monotonic() + _PATIENCE
    log = child.program.log
    while True:
        try:
            with Redis.from_url(url, socket_timeout=5) as client:
                return str(client.info("server")["redis_version"])
        except (RedisError, OSError) as error:
            if (code := child.ended()) is not None:
                raise EmbeddedError(
                    f"Redis ended with {code} while starting:\n{logfile.last_lines(log)}\n    ({log})\n"
                    f"If it cannot read its file, remove {child.program.folder}: that loses the queue of tasks, which"
                    " fills again by itself, and the count of requests made to the network."
                ) from error
            if time.monotonic() > deadline:
                raise EmbeddedError(f"Redis does not answer: {error}\nSee {log}") from error
        time.sleep(0.02)
