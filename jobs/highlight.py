"""A definition's text as lines of coloured pieces, credentials masked. Pure Python."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from explorer.nosana import strict_json
from explorer.nosana.errors import Malformed
from explorer.nosana.payloads import JsonValue
from explorer.text import visible
from jobs.ansi import Span
from jobs.secrets import HIDDEN, is_secret_name, masked

#: What a page shows of a definition; the download has it all.
MAX_CHARACTERS = 16_000
MAX_LINES = 400
MAX_STRING = 4000
_Tokens = Callable[[str], Iterable[tuple[str, str]]]
#: Of JSON as json.dumps lays it out: a key, a text (the last one may have been cut), a number or word, signs and space.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"(?=:)|(?P<s>"(?:[^"\\]|\\.)*(?:"|\Z))|(?P<n>[-\w.+]+)|[{}\[\],:\s]+', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Code:
    """Lines of coloured pieces; `hidden` counts the credentials that were masked."""

    lines: tuple[tuple[Span, ...], ...]
    is_cut: bool
    hidden: int


def definition_code(text: str) -> Code:
    """Return a definition laid out for reading, or as it is where it is not JSON."""
    try:
        laid_out = json.dumps(_without_secrets(strict_json.read(text)), indent=2, ensure_ascii=False)
    except (Malformed, RecursionError):  # far too deep to lay out
        return _code(masked(text, MAX_CHARACTERS + 1), lambda shown: [("", shown)])
    return _code(laid_out, _tokens)


def _code(text: str, tokens: _Tokens) -> Code:
    """Return the first lines of a text, within every limit."""
    lines: list[tuple[Span, ...]] = []
    pieces: list[Span] = []
    for css, piece in tokens(text[:MAX_CHARACTERS]):
        first, *others = piece.split("\n")
        _append(pieces, first, css)
        for part in others:
            lines.append(tuple(pieces))
            pieces = []
            _append(pieces, part, css)
    lines.append(tuple(pieces))
    is_cut = len(text) > MAX_CHARACTERS or len(lines) > MAX_LINES
    return Code(tuple(lines[:MAX_LINES]), is_cut, text.count(HIDDEN))


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    """Yield the pieces of laid out JSON: texts with the class j-s, numbers and words with j-n, the rest without."""
    for token in _TOKEN.finditer(text):
        yield f"j-{token.lastgroup}" if token.lastgroup else "", token[0]


def _append(pieces: list[Span], text: str, css: str) -> None:
    """Add a piece to a line, to the one before it where both look the same."""
    if pieces and pieces[-1].css == css:
        pieces[-1] = Span(pieces[-1].text + _shown(text), css)
    elif text:
        pieces.append(Span(_shown(text), css))


def _shown(text: str) -> str:
    """Return a piece of a line, cut where it is absurdly long."""
    left = len(text) - MAX_STRING - 100
    return visible(text) if left <= 0 else f"{visible(text[:MAX_STRING])} … {left + 100:,} more characters"


def _without_secrets(value: JsonValue, name: str = "") -> JsonValue:
    """Return a copy in which texts under secret names, and credentials in any text, are dots; long texts are cut."""
    if isinstance(value, dict):
        return {key: _without_secrets(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_secrets(item, name) for item in value]
    if not isinstance(value, str):
        return value
    if value and is_secret_name(name):
        return HIDDEN
    left = len(value) - MAX_STRING
    return masked(value, MAX_STRING) + (f" … {left:,} more characters" if left > 0 else "")
