"""Variables in compose and `.env` files: `$NAME`, `${NAME}`, `${NAME:-default}`, and `$$` for a dollar."""

from __future__ import annotations

import re
from typing import Final

from explorer.nosana.payloads import JsonObject, JsonValue
from jobs.definition.imports.outcome import Notes

_VARIABLE: Final = re.compile(
    r"\$(?:(?P<dollar>\$)|(?P<bare>[A-Za-z_]\w*)|\{(?P<name>[A-Za-z_]\w*)(?:(?P<way>:?[-?+])(?P<default>[^{}]*))?\})"
)


def filled(value: JsonValue, notes: Notes) -> JsonValue:
    """Return a value with defaults in the place of variables; one without a default stays as it is written."""
    if isinstance(value, str):
        return fill(value, notes) if "$" in value else value
    if isinstance(value, list):
        return [filled(item, notes) for item in value]
    if isinstance(value, dict):
        found: JsonObject = {name: filled(item, notes) for name, item in value.items()}
        return found
    return value


def fill(text: str, notes: Notes) -> str:
    """Return a text with defaults in the place of its variables."""
    return _VARIABLE.sub(lambda found: _replaced(found, notes), text)


def _replaced(found: re.Match[str], notes: Notes) -> str:
    if found["dollar"]:
        return "$"
    name = found["bare"] or found["name"]
    if (found["way"] or "").endswith("-"):
        notes.add(f"${{{name}}}", "Its default stands in its place; change it where another value is meant.")
        return found["default"]
    notes.add(f"${{{name}}}", "It is filled in from your machine; it stands here as it is written: put the value in.")
    return found[0]
