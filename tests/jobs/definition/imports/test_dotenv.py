"""`.env` files as variables."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.definition.imports.dotenv import import_env
from jobs.definition.imports.outcome import Leftover

TEXT = """\ufeff# settings
export MODE=fast
EMPTY=
SPACED = a b   # why
HASH=a#b
SINGLE='a "b" \\n $X' # kept
DOUBLE="line one\\nline \\"two\\""
MANY="-----BEGIN-----
abc
-----END-----"
BACK=`it's`
YAML: yes
URL=https://user@host/?a=b
dotted.name-1=x
"""


def test_import_env_reads_what_people_write() -> None:
    imported = import_env(TEXT)
    assert imported.value == {
        "MODE": "fast",
        "EMPTY": "",
        "SPACED": "a b",
        "HASH": "a#b",
        "SINGLE": 'a "b" \\n $X',
        "DOUBLE": 'line one\nline "two"',
        "MANY": "-----BEGIN-----\nabc\n-----END-----",
        "BACK": "it's",
        "YAML": "yes",
        "URL": "https://user@host/?a=b",
        "dotted.name-1": "x",
    }
    assert imported.report == ()
    assert import_env(TEXT.replace("\n", "\r\n")).value == imported.value


@pytest.mark.parametrize(
    ("text", "value", "what", "why"),
    [
        ("A=$B", {"A": "$B"}, "A", "It refers to other variables; it stands here as it is written: put the value in."),
        (
            'A="${B}/x"',
            {"A": "${B}/x"},
            "A",
            "It refers to other variables; it stands here as it is written: put the value in.",
        ),
        ("A=1\nA=2", {"A": "2"}, "A", "It is set more than once; the last value counts."),
        ("A", {}, "A", "It has no value here: one from your machine would be taken."),
        ("1A=x", {}, "1A", "This line does not name a variable."),
        ("=x", {}, "", "This line does not name a variable."),
        ("A='x\nB=1", {"A": "'x", "B": "1"}, "A", "Its quote is not closed; the line was taken as it is."),
        ("A='x' y", {"A": "x"}, "A", "What follows after its closing quote was left out."),
    ],
)
def test_import_env_reports(text: str, value: dict[str, str], what: str, why: str) -> None:
    imported = import_env(text)
    assert imported.value == value
    assert imported.report == (Leftover(what, why),)


def test_import_env_escaped_dollar_is_a_dollar() -> None:
    assert import_env('A="\\$B"') == import_env("A='$B'")


def test_import_env_refuses_long_text() -> None:
    assert import_env("A=" + "x" * 200_000).report == (Leftover("The text", "It is longer than 200,000 characters."),)


@given(st.text(alphabet="AB=:'\"`\\$#{} \n\rexport", max_size=60) | st.text(max_size=40))
def test_import_env_never_raises(text: str) -> None:
    value = import_env(text).value
    assert value is not None
    assert all(isinstance(content, str) for content in value.values())
