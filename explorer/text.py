"""Text from strangers, made safe to look at; escaping is the templates' work."""

from __future__ import annotations

import unicodedata

#: Characters that change how their neighbours are shown: bidi overrides, embeddings, isolates and marks, zero-width
#: characters, the byte order mark, soft hyphen, tag characters.
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_KEPT = {"\t", "\n"}
_WITHOUT_KEPT = str.maketrans("", "", "".join(sorted(_KEPT)))


def visible(value: object) -> str:
    """Return the text with every control, invisible or direction-changing character shown as a symbol or its code."""
    text = str(value)
    if text.isascii() and (text.isprintable() or text.translate(_WITHOUT_KEPT).isprintable()):
        return text
    return "".join(map(_shown, text))


def _shown(character: str) -> str:
    if character in _KEPT or unicodedata.category(character) not in _INVISIBLE:
        return character
    code = ord(character)
    if code < 32:
        return chr(0x2400 + code)
    return "␡" if code == 127 else f"[U+{code:04X}]"


def shortened(value: str, limit: int) -> str:
    """Return at most `limit` characters, an ellipsis in the place of the rest."""
    return value if len(value) <= limit else value[: limit - 1] + "…"
