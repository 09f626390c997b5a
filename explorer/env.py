"""Typed readers of environment variables that fail loudly instead of guessing."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off"}


class BadSetting(ValueError):
    """An environment variable holds a value that cannot be used; the message names it and what it takes."""


def text(name: str, default: str) -> str:
    """Return the variable's text without surrounding space; unset or empty gives `default`."""
    return os.environ.get(name, "").strip() or default


def boolean(name: str, default: bool) -> bool:
    """Return 1/true/yes/on as True and 0/false/no/off as False, in any case; else raise BadSetting."""
    value = text(name, str(default)).lower()
    if value not in TRUE | FALSE:
        raise BadSetting(f"{name}={value!r}: use one of {', '.join(sorted(TRUE | FALSE))}")
    return value in TRUE


def integer(name: str, default: int, *, low: int, high: int) -> int:
    """Return a whole number from `low` to `high`, else raise BadSetting."""
    value = text(name, str(default))
    if not value.lstrip("-").isascii() or not value.lstrip("-").isdigit() or not low <= int(value) <= high:
        raise BadSetting(f"{name}={value!r}: use a whole number from {low} to {high}")
    return int(value)


def number(name: str, default: float, *, low: float, high: float) -> float:
    """Return a number from `low` to `high`, else raise BadSetting."""
    value = text(name, str(default))
    try:
        found = float(value)
    except ValueError:
        found = math.nan
    if not low <= found <= high:  # as for nan
        raise BadSetting(f"{name}={value!r}: use a number from {low:g} to {high:g}")
    return found


def choice(name: str, default: str, allowed: Iterable[str]) -> str:
    """Return one of `allowed`, else raise BadSetting."""
    value = text(name, default)
    if value not in (options := sorted(allowed)):
        raise BadSetting(f"{name}={value!r}: use one of {', '.join(options)}")
    return value


def items(name: str, default: Iterable[str] = ()) -> list[str]:
    """Return the comma-separated parts, without empty ones."""
    return [part.strip() for part in text(name, ",".join(default)).split(",") if part.strip()]


def url(name: str, default: str, schemes: Iterable[str] = ("http", "https")) -> str:
    """Return an absolute URL without a trailing slash, else raise BadSetting.

    The value is left out of the message: a URL may carry a password or an API key.
    """
    value = text(name, default)
    if value and (urlsplit(value).scheme not in (allowed := sorted(schemes)) or "://" not in value):
        raise BadSetting(f"{name}: use an absolute URL with one of the schemes {', '.join(allowed)}")
    return value.rstrip("/")


def folder(name: str, default: Path) -> Path:
    """Return an absolute path; it need not exist yet."""
    return Path(text(name, str(default))).expanduser().absolute()
