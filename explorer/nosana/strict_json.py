"""Strangers' JSON: decoded within bounds, and cleaned so that it can be stored.

Nothing here raises anything but Malformed, whose message is a clause ("it is not JSON: …") for the caller to complete.
"""

from __future__ import annotations

import json
import math
import re
from typing import Final

from explorer.nosana.errors import Malformed
from explorer.nosana.payloads import JsonValue

#: Deeper values are refused: nothing real comes near, and walking them needs a stack.
MAX_DEPTH: Final = 100
#: Where a listing is cut when it is too deep to decode; beyond MAX_DEPTH, so that `clean` still notices.
CUT_DEPTH: Final = MAX_DEPTH + 50
#: Python refuses to turn longer texts into an int, for their cost.
MAX_DIGITS: Final = 4000
#: PostgreSQL stores no NUL, and UTF-8 no lone surrogate.
UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")
_STRING_OR_BRACKET: Final = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\Z)|[\[\]{}]', re.DOTALL)


def text_of(data: bytes) -> str:
    """Return bytes as text; what is not UTF-8 becomes U+FFFD, as it does for every client of the network."""
    return data.decode("utf-8-sig", errors="replace")


def read(text: str) -> JsonValue:
    """Decode JSON, not yet cleaned; Malformed names line and column where it breaks."""
    try:
        return _loads(text)
    except RecursionError:
        raise Malformed(f"it is nested more than {MAX_DEPTH} levels deep") from None


def read_listing(text: str) -> JsonValue:
    """Decode JSON like `read`; a value that is too deep to decode is cut, and leaves the others alone."""
    try:
        return _loads(text)
    except RecursionError:
        return _loads(_cut(text))


def clean(value: JsonValue, depth: int = 0) -> JsonValue:
    """Return a copy that can be stored: U+FFFD for NUL and lone surrogates, no NaN or infinity, not too deep."""
    if depth > MAX_DEPTH:
        raise Malformed(f"it is nested more than {MAX_DEPTH} levels deep")
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, float) and not math.isfinite(value):
        raise Malformed("it holds a number that JSON does not have, or that is too large")
    if isinstance(value, list):
        return [clean(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {clean_text(key): clean(item, depth + 1) for key, item in value.items()}
    return value


def clean_text(text: str) -> str:
    """Return text that can be stored."""
    return UNSTORABLE.sub("\ufffd", text)


def write(value: JsonValue) -> str:
    """Return the JSON text of a value, compact; of one that `clean` refuses too, unless it is too deep to write."""
    try:
        return clean_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    except RecursionError:
        return ""


def _loads(text: str) -> JsonValue:
    try:
        value: JsonValue = json.loads(text, parse_int=_whole)
    except json.JSONDecodeError as problem:
        raise Malformed(f"it is not JSON: {problem.msg} (line {problem.lineno}, column {problem.colno})") from None
    return value


def _whole(digits: str) -> int | float:
    """Return an int, or infinity for one of absurd length: `clean` refuses it, in its own row only."""
    return int(digits) if len(digits) <= MAX_DIGITS else math.inf


def _cut(text: str) -> str:
    """Return the text with every list and object deeper than CUT_DEPTH replaced by null; one pass."""
    kept: list[str] = []
    depth, resume = 0, 0
    for found in _STRING_OR_BRACKET.finditer(text):
        if found[0] in "[{":
            depth += 1
            if depth == CUT_DEPTH:
                kept += [text[resume : found.start()], "null"]
        elif found[0] in "]}":
            if depth == CUT_DEPTH:
                resume = found.end()
            depth -= 1
    if depth < CUT_DEPTH:
        kept.append(text[resume:])
    return "".join(kept)
