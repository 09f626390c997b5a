"""Terminal output as pieces of plain text with CSS classes: safe to show whatever a program printed. Pure Python.

Colours come out as one of eight classes for text (a-k grey, a-r, a-g, a-y, a-b, a-m, a-c, a-w) and seven for its
ground (on-r …), because the page's two themes must both be readable and its policy allows no colours of a
stranger's choice: 256 and 24-bit colours become the nearest. Every other escape sequence is dropped.
"""

from __future__ import annotations

import colorsys
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from explorer.text import visible

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
#: Upper ends of the hues, in turns of the colour circle, and their letters.
_HUES = ((0.055, "r"), (0.2, "y"), (0.45, "g"), (0.56, "c"), (0.74, "b"), (0.93, "m"), (1.01, "r"))


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text and the classes, separated by spaces, that it is shown with."""

    text: str
    css: str = ""


@dataclass(frozen=True, slots=True)
class _Style:
    foreground: str = ""
    background: str = ""
    effects: frozenset[str] = frozenset()

    def css(self) -> str:
        colours = [
            f"a-{self.foreground}" if self.foreground else "",
            f"on-{self.background}" if self.background else "",
        ]
        return " ".join(name for name in (*colours, *sorted(self.effects)) if name)


def spans(text: str) -> list[Span]:
    """Return a line as pieces, with control and direction-changing characters made visible; each line starts plain."""
    found: list[Span] = []
    style, position = _Style(), 0
    for escape in _ESCAPE.finditer(text):
        _append(found, text[position : escape.start()], style)
        position = escape.end()
        if (codes := escape["sgr"]) is not None:
            style = _styled(style, codes)
    _append(found, text[position:], style)
    return found


def plain(text: str) -> str:
    """Return a line without its escape sequences."""
    return _ESCAPE.sub("", text)


def _append(found: list[Span], text: str, style: _Style) -> None:
    if not text:
        return
    css, shown = style.css(), visible(text)
    if found and found[-1].css == css:
        found[-1] = Span(found[-1].text + shown, css)
    else:
        found.append(Span(shown, css))


def _styled(style: _Style, codes: str) -> _Style:
    """Return the style after an SGR sequence; codes nobody knows change nothing."""
    numbers = iter([int(code[:4]) if code else 0 for code in re.split("[;:]", codes)])
    for number in numbers:
        if number == 0:
            style = _Style()
        elif number in _ON:
            style = replace(style, effects=style.effects | {_ON[number]})
        elif number in _OFF:
            style = replace(style, effects=style.effects - _OFF[number])
        elif number in (38, 48):
            colour = _extended(numbers)
            style = replace(style, foreground=colour) if number == 38 else replace(style, background=colour)
        else:
            style = _coloured(style, number)
    return style


def _coloured(style: _Style, number: int) -> _Style:
    """Return the style after one of the 16 colours, or after the code that takes a colour back."""
    if number in (39, 49):
        return replace(style, foreground="") if number == 39 else replace(style, background="")
    tens, ones = divmod(number, 10)
    if ones > 7 or tens not in (3, 4, 9, 10):
        return style
    letter = _letter(ones, is_bright=tens > 4)
    return replace(style, foreground=letter) if tens in (3, 9) else replace(style, background=letter)


def _letter(colour: int, *, is_bright: bool) -> str:
    """Return the letter of one of the 16; black is meant to be read, so only bright black, which is grey, is dim."""
    return "w" if colour == 0 and not is_bright else _BASE[colour]


def _extended(numbers: Iterator[int]) -> str:
    """Return the letter of the colour that follows 38 or 48: "5;n" of a table of 256, or "2;r;g;b"; "" without one."""
    kind = next(numbers, None)
    parts = [min(number, 255) for number in islice(numbers, {5: 1, 2: 3}.get(kind or 0, 0))]
    if kind == 5 and parts:
        return _of_table(parts[0])
    return _nearest(*parts) if kind == 2 and len(parts) == 3 else ""


def _of_table(number: int) -> str:
    if number < 16:
        return _letter(number % 8, is_bright=number > 7)
    if number >= 232:
        return _nearest(*[8 + 10 * (number - 232)] * 3)
    cube = number - 16
    return _nearest(*(51 * part for part in (cube // 36, cube // 6 % 6, cube % 6)))


def _nearest(red: int, green: int, blue: int) -> str:
    hue, lightness, saturation = colorsys.rgb_to_hls(red / 255, green / 255, blue / 255)
    if saturation < 0.15 or lightness < 0.08 or lightness > 0.95:
        return "k" if 0.2 < lightness < 0.7 else "w"
    return next(letter for end, letter in _HUES if hue < end)
