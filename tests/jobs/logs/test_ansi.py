"""Terminal output as classes: the colours that pages know, and nothing of a stranger's besides text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.logs.ansi import PLAIN, Span, Style, plain, spans, styled

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
            f"{ESC}[mreset{ESC}[91mbright{ESC}[90mgrey{ESC}[30mblack{ESC}[97mwhite",
            [Span("reset"), Span("bright", "b-r"), Span("grey", "a-k"), Span("blackwhite", "a-w")],
        ),
        (f"{ESC}[103mground{ESC}[40mblack", [Span("ground", "on-y"), Span("black", "on-w")]),
        (
            f"{ESC}[38;5;196mred{ESC}[38;5;2mgreen{ESC}[38;5;10mbright{ESC}[38;5;244mgrey{ESC}[38;5;0mblack",
            [
                Span("red", "x196"),
                Span("green", "a-g"),
                Span("bright", "b-g"),
                Span("grey", "x244"),
                Span("black", "a-w"),
            ],
        ),
        (f"{ESC}[38;2;255;140;0morange{ESC}[48;2;0;0;255mblue", [Span("orange", "x208"), Span("blue", "x208 on-b")]),
        (f"{ESC}[38:2:255:0:255mmagenta", [Span("magenta", "x201")]),
        (f"{ESC}[38:2::255:0:255mmagenta{ESC}[38:5:33;1mblue", [Span("magenta", "x201"), Span("blue", "x33 a-bold")]),
        (f"{ESC}[48;5;1mred{ESC}[48;5;240mgrey", [Span("red", "on-r"), Span("grey", "on-k")]),
        (
            f"{ESC}[58;5;4;4munder{ESC}[58;2;1;2;3mstill{ESC}[4:0mnot{ESC}[4:3mcurly",
            [Span("understill", "a-ul"), Span("not"), Span("curly", "a-ul")],
        ),
        (f"{ESC}[3;4;7;9mx{ESC}[23;24;27;29my", [Span("x", "a-inv a-it a-st a-ul"), Span("y")]),
        (f"{ESC}[31ma{ESC}[31mb", [Span("ab", "a-r")]),
        (f"{ESC}[5;8;53;999mx", [Span("x")]),  # blinking and concealing are not for strangers
        (f"{ESC}[38;5mx{ESC}[38;9mx{ESC}[38mx", [Span("xxx")]),
        (f"{ESC}[999999999999;38;2;99999;0;0mx", [Span("x", "x196")]),
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
        assert re.fullmatch(r"(([ab]-[krgybmcw]|x\d{2,3})?)( ?on-[krgybmcw])?( ?a-(bold|dim|it|ul|inv|st))*", span.css)


def test_plain_drops_escape_sequences_only() -> None:
    assert plain(f"{ESC}[31mred{ESC}[0m <b>\t{ESC}]0;t\x07.") == "red <b>\t."


def test_a_colour_lasts_into_the_next_line_until_it_ends() -> None:
    first, style = styled(f"{ESC}[1;31mred", PLAIN)
    second, end = styled("still", style)
    third, after = styled(f"and{ESC}[0m plain", end)

    assert (first, second) == ([Span("red", "a-r a-bold")], [Span("still", "a-r a-bold")])
    assert third == [Span("and", "a-r a-bold"), Span(" plain")]
    assert (style, end, after) == (Style("a-r", "", frozenset({"a-bold"})), style, PLAIN)
    assert styled("", style) == ([], style)
