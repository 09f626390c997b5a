"""Answers are compressed where the client takes it, and their length does not tell what is in them."""

from __future__ import annotations

import gzip
import random

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from explorer.compressing import Compressing, compressed

TEXT = b"<p>a page</p>" * 100


def answer(response: HttpResponse | StreamingHttpResponse, accepted: str = "br, gzip") -> HttpResponse:
    """Return what the middleware makes of an answer."""
    request = RequestFactory().get("/", headers={"accept-encoding": accepted} if accepted else {})
    made = Compressing(lambda _: response)(request)
    assert isinstance(made, HttpResponse | StreamingHttpResponse)
    return made  # type: ignore[return-value]


@given(st.binary(max_size=5000))
def test_what_was_compressed_is_read_again(content: bytes) -> None:
    assert gzip.decompress(compressed(content, 100)) == content


def test_length_differs_from_answer_to_answer() -> None:
    lengths = {len(compressed(TEXT, 100)) for _ in range(200)}
    assert len(lengths) > 50
    assert max(lengths) - min(lengths) < 100


def test_page_is_compressed_and_says_so() -> None:
    made = answer(HttpResponse(TEXT, headers={"ETag": '"one"', "Vary": "Cookie"}))
    assert gzip.decompress(made.content) == TEXT
    assert dict(made.headers) == {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Encoding": "gzip",
        "Content-Length": str(len(made.content)),
        "ETag": 'W/"one"',
        "Vary": "Cookie, Accept-Encoding",
    }


@pytest.mark.parametrize("accepted", ["", "br", "identity"])
def test_client_that_takes_no_gzip_gets_none(accepted: str) -> None:
    made = answer(HttpResponse(TEXT), accepted)
    assert (made.content, made.headers["Vary"]) == (TEXT, "Accept-Encoding")
    assert "Content-Encoding" not in made.headers


def test_what_is_short_or_does_not_get_shorter_is_sent_as_it_is() -> None:
    for content in (b"a" * 199, random.Random(1).randbytes(1000)):
        made = answer(HttpResponse(content, headers={"ETag": '"one"'}))
        assert made.content == content
        assert made.headers["ETag"] == '"one"'
        assert "Content-Encoding" not in made.headers


def test_what_is_encoded_already_is_left_alone() -> None:
    made = answer(HttpResponse(TEXT, headers={"Content-Encoding": "br"}))
    assert (made.content, made.headers["Content-Encoding"]) == (TEXT, "br")


def test_stream_is_compressed_while_it_comes() -> None:
    made = answer(StreamingHttpResponse(iter([TEXT, TEXT])))
    assert made.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(b"".join(made)) == TEXT + TEXT
