"""Line ends of texts that went through a browser's text field."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.builder.newlines import as_written

texts = st.lists(st.sampled_from(["a", "b", " ", "\n", "\r\n", "\r", "\0", "\u2028", "ä"])).map("".join)


def in_field(text: str) -> str:
    """Return what a text field that shows a text posts: CR LF for every line end, no NUL."""
    return re.sub(r"\r\n|\r|\n", "\r\n", text).replace("\0", "\ufffd")


@settings(deadline=None)
@given(texts)
def test_what_was_not_changed_keeps_its_bytes(text: str) -> None:
    assert as_written(text, in_field(text)) == text


@settings(deadline=None)
@given(texts, texts)
def test_what_was_typed_is_saved_with_the_line_ends_of_the_text(old: str, new: str) -> None:
    saved = as_written(old, in_field(new))

    assert in_field(saved) == in_field(new)


@pytest.mark.parametrize(
    ("old", "posted", "saved"),
    [
        ("a\nb\n", "a\r\nx\r\nb\r\n", "a\nx\nb\n"),
        ("a\r\nb", "a\r\nx\r\nb", "a\r\nx\r\nb"),
        ("a\rb\n", "a\r\nx\r\n", "a\nx\n"),
        ("one\r\ntwo\nthree\r\n", "one\r\n2\r\nthree\r\n", "one\r\n2\r\nthree\r\n"),
        ("\0\nb\n", "\ufffd\r\nc\r\n", "\0\nc\n"),
        ("", "a\r\nb", "a\nb"),
        ("a", "", ""),
    ],
)
def test_a_change_leaves_the_other_lines_alone(old: str, posted: str, saved: str) -> None:
    assert as_written(old, posted) == saved
