"""Looks at the processes of this machine (Linux), for tests of what is left running."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path


def is_running(pid: int) -> bool:
    """Tell whether that process runs; one that ended and waits for its parent to notice does not."""
    try:
        return Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def of_folder(var: Path) -> list[str]:
    """Return the command lines of the processes that have to do with a data folder.

    They name it in their arguments or their environment, or work in it: PostgreSQL's own write over both.
    """
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError, PermissionError):
            command = (process / "cmdline").read_bytes()
            facts = command + (process / "environ").read_bytes() + os.fsencode((process / "cwd").readlink())
            if os.fsencode(var) in facts and is_running(int(process.name)) and int(process.name) != os.getpid():
                found.append(command.replace(b"\0", b" ").decode(errors="replace"))
    return found


def wait_until(done: Callable[[], bool], *, seconds: float) -> bool:
    """Wait until `done()`, at most that long, and return what it says then."""
    deadline = time.monotonic() + seconds
    while not done() and time.monotonic() < deadline:
        time.sleep(0.05)
    return done()
