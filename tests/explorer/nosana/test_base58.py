"""base58 and IPFS names."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.nosana import base58, ipfs
from tests.explorer.nosana.known import CID, JOB, NO_CID

DIGEST = "6f0c3510aad26f365f225f9026b1ada7a85b81304a07f4cd0977b4369fb38605"


@pytest.mark.parametrize(("data", "text"), [(b"", ""), (b"\0\0", "11"), (b"\0\x39", "1z"), (b"hello", "Cn8eVZg")])
def test_encode_and_decode_known_bytes(data: bytes, text: str) -> None:
    assert base58.encode(data) == text
    assert base58.decode(text) == data


@given(st.binary(max_size=64))
@settings(max_examples=50)
def test_decode_undoes_encode(data: bytes) -> None:
    assert base58.decode(base58.encode(data)) == data


@pytest.mark.parametrize("text", ["0", "O", "I", "l", "é", " ", "1" * 129])
def test_decode_refuses_what_is_not_base58(text: str) -> None:
    with pytest.raises(ValueError, match="base58"):
        base58.decode(text)


@pytest.mark.parametrize("text", [JOB, base58.NOBODY, "nosJhNRqr2bc9g1nfGDcXXTXvYUmxD4cVwy2pMWhrYM"])
def test_is_address_of_32_bytes(text: str) -> None:
    assert base58.is_address(text)


@pytest.mark.parametrize(
    "text", ["", "abc", "1" * 31, "1" * 33, "1" * 44, "2" * 32, "z" * 44, CID, JOB[:-1] + "0", JOB + "\n"]
)
def test_is_address_of_anything_else(text: str) -> None:
    assert not base58.is_address(text)


def test_cid_of_and_back() -> None:
    assert ipfs.cid_of(bytes.fromhex(DIGEST)) == CID
    assert ipfs.digest_of(CID).hex() == DIGEST
    assert ipfs.cid_of(bytes(32)) == ipfs.NO_RESULT == NO_CID


@pytest.mark.parametrize("text", ["", "Qm", JOB, CID[:-1], CID + "a", "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3o"])
def test_is_cid_of_anything_else(text: str) -> None:
    assert ipfs.is_cid(CID)
    assert not ipfs.is_cid(text)


@pytest.mark.parametrize("size", [0, 31, 33])
def test_cid_of_wrong_length(size: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        ipfs.cid_of(bytes(size))
