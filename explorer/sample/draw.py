"""Seeded draws: the same parts always give the same random numbers, addresses and hashes.

Nothing in the sample network draws from a shared generator. Each thing draws from its own name, so that a restart,
or another order of requests, changes nothing.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterable
from typing import Any

from explorer.nosana import base58, ipfs

JsonObject = dict[str, Any]


def rng(*parts: object) -> random.Random:
    """Return a generator that depends on the parts alone."""
    return random.Random(name(parts))


def name(parts: Iterable[object]) -> str:
    """Return the parts as one text."""
    return ":".join(map(str, parts))


def digest(*parts: object) -> bytes:
    """Return 32 bytes that depend on the parts alone."""
    return hashlib.sha256(name(parts).encode("utf-8", "surrogatepass")).digest()


def address(*parts: object) -> str:
    """Return a Solana address that depends on the parts alone; nobody holds its key."""
    return base58.encode(digest(*parts))


def signature(*parts: object) -> str:
    """Return a transaction signature (64 bytes in base58) that depends on the parts alone."""
    return base58.encode(hashlib.sha512(name(parts).encode()).digest())


def cid(content: bytes) -> str:
    """Return the CIDv0 whose hash is the SHA-256 of `content`."""
    return ipfs.cid_of(hashlib.sha256(content).digest())


def dumps(value: object) -> str:
    """Return compact JSON."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
