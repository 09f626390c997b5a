"""Reads an answer's body within bounds: the limit holds for what comes out of gzip, while it comes out."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import Final

import httpx

from explorer.nosana.errors import Malformed, Unreachable

_GZIP: Final = 16 + zlib.MAX_WBITS
_MB: Final = 1024 * 1024


def read(response: httpx.Response, max_bytes: int) -> bytes:
    """Return the decoded body of a streamed response; Malformed over the limit, Unreachable when it breaks off.

    httpx decodes a chunk as a whole, which can be a gigabyte, so gzip is undone here, in bounded pieces.
    """
    length = response.headers.get("content-length", "")
    if length.isdecimal() and int(length) > max_bytes:
        raise _too_large(max_bytes)
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding in ("", "identity"):
        chunks = response.iter_raw()
    elif encoding in ("gzip", "x-gzip"):
        chunks = _inflate(response.iter_raw(), max_bytes)
    else:
        raise Malformed("it is compressed in a way that was not asked for")
    return _joined(chunks, max_bytes)


def _joined(chunks: Iterable[bytes], max_bytes: int) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > max_bytes:
            raise _too_large(max_bytes)
    return bytes(body)


def _inflate(chunks: Iterable[bytes], max_bytes: int) -> Iterator[bytes]:
    """Undo gzip; each chunk gives at most one byte more than the limit, which ends the reading."""
    inflater = zlib.decompressobj(_GZIP)
    try:
        for chunk in chunks:
            yield inflater.decompress(chunk, max_bytes + 1)
    except zlib.error:
        raise Malformed("it is not the gzip that it says it is") from None
    if not inflater.eof:
        raise Unreachable("broke off or garbled its answer")


def _too_large(max_bytes: int) -> Malformed:
    size = f"{max_bytes // _MB} MB" if max_bytes >= _MB else f"{max_bytes} bytes"
    return Malformed(f"it is larger than {size}")
