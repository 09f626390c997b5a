"""Values, and ways in which people write them down."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

KEYS = st.sampled_from(["id", "a", "env", "c~d", "e/f", "", "g h", "é"])
SCALARS = st.sampled_from(
    [0, 1, 2.5, 1e30, True, False, None, "", "x", "a, b", "/* no */ // x", "{[", "é\u2028", '"\\']
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=14
)
CONTAINERS = st.lists(VALUES, max_size=4) | st.dictionaries(KEYS, VALUES, max_size=4)
INDENTS: st.SearchStrategy[int | str] = st.sampled_from([1, 2, 4, "\t"])
SPACE = st.sampled_from(["", "", " ", "\n", "\n  ", "\t", "\r\n", " \n\n "])
COMMENTS = st.sampled_from(["/* a, b */", "// c, ]\n", "# d\n", " "])


@st.composite
def texts(draw: st.DrawFn, values: st.SearchStrategy[Any] = CONTAINERS) -> tuple[Any, str]:
    """Draw a value and a text that says it: tidy, with Windows line ends, compact, or as untidy as can be."""
    value = draw(values)
    style = draw(st.sampled_from(["indent", "windows", "spaced", "compact", "untidy", "commented"]))
    if style in {"indent", "windows"}:
        text = json.dumps(value, indent=draw(INDENTS), ensure_ascii=False)
        return value, text.replace("\n", "\r\n") if style == "windows" else text
    if style in {"spaced", "compact"}:
        return value, json.dumps(value, separators=(", ", ": ") if style == "spaced" else (",", ":"))
    return value, _untidy(draw, value, has_comments=style == "commented")


def _untidy(draw: st.DrawFn, value: Any, *, has_comments: bool) -> str:
    def gap() -> str:
        return draw(SPACE) + (draw(COMMENTS) if has_comments else "") + draw(SPACE)

    if not isinstance(value, list | dict):
        return json.dumps(value)
    parts = [
        _untidy(draw, item, has_comments=has_comments)
        for item in (value.values() if isinstance(value, dict) else value)
    ]
    if isinstance(value, dict):
        parts = [f"{json.dumps(key)}{gap()}:{gap()}{part}" for key, part in zip(value, parts, strict=True)]
    inside = f"{gap()},{gap()}".join(parts)
    trailing = "," if parts and has_comments and draw(st.booleans()) else ""
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return f"{opening}{gap()}{inside}{gap()}{trailing}{gap()}{closing}"


def pointers_of(value: Any, pointer: str = "") -> list[str]:
    """Return the pointers of a value and of all within it."""
    found = [pointer]
    if isinstance(value, dict):
        for key, item in value.items():
            found += pointers_of(item, f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            found += pointers_of(item, f"{pointer}/{index}")
    return found
