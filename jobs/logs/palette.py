"""The colours of a terminal's table of 256 as the pages show them: readable on every ground of both themes.

`stylesheet()` is what static/css/ansi.css holds; a test compares the two. Pure Python.
"""

from __future__ import annotations

import colorsys
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

Rgb = tuple[int, int, int]
#: The six levels of each of red, green and blue from number 16 on; from 232 on the table is grey.
_LEVELS: Final = (0, 95, 135, 175, 215, 255)
_GREYS: Final = tuple(8 + 10 * step for step in range(24))
_SIXTEEN: Final = (0x000000, 0xCD0000, 0x00CD00, 0xCDCD00, 0x0000EE, 0xCD00CD, 0x00CDCD, 0xE5E5E5)
_BRIGHT: Final = (0x7F7F7F, 0xFF0000, 0x00FF00, 0xFFFF00, 0x5C5CFF, 0xFF00FF, 0x00FFFF, 0xFFFFFF)
#: Upper ends of the hues, in turns of the colour circle, and their letters.
_HUES: Final = ((0.055, "r"), (0.2, "y"), (0.45, "g"), (0.56, "c"), (0.74, "b"), (0.93, "m"), (1.01, "r"))
#: The grounds of tokens.css that a log's text stands on and that come nearest to its colour.
_LIGHT_GROUNDS: Final = (0xE4F4EA, 0xE6EFFC, 0xECEFF1, 0xFDEAE8)
_DARK_GROUNDS: Final = (0x10271A, 0x12213A, 0x1B2227, 0x341716)
_CONTRAST: Final = 4.6  # WCAG AA asks for 4.5
_HEAD: Final = """/* Colours 16 to 255 of a terminal's table, made readable on both themes by jobs/logs/palette.py.
   A browser without light-dark() shows such text in the colour of all text. */
"""


def rgb(number: int) -> Rgb:
    """Return red, green and blue, 0 to 255, of a number of the table."""
    if number < 16:
        return _split((_SIXTEEN + _BRIGHT)[number])
    if number >= 232:
        return (_GREYS[number - 232],) * 3
    cube = number - 16
    return _LEVELS[cube // 36], _LEVELS[cube // 6 % 6], _LEVELS[cube % 6]


@lru_cache(maxsize=4096)
def nearest(red: int, green: int, blue: int) -> int:
    """Return the number, from 16 on, of the colour that comes nearest."""
    steps = [min(range(6), key=lambda step: abs(_LEVELS[step] - part)) for part in (red, green, blue)]
    cube = 16 + 36 * steps[0] + 6 * steps[1] + steps[2]
    grey = 232 + min(range(24), key=lambda step: abs(_GREYS[step] - (red + green + blue) / 3))
    return min(cube, grey, key=lambda number: _distance(rgb(number), (red, green, blue)))


@lru_cache(maxsize=4096)
def tint(red: int, green: int, blue: int) -> str:
    """Return the letter of the eight tints of a ground that comes nearest in hue."""
    hue, lightness, saturation = colorsys.rgb_to_hls(red / 255, green / 255, blue / 255)
    if saturation < 0.15 or lightness < 0.08 or lightness > 0.95:
        return "k" if 0.2 < lightness < 0.7 else "w"
    return next(letter for end, letter in _HUES if hue < end)


def contrast(one: Rgb, other: Rgb) -> float:
    """Return the contrast of two colours as WCAG 2 counts it, 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def readable(colour: Rgb, grounds: tuple[int, ...], *, is_dark: bool) -> Rgb:
    """Return the colour, moved toward black or, on a dark ground, white until it can be read on every ground."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*(part / 255 for part in colour))
    for step in range(101):
        moved = lightness + (1 - lightness if is_dark else -lightness) * step / 100
        # To six digits first: between two whole numbers the last digit decides, in which Pythons differ.
        parts = [round(round(255 * part, 6)) for part in colorsys.hls_to_rgb(hue, moved, saturation)]
        found = (parts[0], parts[1], parts[2])
        if all(contrast(found, _split(ground)) >= _CONTRAST for ground in grounds):
            return found
    raise AssertionError("white and black can be read on every ground")


def stylesheet() -> str:
    """Return the style sheet of the classes x16 to x255."""
    return _HEAD + "".join(_rules())


def _rules() -> Iterator[str]:
    for number in range(16, 256):
        light = _hex(readable(rgb(number), _LIGHT_GROUNDS, is_dark=False))
        dark = _hex(readable(rgb(number), _DARK_GROUNDS, is_dark=True))
        yield f".x{number} {{ color: light-dark({light}, {dark}); }}\n"


def _luminance(colour: Rgb) -> float:
    parts = [part / 255 for part in colour]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _distance(one: Rgb, other: Rgb) -> int:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))


def _split(colour: int) -> Rgb:
    return colour >> 16, colour >> 8 & 255, colour & 255


def _hex(colour: Rgb) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
