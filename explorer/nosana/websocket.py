"""WebSocket (RFC 6455) as far as a client needs it that says one thing and then listens.

Frames of a server only: whole messages come out, pings are answered, and what is too large or masked is Malformed.
"""

from __future__ import annotations

import base64
import hashlib
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Protocol

from explorer.nosana.errors import Malformed

_GUID: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_CONTINUATION, _TEXT, _BINARY, _CLOSE, _PING, _PONG = 0, 1, 2, 8, 9, 10
_END, _MASK = 0x80, 0x80
_READ: Final = 64 * 1024


class Stream(Protocol):
    """A connection, as httpcore gives it after an upgrade."""

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return what has come, nothing at the end; raises httpcore.ReadTimeout."""

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of it."""


@dataclass(frozen=True, slots=True)
class Closed:
    """The server ended the conversation: its code (1000 is a good end, 1006 no word at all) and its reason."""

    code: int
    reason: str


def headers(key: str) -> dict[str, str]:
    """Return the headers that ask for a WebSocket."""
    return {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": key}


def new_key() -> str:
    """Return a key that the server must answer to."""
    return base64.b64encode(os.urandom(16)).decode()


def answer_to(key: str) -> str:
    """Return what a server answers to a key."""
    return base64.b64encode(hashlib.sha1(key.encode() + _GUID, usedforsecurity=False).digest()).decode()


def frame(kind: int, payload: bytes, *, is_masked: bool) -> bytes:
    """Return one frame that is a whole message; clients mask theirs."""
    size, flag = len(payload), _MASK if is_masked else 0
    head = bytes([_END | kind, flag | size]) if size < 126 else b""
    if not head:
        long = size > 0xFFFF
        head = bytes([_END | kind, flag | (127 if long else 126)]) + struct.pack(">Q" if long else ">H", size)
    if not is_masked:
        return head + payload
    mask = os.urandom(4)
    return head + mask + _masked(payload, mask)


def text_frame(text: str, *, is_masked: bool = True) -> bytes:
    """Return a text message."""
    return frame(_TEXT, text.encode(), is_masked=is_masked)


def close_frame(code: int, reason: str, *, is_masked: bool = True) -> bytes:
    """Return the end of a conversation."""
    return frame(_CLOSE, struct.pack(">H", code) + reason.encode()[:123], is_masked=is_masked)


@dataclass(slots=True)
class Messages:
    """Reads a server's messages; `limit` is the largest one in bytes."""

    stream: Stream
    limit: int
    _buffer: bytearray = field(default_factory=bytearray)
    _parts: bytearray = field(default_factory=bytearray)
    closed: Closed | None = None

    def read(self, timeout: float) -> list[str]:
        """Return the messages that one read completes; httpcore.ReadTimeout when nothing comes. Sets `closed`."""
        data = self.stream.read(_READ, timeout)
        if not data:
            self.closed = Closed(1006, "")
            return []
        self._buffer += data
        return list(self._messages())

    def _messages(self) -> Iterator[str]:
        while self.closed is None and (found := self._frame()):
            kind, is_last, payload = found
            if kind in (_TEXT, _BINARY, _CONTINUATION):
                self._parts += payload
                if len(self._parts) > self.limit:
                    raise Malformed("a message is too large")
                if is_last:
                    yield self._parts.decode(errors="replace")
                    self._parts.clear()
            elif kind == _PING:
                self.stream.write(frame(_PONG, payload, is_masked=True), 5)
            elif kind == _CLOSE:
                code = struct.unpack(">H", payload[:2])[0] if len(payload) > 1 else 1005
                self.closed = Closed(code, payload[2:].decode(errors="replace"))

    def _frame(self) -> tuple[int, bool, bytes] | None:
        """Take the next frame from the buffer, if all of it is there."""
        if len(self._buffer) < 2:
            return None
        kind, size, start = self._buffer[0] & 0x0F, self._buffer[1] & 0x7F, 2
        if self._buffer[1] & _MASK or self._buffer[0] & 0x70:
            raise Malformed("a frame is masked or of an extension nobody asked for")
        if size > 125:
            start = 4 if size == 126 else 10
            if len(self._buffer) < start:
                return None
            size = int.from_bytes(self._buffer[2:start], "big")
        if size > self.limit:
            raise Malformed("a message is too large")
        if len(self._buffer) < start + size:
            return None
        is_last, payload = bool(self._buffer[0] & _END), bytes(self._buffer[start : start + size])
        del self._buffer[: start + size]
        return kind, is_last, payload


def _masked(payload: bytes, mask: bytes) -> bytes:
    whole = mask * (len(payload) // 4 + 1)
    return (int.from_bytes(payload, "big") ^ int.from_bytes(whole[: len(payload)], "big")).to_bytes(len(payload), "big")
