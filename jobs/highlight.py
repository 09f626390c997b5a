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
from jobs import secrets
from jobs.definition.masking import MASK, without_secrets

#: What a page shows of a definition; the download has it all.
MAX_CHARACTERS = 16_000
MAX_LINES = 400
MAX_STRING = 4000
_Tokens = Callable[[str], Iterable[tuple[str, str]]]
#: Of JSON as json.dumps lays it out: a key, a text (the last one may have been cut), a number or word, signs and space.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"(?=:)|(?P<s>"(?:[^"\\]|\\.)*(?:"|\Z))|(?P<n>[-\w.+]+)|[{}\[\],:\s]+', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a line; `css` is the class of its colour, "" without one."""

    text: str
    css: str


@dataclass(frozen=True, slots=True)
class Code:
    """Lines of coloured pieces; `hidden` counts the places where something secret was masked."""

    lines: tuple[tuple[Piece, ...], ...]
    is_cut: bool
    hidden: int


def definition_code(text: str) -> Code:
    """Return a definition laid out for reading, or as it is where it is not JSON."""
    try:
        shown, hidden = without_secrets(strict_json.read(text))
        laid_out = json.dumps(_cut(shown), indent=2, ensure_ascii=False)
    except (Malformed, RecursionError):  # far too deep to lay out
        shown = secrets.masked(text, MAX_CHARACTERS + 1, MASK)
        return _code(shown, lambda piece: [("", piece)], shown.count(MASK) - text.count(MASK))
    return _code(laid_out, _tokens, len(hidden))


def _code(text: str, tokens: _Tokens, hidden: int) -> Code:
    """Return the first lines of a text, within every limit."""
    lines: list[tuple[Piece, ...]] = []
    pieces: list[Piece] = []
    for css, piece in tokens(text[:MAX_CHARACTERS]):
        first, *others = piece.split("\n")
        _append(pieces, first, css)
        for part in others:
            lines.append(tuple(pieces))
            pieces = []
            _append(pieces, part, css)
    lines.append(tuple(pieces))
    is_cut = len(text) > MAX_CHARACTERS or len(lines) > MAX_LINES
    return Code(tuple(lines[:MAX_LINES]), is_cut, max(hidden, 0))


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    """Yield the pieces of laid out JSON: texts with the class j-s, numbers and words with j-n, the rest without."""
    for token in _TOKEN.finditer(text):
        yield f"j-{token.lastgroup}" if token.lastgroup else "", token[0]


def _append(pieces: list[Piece], text: str, css: str) -> None:
    """Add a piece to a line, to the one before it where both look the same."""
    if pieces and pieces[-1].css == css:
        pieces[-1] = Piece(pieces[-1].text + _shown(text), css)
    elif text:
        pieces.append(Piece(_shown(text), css))


def _shown(text: str) -> str:
    """Return a piece of a line, cut where it is absurdly long."""
    left = len(text) - MAX_STRING - 100
    return visible(text) if left <= 0 else f"{visible(text[:MAX_STRING])} … {left + 100:,} more characters"


def _cut(value: JsonValue) -> JsonValue:
    """Return a copy in which long texts are cut."""
    if isinstance(value, dict):
        return {key: _cut(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_cut(item) for item in value]
    if not isinstance(value, str) or len(value) <= MAX_STRING:
        return value
    return f"{value[:MAX_STRING]} … {len(value) - MAX_STRING:,} more characters"
