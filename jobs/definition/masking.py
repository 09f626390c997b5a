"""Definitions without their secrets, to be shown, shared or explained: each secret becomes `***`, all else stays.

Judged are names (`HF_TOKEN`, `accessToken`, the word after `--api-key`) and values (`hf_…`, key pairs, `user:password@`
in a URL), by jobs.secrets. What stands in for a secret stays: literals such as `%%global.variables.HF_TOKEN%%`, and the
words that people write where a program insists on a key (`none`, `EMPTY`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from explorer.nosana.payloads import JsonObject, JsonValue
from jobs import secrets
from jobs.definition import document, naming, pointers
from jobs.definition.edit import values
from jobs.definition.edit.splices import Splice, applied

#: What stands for a secret.
MASK: Final = "***"
#: What people write where a program insists on a key that nobody checks.
PLACEHOLDERS: Final = frozenset(
    ("", "empty", "none", "null", "no", "false", "true", "0", "1", "x", "dummy", "local", "not-needed", MASK)
)
#: Of ops: their members are named by the author after what is found in a log, and hold patterns.
_PATTERNS: Final = re.compile(r"/ops/\d+/results(?:/|\Z)")
_REFERENCE: Final = re.compile(r"(?:(?:Bearer|Basic|Token)\s+)?(?:%%[A-Za-z0-9._-]+%%)+", re.IGNORECASE)
_FLAG: Final = re.compile(r"--?[A-Za-z][\w-]{0,60}")
#: `"api_key": "abc"` within a text, such as the body of a request; its quotes may be escaped.
_QUOTED: Final = re.compile(
    r"(?P<lead>(?P<q>\\*[\"'])(?P<name>[A-Za-z][\w.-]{0,60})(?P=q)\s{0,9}:\s{0,9}(?P<v>\\*[\"']))"
    r"(?P<value>(?:(?!(?P=v)).){1,4000})(?=(?P=v)|$)",
    re.MULTILINE,
)
#: Comments of JSON and YAML; texts in quotes come first, so that what looks like a comment in them is none.
_COMMENT: Final = re.compile(
    r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|(?P<comment>//[^\n\r]*|/\*.*?\*/|(?<!\S)#[^\n\r]*)", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Secret:
    """A place that holds a secret: what it is called there, and what is shown instead of the value."""

    pointer: str
    name: str
    shown: str


@dataclass(frozen=True, slots=True)
class Masked:
    """A text without its secrets, and what they were called, each name once; no names: nothing was hidden."""

    text: str
    names: tuple[str, ...]


def masked(text: str) -> Masked:
    """Return a definition's text with every secret replaced, and each other byte as it was; never raises.

    Of YAML, and of JSON with a doubled key, the layout may be lost where it hides a secret in a way that cannot be
    replaced in place. Costs two readings of the text.
    """
    read = document.read(text)
    if not read.is_readable:
        shown = _hidden(text)
        return Masked(shown, ("the text",) if shown != text else ())
    found: list[Secret] = []
    wanted = _masked(read.value, "", "", found)
    shown = _spliced(read, found)
    if read.syntax != "json" or read.findings:
        shown = _COMMENT.sub(_comment, shown)
        shown = _QUOTED.sub(_pair, shown) if any(note.code == "ND005" for note in read.findings) else shown
    if shown != text and not values.same(document.read(shown).value, wanted):
        shown = json.dumps(wanted, indent=2, ensure_ascii=False)
    names = dict.fromkeys(secret.name for secret in found)
    return Masked(shown, tuple(names) or (("a comment",) if shown != text else ()))


def mask_value(definition: JsonObject) -> JsonObject:
    """Return a copy of a definition, as a reader of this project gave it, without its secrets."""
    copy, _ = without_secrets(definition)
    return copy if isinstance(copy, dict) else {}


def without_secrets(value: JsonValue) -> tuple[JsonValue, tuple[Secret, ...]]:
    """Return a copy of what may be no object without its secrets, and the places that hold them, in order."""
    found: list[Secret] = []
    return _masked(value, "", "", found), tuple(found)


def is_placeholder(value: str) -> bool:
    """Say whether a value under a secret name is none: a literal, or a word for "nothing"."""
    return value.strip().lower() in PLACEHOLDERS or _REFERENCE.fullmatch(value.strip()) is not None


def _masked(value: JsonValue, pointer: str, name: str, found: list[Secret]) -> JsonValue:
    """Return a copy without secrets, noting them; `name` is that of the member which holds the value."""
    if isinstance(value, dict):
        is_pair = isinstance(value.get("key"), str) and "value" in value
        names = {key: _name(key, value, is_pair=is_pair) for key in value}
        return {key: _masked(item, pointers.join(pointer, key), names[key], found) for key, item in value.items()}
    if isinstance(value, list):
        return [
            _masked(item, pointers.join(pointer, index), _flag(value, index) or name, found)
            for index, item in enumerate(value)
        ]
    shown = _shown(value, pointer, name)
    if shown != value and isinstance(shown, str):
        found.append(Secret(pointer, name or naming.place(pointer), shown))
    return shown


def _name(key: str, members: JsonObject, *, is_pair: bool) -> str:
    """Return what a member's value is called: of `{"key": "HF_TOKEN", "value": …}`, that is what `key` says."""
    if is_pair and key == "key":
        return "name"
    return str(members["key"]) if is_pair and key == "value" else key


def _flag(items: list[JsonValue], index: int) -> str:
    """Return the option that an item of a command is the value of, if it is a secret's; else ""."""
    before, item = items[index - 1] if index else None, items[index]
    if not isinstance(before, str) or not isinstance(item, str) or item.startswith(("-", "$")):
        return ""
    return before if _FLAG.fullmatch(before) and secrets.is_secret_name(before) else ""


def _shown(value: JsonValue, pointer: str, name: str) -> JsonValue:
    """Return what is shown of a value that is neither a list nor an object."""
    if value is None or isinstance(value, bool):
        return value
    if secrets.is_secret_name(name) and not _PATTERNS.match(pointer):
        return value if is_placeholder(str(value)) else MASK
    return _hidden(value) if isinstance(value, str) else value


def _hidden(text: str) -> str:
    """Return a text with the pieces replaced that look like secrets."""
    return secrets.masked(_QUOTED.sub(_pair, text), len(text) + 1, MASK)


def _pair(found: re.Match[str]) -> str:
    if not secrets.is_secret_name(found["name"]) or is_placeholder(found["value"]):
        return found[0]
    return found["lead"] + MASK


def _comment(found: re.Match[str]) -> str:
    return _hidden(found[0]) if found["comment"] else found[0]


def _spliced(read: document.Document, found: Iterable[Secret]) -> str:
    """Return the text with the secrets replaced where they stand; one that stands nowhere is left to the caller."""
    splices: dict[int, Splice] = {}
    for secret in found:
        span = read.value_span(secret.pointer)
        if span:
            written = read.text[span.start : span.end]
            end = span.start + len(written.rstrip())  # a block of YAML ends where the next token begins
            splices[span.start] = Splice(span.start, end, json.dumps(secret.shown, ensure_ascii=False))
    return applied(read.text, splices.values())
