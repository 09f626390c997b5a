"""A log as text, for a file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC

from explorer.text import visible
from jobs import logs


def log_text(packed: bytes) -> Iterator[str]:
    """Yield a log as text for a file: time, op, stream and the line without its escape sequences."""
    for line in logs.every_line(packed):
        at = line.at.astimezone(UTC).isoformat(timespec="milliseconds") if line.at else "-"
        yield f"{at} {visible(line.op)} {visible(line.stream)} | {line.text}\n"
