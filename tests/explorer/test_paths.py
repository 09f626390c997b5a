"""Texts as parts of paths: any text comes back, each has one form, and none is one that a browser changes."""

from __future__ import annotations

from urllib.parse import quote, unquote, urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.paths import LONGEST, Whole, Word, from_path, to_path

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
BIDI = "docker.io/library/busybox:‮gnp.exe‬"


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("docker.io/vllm/vllm-openai:v0.5.4", "docker.io/vllm/vllm-openai:v0.5.4"),
        ("https://models.nosana.io/x?a=1&b=%2F#c", "https://models.nosana.io/x?a=1&b=%2F#c"),
        ("https://models.nosana.io/x/", "https://models.nosana.io/x/"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("", "@"),
        ("@x", "@QHg"),
        ("../../admin", "@Li4vLi4vYWRtaW4"),
        ("a/./b", "@YS8uL2I"),
        ("a\nb", "@YQpi"),
    ],
)
def test_to_path_keeps_what_can_be_read_in_a_path(text, form):
    assert (to_path(text), from_path(form)) == (form, text)


def test_to_path_hides_what_nobody_should_meet_in_an_address_bar():
    assert to_path(BIDI).isascii()
    assert from_path(to_path(BIDI)) == BIDI


def test_a_word_has_no_slash():
    assert (Word().to_url("S3"), Word().to_url("a/b"), Word().to_python("@YS9i")) == ("S3", "@YS9i", "a/b")


@pytest.mark.parametrize("part", ["@*", "@a", "@_w", "@\u00e9"])
def test_from_path_refuses_what_is_no_form(part):
    with pytest.raises(ValueError, match="not the form of a text"):
        Whole().to_python(part)


@given(TEXTS)
def test_every_text_comes_back(text):
    assert from_path(to_path(text)) == text
    assert from_path(to_path(text, is_word=True)) == text
    assert "/" not in to_path(text, is_word=True)


@given(TEXTS)
def test_a_browser_leaves_every_form_alone(text):
    path = f"/images/{quote(to_path(text))}/"
    resolved = urljoin("https://explorer.example/", path).removeprefix("https://explorer.example")
    assert unquote(resolved) == unquote(path)


@given(st.integers(1, 2000), st.sampled_from(["a", "/", "é", "漢", "😀", "\u202e"]))
def test_a_form_fits_a_request_line(length, character):
    text = (character * length).encode()[:2000].decode(errors="ignore") or "a"
    assert len(quote(to_path(text))) <= max(LONGEST, 2700)
    assert from_path(to_path(text)) == text
