"""Readers of single fields, shared by the parsers: strict where a fact is needed, lenient where it is extra.

`needed_*` and `optional_*` take the row and the field's name and raise Malformed with a clause that names the field;
`optional_*` give None where the field is missing or null. The others take a value and give None when it is unusable.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final, Protocol, TypeVar

from explorer.nosana import base58, ipfs
from explorer.nosana.errors import Malformed
from explorer.nosana.payloads import JsonObject, JsonValue, Listing, Skipped
from explorer.nosana.strict_json import clean_text

#: Labels (names, slugs, triggers, statuses, op ids) are cut to this many characters, the last one "…".
LABEL: Final = 200
#: Messages of errors are cut to this many.
MESSAGE: Final = 10_000
MAX_WHOLE: Final = 2**63 - 1
#: The last second of the year 9999, after which there are no dates.
MAX_SECONDS: Final = 253_402_300_799
_MAX_RATE: Final = Decimal(10) ** 12
_NUMBER: Final = re.compile(r"\s*[+-]?\d{1,40}(\.\d{1,40})?([eE][+-]?\d{1,2})?\s*", re.ASCII)


class Identified(Protocol):
    """A row that an address identifies."""

    @property
    def address(self) -> str:
        """The address, base58."""


Row = TypeVar("Row", bound=Identified)


def sentence(problem: Malformed) -> str:
    """Return a reader's clause as a sentence."""
    clause = str(problem)
    return f"{clause[:1].upper()}{clause[1:]}."


def mapping(value: JsonValue) -> JsonObject:
    """Return an object, or raise Malformed."""
    if not isinstance(value, dict):
        raise Malformed(f"it is {kind(value)}, not an object")
    return value


def sequence(value: JsonValue) -> list[JsonValue]:
    """Return a list, or raise Malformed."""
    if not isinstance(value, list):
        raise Malformed(f"it is {kind(value)}, not a list")
    return value


def kind(value: JsonValue) -> str:
    """Return the JSON type of a value in words."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, (int, float)):
        return "a number"
    return "text" if isinstance(value, str) else "a list" if isinstance(value, list) else "an object"


def collect(
    items: Iterable[JsonValue],
    parse: Callable[[JsonObject], Row],
    *,
    key: str = "address",
    total: int | None = None,
) -> Listing[Row]:
    """Parse each row by itself: one that raises Malformed, or comes twice, is skipped with its reason.

    `key` is the field that says who a skipped row was.
    """
    rows: dict[str, Row] = {}
    skipped: list[Skipped] = []
    for position, item in enumerate(items, start=1):
        named = item.get(key) if isinstance(item, dict) else None
        identifier = label(named) if isinstance(named, str) else f"row {position}"
        try:
            row = parse(mapping(item))
        except Malformed as problem:
            skipped.append(Skipped(identifier or "", sentence(problem)))
            continue
        if row.address in rows:
            skipped.append(Skipped(row.address, "It comes twice in one answer."))
        else:
            rows[row.address] = row
    return Listing(tuple(rows.values()), tuple(skipped), total)


def label(value: JsonValue, limit: int = LABEL) -> str | None:
    """Return short text, cleaned and cut; a number is taken as its text."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = str(value) if number(value) is not None else None
    if not isinstance(value, str):
        return None
    return clean_text(value if len(value) <= limit else value[: limit - 1] + "…")


def labels(value: JsonValue, limit: int = LABEL) -> tuple[str, ...]:
    """Return the texts of a list; one text counts as a list of one, anything else in it is left out."""
    items = value if isinstance(value, list) else [value]
    return tuple(text for item in items if isinstance(item, str) and (text := label(item, limit)))


def number(value: JsonValue) -> Decimal | None:
    """Return a number, or the number that a text says; infinities, NaN and numbers of absurd size are None."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, int):
        return Decimal(value) if value.bit_length() <= 128 else None
    text = repr(value) if isinstance(value, float) else value
    return Decimal(text.strip()) if len(text) <= 100 and _NUMBER.fullmatch(text) else None


def rate(value: JsonValue) -> Decimal | None:
    """Return an amount of money or a share of it: zero or more, and not absurd."""
    amount = number(value)
    return amount if amount is not None and 0 <= amount < _MAX_RATE else None


def whole(value: JsonValue) -> int | None:
    """Return a number rounded to a whole one that fits 64 bits and is not negative."""
    amount = number(value)
    return round(amount) if amount is not None and 0 <= amount <= MAX_WHOLE else None


def small(value: JsonValue) -> int | None:
    """Return a size rounded to a whole number that fits 32 bits, such as a machine's memory in MB."""
    amount = whole(value)
    return amount if amount is not None and amount < 2**31 else None


def measure(value: JsonValue, factor: float = 1) -> float | None:
    """Return a measurement that is zero or more and not absurd, times `factor`."""
    amount = rate(value)
    return None if amount is None else float(amount) * factor


def exit_code(value: JsonValue) -> int | None:
    """Return a program's exit code, which may be negative; None for what cannot be one."""
    amount = number(value)
    return int(amount) if amount is not None and abs(amount) < 2**31 else None


def needed_whole(row: JsonObject, name: str) -> int:
    """Return a whole number from 0 that fits 64 bits."""
    found = optional_whole(row, name)
    if found is None:
        raise Malformed(f"its {name} is missing")
    return found


def optional_whole(row: JsonObject, name: str) -> int | None:
    """Return a whole number from 0 that fits 64 bits."""
    value = row.get(name)
    if value is None:
        return None
    amount = number(value)
    if amount is None or amount != amount.to_integral_value():
        raise Malformed(f"its {name} is not a whole number")
    if not 0 <= amount <= MAX_WHOLE:
        raise Malformed(f"its {name} is out of range")
    return int(amount)


def optional_moment(row: JsonObject, name: str) -> datetime | None:
    """Return the time of a number of seconds since 1970; 0 is the network's "not yet"."""
    seconds = optional_whole(row, name)
    if seconds is not None and seconds > MAX_SECONDS:
        raise Malformed(f"its {name} is out of range")
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def milliseconds(value: JsonValue) -> datetime | None:
    """Return the time of a number of milliseconds since 1970; 0 is "not yet"."""
    count = whole(value)
    return datetime.fromtimestamp(count / 1000, UTC) if count and count // 1000 <= MAX_SECONDS else None


def iso(value: JsonValue) -> datetime | None:
    """Return the time that an ISO 8601 text says, with nanoseconds cut to microseconds; UTC where it names no zone."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def address(value: JsonValue) -> str | None:
    """Return an address; "nobody" is None."""
    return value if isinstance(value, str) and value != base58.NOBODY and base58.is_address(value) else None


def needed_address(row: JsonObject, name: str) -> str:
    """Return an address."""
    if row.get(name) is None:
        raise Malformed(f"its {name} is missing")
    return _checked_address(row[name], name)


def optional_address(row: JsonObject, name: str) -> str | None:
    """Return an address; "nobody" and empty text are None too."""
    value = row.get(name)
    return None if value in (None, "", base58.NOBODY) else _checked_address(value, name)


def cid(value: JsonValue) -> str | None:
    """Return a CIDv0; the one of 32 zero bytes is None."""
    return value if isinstance(value, str) and value != ipfs.NO_RESULT and ipfs.is_cid(value) else None


def _checked_address(value: JsonValue, name: str) -> str:
    if not isinstance(value, str) or not base58.is_address(value):
        raise Malformed(f"its {name} is not a Solana address")
    return value
