"""A process that outlives a killed supervisor by a few seconds, to end what the supervisor cannot end any more.

On Linux the kernel tells the supervised programs to stop (see explorer/embedded/process.py). The guard does the rest
there, and all of it elsewhere: programs that hang while stopping, and processes that a program left behind.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

_GRACE = 3.0  # seconds between being told to stop and being killed


class Guard:
    """The supervisor's end: tells the guard which process groups to end."""

    def __init__(self, keep: Sequence[int]) -> None:
        """Start the guard; it inherits the open files `keep`."""
        self._keep = keep
        self._process = self._start()

    def _start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "explorer.supervisor.guard"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=Path(__file__).parent.parent.parent,
            start_new_session=True,
            pass_fds=self._keep,
        )

    def watch(self, groups: Iterable[int]) -> None:
        """Make these the groups that end with this process."""
        if self._process.poll() is not None:
            self._process = self._start()
        if self._process.stdin:
            self._process.stdin.write(" ".join(map(str, groups)) + "\n")
            self._process.stdin.flush()

    def dismiss(self) -> None:
        """End the guard: everything it watched has ended."""
        self._process.kill()
        self._process.communicate()


def main() -> None:
    """Wait for the supervisor's end, which closes standard input, then end the groups that it named last."""
    for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sig, signal.SIG_IGN)
    groups: list[int] = []
    for line in sys.stdin:
        groups = [int(group) for group in line.split()]
    deadline = time.monotonic() + _GRACE
    groups = [group for group in groups if _signal(group, signal.SIGTERM)]
    while groups and time.monotonic() < deadline:
        time.sleep(0.1)
        groups = [group for group in groups if _signal(group, 0)]
    for group in groups:
        _signal(group, signal.SIGKILL)


def _signal(group: int, sig: int) -> bool:
    try:
        os.killpg(group, sig)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    main()
