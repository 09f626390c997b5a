"""Folders of the data folder, and the lock that gives one run the whole of it."""

from __future__ import annotations

import fcntl
import os
import stat
import time
from datetime import UTC, datetime
from pathlib import Path

from explorer.embedded.addresses import run_folder
from explorer.embedded.errors import EmbeddedError

_PATIENCE = 20.0  # seconds for the last processes of a killed run to end: PostgreSQL writes a checkpoint first


def make_run_folder(var: Path) -> Path:
    """Create the folder of the sockets, or check that the one found is ours and closed to others."""
    var.mkdir(parents=True, exist_ok=True)
    folder = run_folder(var)
    inside = folder.parent == var
    # root's PostgreSQL runs under another account, which passes through var/run to its own folder in it
    mode = 0o711 if inside and os.geteuid() == 0 else 0o700
    folder.mkdir(mode=mode, exist_ok=True)
    found = folder.lstat()
    ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
    if inside and ours:
        folder.chmod(mode)
    elif not ours and not (inside and os.geteuid() == 0):  # root may serve another user's data folder
        raise EmbeddedError(f"{folder} is not a folder of this user. Remove it, or choose another with VAR=...")
    elif not inside and found.st_mode & 0o077:
        # the temp directory is shared: whoever could write there may have left a socket of their own
        raise EmbeddedError(f"{folder} was open to other users. Remove it and start again.")
    return folder


class Lock:
    """One run's hold on a data folder. Every process it starts inherits it, so it ends with the last of them."""

    def __init__(self, var: Path, about: str) -> None:
        """Take the lock, or raise EmbeddedError that shows what the holder said `about` itself.

        Processes that a killed run left behind get 20 seconds to end.
        """
        folder = var / "run"
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / "lock"
        self.fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            self._take()
        except BaseException:
            os.close(self.fd)
            raise
        text = f"process {os.getpid()}, since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC: {about}\n"
        os.ftruncate(self.fd, 0)
        os.pwrite(self.fd, text.encode(), 0)

    def _take(self) -> None:
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                return fcntl.flock(self.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self._refuse_if_running(late=time.monotonic() > deadline)
                time.sleep(0.1)

    def _refuse_if_running(self, *, late: bool) -> None:
        holder = os.pread(self.fd, 1000, 0).decode(errors="replace").strip()
        pid = holder.removeprefix("process ").partition(",")[0]
        if pid.isdigit() and _is_alive(int(pid)):
            raise EmbeddedError(
                f"This data folder is in use: {self.path.parent.parent}\n{holder}\n"
                "End that one first, or choose another data folder with VAR=..."
            )
        if late:
            raise EmbeddedError(f"Processes of an ended run still use this data folder: {self.path}\n{holder}")

    def release(self) -> None:
        """Let go of the lock; what still runs keeps it."""
        os.close(self.fd)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
