"""IPFS names on the network: the chain stores 32 bytes of a hash, everything else writes them as a CIDv0."""

from __future__ import annotations

from typing import Final

from explorer.nosana import base58

#: A SHA-256 multihash: the function's code, and the length of what follows.
_PREFIX: Final = bytes([0x12, 0x20])
#: The CID of 32 zero bytes, which is how the chain says "no result".
NO_RESULT: Final = "QmNLei78zWmzUdbeRB3CiUfAizWUrbeeZh5K1rhAQKCh51"


def cid_of(digest: bytes) -> str:
    """Return the CIDv0 of a 32-byte hash; ValueError for another length."""
    if len(digest) != 32:
        raise ValueError("an IPFS hash on the chain has 32 bytes")
    return base58.encode(_PREFIX + digest)


def digest_of(cid: str) -> bytes:
    """Return the 32-byte hash of a CIDv0, or raise ValueError."""
    data = base58.decode(cid)
    if len(data) != 34 or not data.startswith(_PREFIX):
        raise ValueError("not a CIDv0")
    return data[2:]


def is_cid(text: str) -> bool:
    """Say whether `text` is a CIDv0: "Qm" and 44 more letters."""
    try:
        return bool(digest_of(text))
    except ValueError:
        return False
