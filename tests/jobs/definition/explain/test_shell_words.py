"""The splitting of old; what is expected is what shell-quote 1.8.1 gives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.definition.explain.shell_words import NotSplit, Words, split


@pytest.mark.parametrize(
    ("command", "words", "refused"),
    [
        ("a  b\tc", ["a", "b", "c"], []),
        ("a\\ b", ["a b"], []),
        ("""'a b'"c d"e""", ["a bc de"], []),
        ('"a\\"b\\c"', ['a"b\\c'], []),
        ("'a\\b'", ["a\\b"], []),
        ("$", ["$"], []),
        ('"$"x', ["$x"], []),
        ("$$x", [""], []),
        ("a # b c", ["a"], []),
        ("a#b c", ["a"], []),
        ("*.txt '*'", ["*"], ["*.txt"]),
        ("\\*", [], ["*"]),
        ("a>b; c && d", ["a", "b", "c", "d"], [">", ";", "&&"]),
        ("a\\", ["a"], []),
        ("'open", ["open"], []),
        ("", [], []),
    ],
)
def test_split_words(command: str, words: list[str], refused: list[str]) -> None:
    assert split(command) == Words(words, refused)


@pytest.mark.parametrize("command", ["${}", "a ${b", 'x"${}"'])
def test_split_malformed_variable(command: str) -> None:
    with pytest.raises(NotSplit):
        split(command)


@given(st.text(alphabet="ab $\"'\\|&;()<>*?#{}\n", max_size=40))
def test_split_any_text_ends(command: str) -> None:
    try:
        found = split(command)
    except NotSplit:
        return
    assert isinstance(found, Words)
