"""From bytes to text, and what kind of text it is."""

from __future__ import annotations

import codecs
import re
from typing import Final

from jobs.definition.notes import Note

_WIDE: Final = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
#: Where JSON begins after a byte order mark, space and comments; YAML begins with a key, a dash or "---".
_BEFORE_JSON: Final = re.compile(r"\ufeff?(?:[\s\u200b]++|//[^\n]*+|#[^\n]*+|/\*[^*]*+(?:\*(?!/)[^*]*+)*\*/)*")


def decode(text: str | bytes) -> tuple[str, tuple[Note, ...]]:
    """Return the text, and a remark when it was not UTF-8; what cannot be decoded becomes U+FFFD, as nodes do."""
    if isinstance(text, str):
        return text, ()
    wide = _WIDE.get(text[:2])
    try:
        return text.decode(wide or "utf-8"), () if wide is None else (Note("ND011", 0, _NOT_UTF8),)
    except UnicodeDecodeError:
        return text.decode("utf-8", errors="replace"), (Note("ND011", 0, _NOT_UTF8),)


def is_longer(text: str | bytes, limit: int) -> bool:
    """Say whether the text has more than `limit` bytes in UTF-8."""
    if len(text) * 4 <= limit:
        return False
    size = len(text) if isinstance(text, bytes) else len(text.encode(errors="surrogatepass"))
    return size > limit


def looks_like_yaml(text: str) -> bool:
    """Say whether the text can only be YAML: after comments it begins with neither a bracket nor a JSON value."""
    found = _BEFORE_JSON.match(text)
    start = found.end() if found else 0
    return start < len(text) and text[start] not in "{[}]\"',:" and not _is_scalar(text[start:])


def _is_scalar(text: str) -> bool:
    return re.fullmatch(r"(?:-?[0-9.eE+-]+|true|false|null|-?NaN|-?Infinity)\s*", text) is not None


_NOT_UTF8: Final = "The text is not UTF-8, which the network expects; save it as UTF-8."
