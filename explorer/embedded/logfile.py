"""The files that take the output of programs: one older file is kept of each, and both have a largest size."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import BinaryIO

_LIMIT = 10 * 1024 * 1024  # bytes


def append_to(path: Path) -> BinaryIO:
    """Open a log for appending; readable by its owner only, since arguments and errors may name secrets."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600), "ab", buffering=0)


def begin(path: Path) -> None:
    """Set the last run's log aside as `<name>.1`. Nothing may be writing to it."""
    if path.exists():
        path.replace(_older(path))


def shorten(path: Path) -> None:
    """Set a large log aside while a program goes on writing to it; lines of that very moment may be lost."""
    if path.exists() and path.stat().st_size > _LIMIT:
        shutil.copyfile(path, _older(path))
        os.truncate(path, 0)


def last_lines(path: Path, count: int = 6) -> str:
    """Return the last lines that are not empty, each indented and at most 300 characters."""
    if not path.exists():
        return ""
    with path.open("rb") as log:
        log.seek(max(0, log.seek(0, os.SEEK_END) - 8000))
        lines = [line for line in log.read().decode(errors="replace").split("\n") if line.strip()]
    return "\n".join(f"    {line[:300]}" for line in lines[-count:])


def _older(path: Path) -> Path:
    return path.with_name(path.name + ".1")
