"""The schemas: `network` is what nodes and posting accept now, `documented` is 0.1 as first published.

`network` is a draft-07 schema of the network's own types; `documented` that of the documentation, repaired, with
`args` bound to the op's type, which the published text forgot. Both are checked by jsonschema-rs.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Final, Literal

import jsonschema_rs

from explorer.nosana.payloads import JsonObject, JsonValue

Profile = Literal["network", "documented"]
PROFILES: Final[tuple[Profile, ...]] = ("network", "documented")


@cache
def schema(profile: Profile) -> JsonObject:
    """Return the profile's schema; read once."""
    text = resources.files("jobs.definition").joinpath("schemas", f"{profile}.json").read_text("utf-8")
    loaded: JsonObject = json.loads(text)
    return loaded


@cache
def _validator(profile: Profile) -> jsonschema_rs.Draft7Validator:
    return jsonschema_rs.Draft7Validator(schema(profile))


def fits(value: JsonValue, profile: Profile) -> bool:
    """Say whether the value fits the profile's schema; about 1 ms for 500 ops."""
    try:
        return _validator(profile).is_valid(value)
    except UnicodeEncodeError:  # half a character pair, which JavaScript takes and UTF-8 cannot hold
        return _validator(profile).is_valid(_encodable(value))


def _encodable(value: JsonValue) -> JsonValue:
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, list):
        return [_encodable(item) for item in value]
    if isinstance(value, dict):
        return {_encodable_key(key): _encodable(member) for key, member in value.items()}
    return value


def _encodable_key(key: str) -> str:
    return key.encode("utf-8", "backslashreplace").decode()
