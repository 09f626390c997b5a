"""Programs that end with the one that started them."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from explorer.embedded import logfile
from explorer.embedded.account import Account, credentials

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def end_with_parent(sig: int, parent: int) -> None:
    """Have the kernel send `sig` to this process when its parent's starting thread ends. Linux only; else nothing."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, int(sig), 0, 0, 0)
        if os.getppid() != parent:  # it ended before the kernel was told
            os.kill(os.getpid(), sig)


@dataclass(frozen=True, slots=True)
class Program:
    """A program that runs until it is told to end by the signal `stop`. Its output goes to `log`."""

    name: str
    argv: Sequence[str]
    log: Path
    stop: signal.Signals = signal.SIGTERM
    account: Account | None = None
    environment: Mapping[str, str] | None = None  # None: ours
    folder: Path = Path("/")

    def start(self, keep: Iterable[int] = ()) -> Child:
        """Start it in a session of its own, with the open files `keep`.

        To be called from the main thread: on Linux the program is told to stop when the starting thread ends,
        however that happens.
        """
        parent, stop = os.getpid(), self.stop
        with logfile.append_to(self.log) as log:
            process = subprocess.Popen(
                list(self.argv),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env=self.environment,
                start_new_session=True,
                pass_fds=tuple(keep),
                preexec_fn=lambda: _become_child(stop, parent),  # this process has one thread
                **credentials(self.account),
            )
        return Child(self, process, time.monotonic())


def _become_child(stop: int, parent: int) -> None:
    for sig in (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sig, signal.SIG_DFL)  # a shell's background job ignores some of them, and so would the program
    end_with_parent(stop, parent)  # after the change of account, which would undo it


@dataclass(frozen=True, slots=True)
class Child:
    """A started program; `started` is in seconds of the monotonic clock."""

    program: Program
    process: subprocess.Popen[bytes]
    started: float

    def ended(self) -> int | None:
        """Return how it ended (negative: by that signal), after ending what it left behind; None while it runs."""
        known = self.process.returncode is not None  # its number may be another group's by now
        code = self.process.poll()
        if code is not None and not known:
            self._signal_group(signal.SIGKILL)
        return code

    def ask_to_stop(self) -> None:
        """Send the program its stop signal."""
        self.process.send_signal(self.program.stop)

    def kill(self) -> None:
        """End it and its group at once, and wait for that."""
        self._signal_group(signal.SIGKILL)
        self.process.wait()

    def _signal_group(self, sig: int) -> None:
        with contextlib.suppress(ProcessLookupError):  # an empty group
            os.killpg(self.process.pid, sig)


def stop(children: Iterable[Child], *, seconds: float) -> list[str]:
    """Ask all to stop and wait that long; kill the rest and return their names."""
    running = [child for child in children if child.ended() is None]
    for child in running:
        child.ask_to_stop()
    deadline = time.monotonic() + seconds
    while (running := [child for child in running if child.ended() is None]) and time.monotonic() < deadline:
        time.sleep(0.02)
    for child in running:
        child.kill()
    return [child.program.name for child in running]
