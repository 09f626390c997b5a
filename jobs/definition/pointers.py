"""JSON pointers (RFC 6901): `""` is the whole value, `/ops/0/args` a place in it."""

from __future__ import annotations


def join(base: str, *parts: str | int) -> str:
    """Return `base` with members or indexes added, escaped."""
    return base + "".join(f"/{escape(part) if isinstance(part, str) else part}" for part in parts)


def escape(part: str) -> str:
    """Return a member's name as it stands in a pointer."""
    if "~" in part or "/" in part:
        return part.replace("~", "~0").replace("/", "~1")
    return part


def split(pointer: str) -> list[str]:
    """Return the parts of a pointer, unescaped; [] for the whole value. ValueError when it does not start with "/"."""
    if not pointer:
        return []
    if not pointer.startswith("/"):
        raise ValueError("a JSON pointer is empty or starts with a slash")
    parts = pointer[1:].split("/")
    return [part.replace("~1", "/").replace("~0", "~") for part in parts] if "~" in pointer else parts


def parent(pointer: str) -> str:
    """Return the pointer of the value around this one; "" for that of the root."""
    return pointer.rpartition("/")[0]
