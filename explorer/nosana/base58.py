"""Base58 as Bitcoin, Solana and IPFS write it: bytes as text without 0, O, I and l."""

from __future__ import annotations

from typing import Final

ALPHABET: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
#: The longest text decoded: decoding costs the square of the length, and nothing on the network is longer.
MAX_TEXT: Final = 128
#: The system program's address, 32 zero bytes: the network writes it for "nobody" and "anybody".
NOBODY: Final = "1" * 32
_VALUES: Final = {letter: value for value, letter in enumerate(ALPHABET)}


def encode(data: bytes) -> str:
    """Return the text of `data`; each leading zero byte becomes a leading "1"."""
    number = int.from_bytes(data, "big")
    letters = []
    while number:
        number, rest = divmod(number, 58)
        letters.append(ALPHABET[rest])
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "1" * zeros + "".join(reversed(letters))


def decode(text: str) -> bytes:
    """Return the bytes of `text`, or raise ValueError: a letter outside the alphabet, or over MAX_TEXT letters."""
    if len(text) > MAX_TEXT:
        raise ValueError("too long for base58 on this network")
    number = 0
    for letter in text:
        if letter not in _VALUES:
            raise ValueError("not base58")
        number = number * 58 + _VALUES[letter]
    zeros = len(text) - len(text.lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def is_address(text: str) -> bool:
    """Say whether `text` is the address of a Solana account: base58 of exactly 32 bytes."""
    if not 32 <= len(text) <= 44:
        return False
    try:
        return len(decode(text)) == 32
    except ValueError:
        return False
