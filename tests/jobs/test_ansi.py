"""Terminal output as classes: the colours that pages know, and nothing of a stranger's besides text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.ansi import Span, plain, spans

ESC = "\x1b"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", [Span("plain")]),
        ("", []),
        (f"{ESC}[31mred{ESC}[0m not", [Span("red", "a-r"), Span(" not")]),
        (
            f"{ESC}[1;32;44mall{ESC}[22m thin{ESC}[39;49m.",
            [Span("all", "a-g on-b a-bold"), Span(" thin", "a-g on-b"), Span(".")],
        ),
        (
            f"{ESC}[mreset{ESC}[91mbright{ESC}[90mgrey{ESC}[30mblack",
            [Span("reset"), Span("bright", "a-r"), Span("grey", "a-k"), Span("black", "a-w")],
        ),
        (
            f"{ESC}[38;5;196mred{ESC}[38;5;2mgreen{ESC}[38;5;244mgrey",
            [Span("red", "a-r"), Span("green", "a-g"), Span("grey", "a-k")],
        ),
        (f"{ESC}[38;2;255;140;0morange{ESC}[48;2;0;0;255mblue", [Span("orange", "a-y"), Span("blue", "a-y on-b")]),
        (f"{ESC}[38:2:255:0:255mmagenta", [Span("magenta", "a-m")]),
        (f"{ESC}[3;4;7;9mx{ESC}[23;24;27;29my", [Span("x", "a-inv a-it a-st a-ul"), Span("y")]),
        (f"{ESC}[31ma{ESC}[31mb", [Span("ab", "a-r")]),
        (f"{ESC}[5;8;53;999mx", [Span("x")]),  # blinking and concealing are not for strangers
        (f"{ESC}[38;5mx{ESC}[38;9mx{ESC}[38mx", [Span("xxx")]),
        (f"{ESC}[999999999999;38;2;99999;0;0mx", [Span("x", "a-r")]),
        (f"a{ESC}[2Kb{ESC}[10;20Hc{ESC}[?25ld", [Span("abcd")]),
        (f"{ESC}]8;;javascript:alert(1){ESC}\\link{ESC}]8;;\x07", [Span("link")]),
        (f"{ESC}]0;title\x07x{ESC}Pq#0{ESC}\\y", [Span("xy")]),
        (f"x{ESC}]0;a title without an end", [Span("x")]),
        (f"x{ESC}", [Span("x")]),
        (f"x{ESC}[", [Span("x")]),
        (f"{ESC}(Bx{ESC}=y{ESC}c", [Span("xy")]),
        ("\x9b31mred", [Span("red", "a-r")]),
        ("bell\x07 back\x08 nul\0", [Span("bell␇ back␈ nul␀")]),
        ("evil\u202egpj.exe", [Span("evil[U+202E]gpj.exe")]),
        ("<script>alert('x')</script>", [Span("<script>alert('x')</script>")]),  # escaping is the template's work
        ("tab\tkept ✓ 字", [Span("tab\tkept ✓ 字")]),
    ],
)
def test_spans_of_a_line(text: str, expected: list[Span]) -> None:
    assert spans(text) == expected


@given(st.text(alphabet=st.sampled_from(f"{ESC}\x9b[]()?;:0123456789mKH\\\x07\x9cPab<&\"'\u202e\r\n")))
def test_spans_of_anything_hold_no_control_character_and_only_known_classes(text: str) -> None:
    for span in spans(text):
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", span.text)
        assert re.fullmatch(r"((a|on)-[krgybmcw])?( ?a-(bold|dim|it|ul|inv|st))*", span.css)


def test_plain_drops_escape_sequences_only() -> None:
    assert plain(f"{ESC}[31mred{ESC}[0m <b>\t{ESC}]0;t\x07.") == "red <b>\t."
