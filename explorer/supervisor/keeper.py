"""Keeps programs running and ends them together."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass

from explorer.embedded import logfile, process
from explorer.embedded.process import Child, Program
from explorer.supervisor.guard import Guard

_LONGEST_PAUSE = 30.0  # seconds between two tries
_CLIENTS_STOP, _ALL_STOP = 3.0, 4.2  # seconds; all is over in five
_STEADY = 60.0  # a program that ran this many seconds is tried again without a pause


class Ended(RuntimeError):
    """A program ended that should run; the message has the end of its log."""


@dataclass(slots=True)
class _Kept:
    program: Program
    child: Child | None
    failures: int = 0
    due: float = 0.0  # of the monotonic clock


class Keeper:
    """Starts programs, starts them again when they end, and stops all. To be used from the main thread only."""

    def __init__(self, say: Callable[[str], None], keep: Sequence[int]) -> None:
        """Tell news by `say`; every program inherits the open files `keep`."""
        self._say = say
        self._keep = keep
        self._guard = Guard(keep)
        self._kept: list[_Kept] = []

    def start(self, program: Program) -> Child:
        """Start a program and keep it running."""
        child = program.start(self._keep)
        self.adopt(child)
        return child

    def adopt(self, child: Child) -> None:
        """Keep a program running that was started elsewhere."""
        self._kept.append(_Kept(child.program, child))
        self._tell_guard()

    def _tell_guard(self) -> None:
        self._guard.watch(kept.child.process.pid for kept in self._kept if kept.child)

    def wait_for(self, child: Child, answers: Callable[[], bool], *, seconds: float) -> None:
        """Look after all programs until `answers()`; raise Ended if `child` ends or the time is over."""
        deadline = time.monotonic() + seconds
        while not answers():
            if child.ended() is not None:
                raise Ended(_obituary(child))
            if time.monotonic() > deadline:
                raise Ended(f"{child.program.name} does not answer after {seconds:.0f} s.{_log_end(child.program)}")
            self.check()
            time.sleep(0.1)

    def check(self) -> None:
        """Start again what ended, after a pause that doubles with every failure; keep logs short."""
        for kept in self._kept:
            if kept.child is None:
                if time.monotonic() >= kept.due:
                    self._again(kept)
            elif kept.child.ended() is not None:
                lived = time.monotonic() - kept.child.started
                kept.failures = 0 if lived > _STEADY else kept.failures
                self._postpone(kept, _obituary(kept.child))
            logfile.shorten(kept.program.log)

    def _again(self, kept: _Kept) -> None:
        try:
            kept.child = kept.program.start(self._keep)
        except OSError as error:
            self._postpone(kept, f"{kept.program.name} cannot start: {error}")
        else:
            self._tell_guard()

    def _postpone(self, kept: _Kept, why: str) -> None:
        pause = min(_LONGEST_PAUSE, 2.0**kept.failures)
        kept.child, kept.failures, kept.due = None, kept.failures + 1, time.monotonic() + pause
        self._tell_guard()
        self._say(f"{why}\n  {kept.program.name} starts again in {pause:.0f} s.")

    def stop(self, last: Container[str]) -> None:
        """Stop all, those named in `last` after the others, which use them; kill what takes too long."""
        children = [kept.child for kept in self._kept if kept.child]
        self._kept.clear()
        began = time.monotonic()
        killed = process.stop([child for child in children if child.program.name not in last], seconds=_CLIENTS_STOP)
        left = began + _ALL_STOP - time.monotonic()
        killed += process.stop([child for child in children if child.program.name in last], seconds=left)
        if killed:
            self._say(f"  killed, because they did not stop in time: {', '.join(killed)}")
        self._guard.dismiss()


def _obituary(child: Child) -> str:
    code = child.process.returncode
    how = f"exit code {code}" if code >= 0 else f"killed by {signal.Signals(-code).name}"
    return f"{child.program.name} ended ({how}).{_log_end(child.program)}"


def _log_end(program: Program) -> str:
    lines = logfile.last_lines(program.log)
    return f" {program.log} ends with:\n{lines}" if lines else f" {program.log} is empty."
