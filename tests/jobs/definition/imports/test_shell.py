"""Splitting command lines; bash is the judge where nothing is to be filled in."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.definition.imports.shell import Command, ShellError, Word, split


def words(text: str) -> list[list[str]]:
    return [[word.text for word in command.words] for command in split(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a  b\tc", [["a", "b", "c"]]),
        ("a 'b c' \"d e\" f\\ g", [["a", "b c", "d e", "f g"]]),
        ("a'b'\"c\"d", [["abcd"]]),
        ("a '' \"\"", [["a", "", ""]]),
        ('"a\\"b\\\\c\\$d\\n"', [['a"b\\c$d\\n']]),
        ("'a\\b'", [["a\\b"]]),
        ("a \\\n  b \\\r\n c `\n d ^\n e \\  \n f", [["a", "b", "c", "d", "e", "f"]]),
        ('"a\\\nb"', [["ab"]]),
        ("a # c 'd\nb", [["a"], ["b"]]),
        ("a#b", [["a#b"]]),
        ("a;b && c || d | e & f\ng", [["a"], ["b"], ["c"], ["d"], ["e"], ["f"], ["g"]]),
        ("", []),
        ("$'x y'", [["x y"]]),
        ("5$ a$", [["5$", "a$"]]),
    ],
)
def test_split_like_a_shell(text: str, expected: list[list[str]]) -> None:
    assert words(text) == expected


def test_split_names_what_a_shell_fills_in() -> None:
    (command,) = split("a$X \"${Y:-z} $(id -u)\" '$Z' `date` \\$W")
    assert command.words == [
        Word("a$X", ("$X",)),
        Word("${Y:-z} $(id -u)", ("${Y:-z}", "$(id -u)")),
        Word("$Z"),
        Word("`date`", ("`date`",)),
        Word("$W"),
    ]


def test_split_sets_redirections_aside() -> None:
    assert split("a >b 2>&1 c < d &> e 2>/dev/null") == [
        Command([Word("a"), Word("c")], ["> b", "2>&1", "< d", "&> e", "2> /dev/null"])
    ]


@pytest.mark.parametrize("text", ["'a", '"a', "a 'b\nc", "$'x"])
def test_split_refuses_open_quotes(text: str) -> None:
    with pytest.raises(ShellError):
        split(text)


@given(st.lists(st.text(max_size=6), min_size=1, max_size=5))
def test_split_takes_back_what_shlex_joined(given_words: list[str]) -> None:
    assert words(shlex.join(given_words)) == [given_words]


@given(st.text(alphabet="a $\"'\\`(){}<>|&;#\n=-2^", max_size=30))
def test_split_any_text_ends(text: str) -> None:
    try:
        split(text)
    except ShellError:
        assert "'" in text or '"' in text
