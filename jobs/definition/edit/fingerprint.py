"""Whether two definitions do the same: a hash of what counts in them.

Left out are `meta` and `deployment_id`, which change from posting to posting; the order of members; how numbers are
spelled; and secrets, so that a new token does not make another definition: every text of `global` and of the ops'
arguments whose name says that it holds a credential, and, in any other text of theirs, each piece that looks like one
(jobs.secrets). Names stay: a definition that sets HF_TOKEN is not one that does not.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Final

from explorer.nosana import javascript
from explorer.nosana.payloads import JsonObject, JsonValue
from jobs import secrets

_LEFT_OUT: Final = {"meta", "deployment_id"}
#: What a definition may nest; deeper ones are refused by the reader.
_DEEPEST: Final = 100
#: Definitions of one project share most of their texts, images and words of commands: no longer ones are remembered.
_SHORT: Final = 200


def fingerprint(definition: JsonValue) -> str:
    """Return 64 hexadecimal digits, the same for definitions that do the same; "" for what is no definition."""
    if not isinstance(definition, dict) or javascript.depth(definition, _DEEPEST) > _DEEPEST:
        return ""
    return hashlib.sha256(javascript.json_text(canonical(definition)).encode()).hexdigest()


def canonical(definition: JsonObject) -> JsonObject:
    """Return what counts of a definition, members in order of their names, each secret as null or dots."""
    return {name: _counted(name, definition[name]) for name in sorted(definition) if name not in _LEFT_OUT}


def _counted(name: str, value: JsonValue) -> JsonValue:
    if name == "global":
        return _public(value)
    if name == "ops" and isinstance(value, list):
        return [_op(op) for op in value]
    return _ordered(value)


def _op(op: JsonValue) -> JsonValue:
    if not isinstance(op, dict):
        return op
    return {name: _public(op[name]) if name == "args" else _ordered(op[name]) for name in sorted(op)}


def _ordered(value: JsonValue) -> JsonValue:
    if isinstance(value, dict):
        return {name: _ordered(value[name]) for name in sorted(value)}
    return [_ordered(item) for item in value] if isinstance(value, list) else value


def _public(value: JsonValue) -> JsonValue:
    if isinstance(value, dict):
        return {name: _without_secret(name, value[name]) for name in sorted(value)}
    if isinstance(value, list):
        return [_public(item) for item in value]
    return _masked(value) if isinstance(value, str) else value


def _masked(text: str) -> str:
    return _short_masked(text) if len(text) <= _SHORT else secrets.masked(text, len(text))


@lru_cache(maxsize=4096)
def _short_masked(text: str) -> str:
    return secrets.masked(text, len(text))


def _without_secret(name: str, value: JsonValue) -> JsonValue:
    if isinstance(value, str) and secrets.is_secret_name(name):
        return None
    return _public(value)
