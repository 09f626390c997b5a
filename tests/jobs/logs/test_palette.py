"""The table of 256 colours: the nearest one, and all of them readable in both themes."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from jobs.logs import palette

PART = st.integers(0, 255)
#: The grounds of tokens.css that a line of a log can stand on.
GROUNDS = ("surface", "sunken", "hover", "accent-tint", "failed-tint", "done-tint", "queued-tint", "running-tint")


def colour(text: str) -> palette.Rgb:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def test_the_style_sheet_is_what_the_palette_makes() -> None:
    assert (settings.BASE_DIR / "static/css/ansi.css").read_text() == palette.stylesheet()


def test_every_colour_can_be_read_on_every_ground() -> None:
    tokens = (settings.BASE_DIR / "static/css/tokens.css").read_text()
    grounds = {
        name: re.search(rf"--{name}: light-dark\((#\w+), (#\w+)\)", tokens) for name in (*GROUNDS, "stopped-tint")
    }
    rules = re.findall(r"\.x(\d+) \{ color: light-dark\((#\w{6}), (#\w{6})\); \}", palette.stylesheet())

    assert [int(number) for number, *_ in rules] == list(range(16, 256))
    for _, *themes in rules:
        for theme, text in enumerate(themes, start=1):
            for name, ground in grounds.items():
                assert ground, name
                assert palette.contrast(colour(text), colour(ground[theme])) >= 4.5, (text, name)


@pytest.mark.parametrize(
    ("parts", "number"),
    [((0, 0, 0), 16), ((255, 255, 255), 231), ((255, 0, 0), 196), ((120, 120, 120), 243), ((95, 135, 175), 67)],
)
def test_nearest_colour(parts: palette.Rgb, number: int) -> None:
    assert palette.nearest(*parts) == number


@given(PART, PART, PART)
def test_no_colour_of_the_table_is_nearer(red: int, green: int, blue: int) -> None:
    def far(number: int) -> int:
        return sum((a - b) ** 2 for a, b in zip(palette.rgb(number), (red, green, blue), strict=True))

    assert far(palette.nearest(red, green, blue)) == min(map(far, range(16, 256)))


@given(st.integers(16, 255))
def test_colours_of_the_table_are_their_own_nearest(number: int) -> None:
    assert palette.rgb(palette.nearest(*palette.rgb(number))) == palette.rgb(number)


def test_contrast_is_that_of_the_guidelines() -> None:
    assert palette.contrast((0, 0, 0), (255, 255, 255)) == palette.contrast((255, 255, 255), (0, 0, 0)) == 21
    assert round(palette.contrast((119, 119, 119), (255, 255, 255)), 2) == 4.48
