"""WebSocket frames: what a client sends, and what it makes of a server's."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.nosana import websocket
from explorer.nosana.errors import Malformed
from explorer.nosana.websocket import Closed, Messages, close_frame, frame, text_frame


class Pieces:
    """A connection that brings bytes in pieces, and keeps what is sent."""

    def __init__(self, *pieces: bytes) -> None:
        self.pieces = list(pieces)
        self.sent: list[bytes] = []

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.pieces.pop(0) if self.pieces else b""

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.sent.append(buffer)


def unmasked(sent: bytes) -> bytes:
    size = sent[1] & 0x7F
    mask, payload = sent[2:6], sent[6:]
    assert sent[1] & 0x80
    assert len(payload) == size
    return bytes(byte ^ mask[place % 4] for place, byte in enumerate(payload))


def messages(*pieces: bytes) -> tuple[list[str], Messages, Pieces]:
    stream = Pieces(*pieces)
    reader = Messages(stream, 1000)
    found: list[str] = []
    while not reader.closed:
        found += reader.read(1)
    return found, reader, stream


@given(st.lists(st.text(max_size=300), max_size=6), st.integers(1, 50))
def test_messages_are_read_whatever_pieces_they_come_in(said: list[str], size: int) -> None:
    whole = b"".join(text_frame(text, is_masked=False) for text in said) + close_frame(1000, "bye", is_masked=False)
    found, reader, _ = messages(*(whole[start : start + size] for start in range(0, len(whole), size)))

    assert (found, reader.closed) == (said, Closed(1000, "bye"))


def test_a_message_in_fragments_is_one_and_pings_are_answered() -> None:
    parts = b"\x01\x02on" + frame(9, b"there?", is_masked=False) + b"\x00\x01e" + b"\x80\x00" + b"\x88\x00"
    found, reader, stream = messages(parts)

    assert (found, reader.closed) == (["one"], Closed(1005, ""))
    assert [(sent[0], unmasked(sent)) for sent in stream.sent] == [(0x8A, b"there?")]


@pytest.mark.parametrize(
    "data",
    [
        text_frame("x" * 1001, is_masked=False),
        b"\x01\x7f" + struct.pack(">Q", 2**63),
        b"\x01\x7e\x03\xe7" + b"x" * 999 + b"\x00\x02yy",
        text_frame("masked", is_masked=True),
        b"\xc1\x00",
    ],
    ids=["too long", "far too long", "too long in two", "masked", "reserved bits"],
)
def test_what_no_server_should_send_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        messages(data)


def test_a_connection_that_breaks_off_is_closed_without_a_word() -> None:
    found, reader, _ = messages(text_frame("one", is_masked=False), b"\x81\x05tw")

    assert (found, reader.closed) == (["one"], Closed(1006, ""))


@given(st.binary(max_size=120))
def test_frames_of_a_client_are_masked(payload: bytes) -> None:
    sent = frame(2, payload, is_masked=True)

    assert (sent[0], unmasked(sent)) == (0x82, payload)


@pytest.mark.parametrize(("size", "head"), [(125, 2), (126, 4), (65_535, 4), (65_536, 10)])
def test_lengths_of_frames(size: int, head: int) -> None:
    assert len(frame(2, b"x" * size, is_masked=False)) == head + size
    assert len(frame(2, b"x" * size, is_masked=True)) == head + 4 + size


def test_the_key_is_answered_as_the_standard_says() -> None:
    assert websocket.answer_to("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
    assert len(websocket.new_key()) == 24
    assert websocket.headers("k")["Sec-WebSocket-Key"] == "k"
