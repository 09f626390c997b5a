"""Fields of the query string that read times, durations, prices and addresses as people write them.

Each gives a Given: what was meant, and the one way to write it, so that equal filters have equal addresses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Generic, TypeVar

from django import forms
from django.utils import timezone

from explorer.nosana.base58 import is_address
from explorer.text import shortened, visible

Value = TypeVar("Value")

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_SPAN = re.compile(r"(?:\d{1,9}[smhdw])+")
_PART = re.compile(r"(\d+)([smhdw])")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
#: A job's times are those of a blockchain of this century; a database holds more, and its arithmetic does not.
_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_LONGEST = 100 * 365 * 86400
#: Micro-NOS per second that fit into the column.
_DEAREST = Decimal(2**63 - 1) * 3600 / 10**6
#: The first digit of a price that is not zero stands no further behind the point.
_DIGITS = 40


@dataclass(frozen=True, slots=True)
class Given(Generic[Value]):
    """A value of a filter, and its canonical text."""

    value: Value
    text: str


def quoted(text: str) -> str:
    """Return a stranger's text for a sentence about it."""
    return f"“{shortened(visible(text), 60)}”"


def seconds_of(text: str) -> int | None:
    """Return the seconds of "90s", "1h 30m", "2d" or plain "90"; None for anything else."""
    compact = re.sub(r"\s+", "", text.lower())
    if re.fullmatch(r"\d{1,10}", compact, re.ASCII):
        compact += "s"
    if not _SPAN.fullmatch(compact) or not compact.isascii():
        return None
    seconds = sum(int(number) * _UNITS[unit] for number, unit in _PART.findall(compact))
    return seconds if seconds <= _LONGEST else None


def span_text(seconds: int) -> str:
    """Return seconds as seconds_of() reads them, in the fewest parts: "1h30m"."""
    parts = []
    for unit in "dhms":
        number, seconds = divmod(seconds, _UNITS[unit])
        parts += [f"{number}{unit}"] if number else []
    return "".join(parts) or "0s"


def is_day(text: str) -> bool:
    """Say whether a time is given as a date alone."""
    return _DATE.fullmatch(text) is not None


class MomentField(forms.CharField):
    """A time: a date, a date and time (UTC unless it says otherwise), or how long ago, such as 24h or 7d.

    A date as the end of a range means the end of that day; the time is always the first one beyond the range.
    """

    def __init__(self, *, is_end: bool = False, label: str) -> None:
        super().__init__(required=False, max_length=40, label=label)
        self.is_end = is_end

    def clean(self, value: Any) -> Given[datetime] | None:
        """Return the moment, or None for an empty value."""
        text = str(super().clean(value)).strip()
        return self._moment(text) if text else None

    def _moment(self, text: str) -> Given[datetime]:
        # "24h" is a span, but "2026" is no number of seconds: it is a year that misses its day.
        if (seconds := seconds_of(text)) is not None and not text.isdigit() and seconds <= _UNITS["d"] * 36500:
            at = timezone.now() - timedelta(seconds=seconds)
            return self._checked(Given(at, span_text(seconds)), text)
        is_whole = is_day(text)
        try:
            at = datetime.fromisoformat(text)
            at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
            at += timedelta(days=is_whole and self.is_end)  # the last day of all has none after it
        except (ValueError, OverflowError) as error:
            raise self._wrong(text) from error
        if is_whole:
            return self._checked(Given(at, text), text)
        at = at.replace(microsecond=0)
        whole = f"{at:%Y-%m-%dT%H:%M:%SZ}" if at.second else f"{at:%Y-%m-%dT%H:%MZ}"
        return self._checked(Given(at, whole), text)

    def _checked(self, found: Given[datetime], text: str) -> Given[datetime]:
        if not _EARLIEST <= found.value < _LATEST:
            raise self._wrong(text)
        return found

    def _wrong(self, text: str) -> forms.ValidationError:
        return forms.ValidationError(
            f"{quoted(text)} is not a time: write a date such as 2026-08-21, a time such as 2026-08-21T14:30Z, "
            "or how long ago, such as 24h or 7d."
        )


class SpanField(forms.CharField):
    """A duration such as 90s, 45m or 1h30m, in seconds."""

    def __init__(self, *, label: str) -> None:
        super().__init__(required=False, max_length=40, label=label)

    def clean(self, value: Any) -> Given[int] | None:
        """Return the seconds, or None for an empty value."""
        text = str(super().clean(value)).strip()
        if not text:
            return None
        if (seconds := seconds_of(text)) is None:
            raise forms.ValidationError(f"{quoted(text)} is not a duration: write it like 90s, 45m or 1h30m.")
        return Given(seconds, span_text(seconds))


class PriceField(forms.CharField):
    """A price in NOS per hour. Its value is the exact number of micro-NOS per second."""

    def __init__(self, *, label: str) -> None:
        super().__init__(required=False, max_length=40, label=label)

    def clean(self, value: Any) -> Given[Decimal] | None:
        """Return the price, or None for an empty value."""
        text = str(super().clean(value)).strip()
        if not text:
            return None
        try:
            price = Decimal(text)
        except InvalidOperation as error:
            raise self._wrong(text) from error
        # A page says a price in plain digits: 1e-999999 would be a megabyte of them, wherever the filter is named.
        if not price.is_finite() or not 0 <= price <= _DEAREST or (price and price.adjusted() < -_DIGITS):
            raise self._wrong(text)
        return Given(price * 10**6 / 3600, f"{price.normalize() + 0:f}")

    def _wrong(self, text: str) -> forms.ValidationError:
        return forms.ValidationError(f"{quoted(text)} is not a price: write NOS per hour, such as 0.36.")


class AddressField(forms.CharField):
    """An address on Solana."""

    def __init__(self, *, label: str) -> None:
        super().__init__(required=False, max_length=200, label=label)

    def clean(self, value: Any) -> str:
        """Return the address, "" for an empty value."""
        text = str(super().clean(value))
        if text and not is_address(text):
            kind = str(self.label).lower()
            raise forms.ValidationError(
                f"{quoted(text)} is not the address of a {kind}: those have 32 to 44 letters and digits."
            )
        return text


class ManyField(forms.Field):
    """A parameter that may come several times; its value are the texts that are not empty, each once."""

    widget = forms.MultipleHiddenInput
    most = 100

    def clean(self, value: Any) -> list[str]:
        """Return the texts. More than `most` of them are refused."""
        given: Iterable[Any] = value or ()
        texts = list(dict.fromkeys(text for text in (str(one).strip() for one in given) if text))
        if len(texts) > self.most or any(len(text) > 200 or "\0" in text for text in texts):
            raise forms.ValidationError(f"{self.label}: at most {self.most} of them, 200 characters each.")
        return texts
