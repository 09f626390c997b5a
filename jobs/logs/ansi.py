"""Terminal output as plain text and the classes its pieces are shown with: safe, whatever a program printed.

Colours come out as classes, because the page's two themes must both be readable and its policy allows no style of a
stranger's choice: the 16 of a terminal as a-k, a-r … and b-r … for the bright ones, those of the table of 256 as
x16 … x255, 24-bit colours as the nearest of that table, grounds as one of eight tints (on-r …). Every other escape
sequence is dropped. Pure Python.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice

from explorer.text import visible
from jobs.logs import palette

#: SGR is caught, other sequences are passed over: CSI, strings (OSC, DCS, SOS, PM, APC) even without an end, the rest.
_ESCAPE = re.compile(
    r"(?:\x1b\[|\x9b)(?P<sgr>[0-9;:]{0,200})m"
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c|$)?"
    r"|\x1b[ -/]*[0-~]?"
)
_BASE = "krgybmcw"
_ON = {1: "a-bold", 2: "a-dim", 3: "a-it", 4: "a-ul", 7: "a-inv", 9: "a-st", 21: "a-ul"}
_OFF = {22: {"a-bold", "a-dim"}, 23: {"a-it"}, 24: {"a-ul"}, 27: {"a-inv"}, 29: {"a-st"}}
_TEXT, _GROUND, _UNDERLINE = 38, 48, 58
#: How many numbers follow the kind of an extended colour: 5 is of the table, 2 is red, green and blue.
_PARTS = {5: 1, 2: 3}


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text and the classes, separated by spaces, that it is shown with."""

    text: str
    css: str = ""


@dataclass(frozen=True, slots=True)
class Style:
    """What a terminal writes with at some point."""

    foreground: str = ""
    background: str = ""
    effects: frozenset[str] = frozenset()

    def css(self) -> str:
        """Return its classes."""
        ground = [f"on-{self.background}"] if self.background else []
        return " ".join([*([self.foreground] if self.foreground else []), *ground, *sorted(self.effects)])


PLAIN = Style()


def spans(text: str, style: Style = PLAIN) -> list[Span]:
    """Return a line as pieces, with control and direction-changing characters made visible."""
    return styled(text, style)[0]


def styled(text: str, style: Style) -> tuple[list[Span], Style]:
    """Return a line that begins in a style as pieces, and the style that it ends in."""
    if "\x1b" not in text and text.isascii():
        css = style.css()
        return ([Span(visible(text), css)] if text else []), style
    found: list[Span] = []
    position = 0
    for escape in _ESCAPE.finditer(text):
        _append(found, text[position : escape.start()], style)
        position = escape.end()
        if (codes := escape["sgr"]) is not None:
            style = _after(style, codes)
    _append(found, text[position:], style)
    return found, style


def plain(text: str) -> str:
    """Return a line without its escape sequences."""
    return _ESCAPE.sub("", text)


def _append(found: list[Span], text: str, style: Style) -> None:
    if not text:
        return
    css, shown = style.css(), visible(text)
    if found and found[-1].css == css:
        found[-1] = Span(found[-1].text + shown, css)
    else:
        found.append(Span(shown, css))


@lru_cache(maxsize=4096)
def _after(style: Style, codes: str) -> Style:
    """Return the style after an SGR sequence; codes nobody knows change nothing.

    Details of a code follow it after colons, or as codes of their own, as most programs write colours.
    """
    groups = iter([[int(part[:4]) if part else 0 for part in group.split(":")] for group in codes.split(";")])
    for number, *details in groups:
        if number in (_TEXT, _GROUND, _UNDERLINE):
            parts = _without_space(details) if details else (group[0] for group in groups)
            style = _extended(style, number, iter(parts))
        elif number == 4 and details:
            style = _with_effects(style, {"a-ul"} if details[0] else set(), {"a-ul"})
        else:
            style = _coded(style, number)
    return style


def _without_space(details: list[int]) -> list[int]:
    """Return the details of a colour without the colour space that may stand before red, green and blue."""
    return [2, *details[2:5]] if details[0] == 2 and len(details) > 4 else details


def _extended(style: Style, number: int, parts: Iterator[int]) -> Style:
    """Return the style after 38, 48 or 58 with the numbers that follow; it takes from `parts` what belongs to it."""
    kind = next(parts, None)
    size = _PARTS.get(kind or 0, 0)
    values = [min(part, 255) for part in islice(parts, size)]
    if number == _UNDERLINE:
        return style
    is_whole = bool(size) and len(values) == size
    if number == _GROUND:
        ground = palette.tint(*(palette.rgb(values[0]) if kind == 5 else values)) if is_whole else ""
        return replace(style, background=ground)
    if not is_whole:
        return replace(style, foreground="")
    return replace(style, foreground=_of_table(values[0] if kind == 5 else palette.nearest(*values)))


def _coded(style: Style, number: int) -> Style:
    """Return the style after a code of one number."""
    if number == 0:
        return PLAIN
    if number in _ON:
        return _with_effects(style, {_ON[number]}, set())
    if number in _OFF:
        return _with_effects(style, set(), _OFF[number])
    if number in (39, 49):
        return replace(style, foreground="") if number == 39 else replace(style, background="")
    tens, ones = divmod(number, 10)
    if ones > 7 or tens not in (3, 4, 9, 10):
        return style
    if tens in (3, 9):
        return replace(style, foreground=_of_table(ones + (8 if tens == 9 else 0)))
    return replace(style, background="w" if number == 40 else _BASE[ones])


def _with_effects(style: Style, added: set[str], taken: set[str]) -> Style:
    return replace(style, effects=(style.effects - taken) | added)


def _of_table(number: int) -> str:
    """Return the class of a colour of the table of 256; black is meant to be read, so only bright black is dim."""
    if number >= 16:
        return f"x{number}"
    letter = _BASE[number % 8]
    if number in (0, 15):
        return "a-w"
    return f"a-{letter}" if number <= 8 else f"b-{letter}"
