"""What the readiness page is asked: for which job or text, for how long, which markets to show and to compare."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from django import forms

from explorer.nosana.base58 import is_address
from explorer.text import shortened, visible

#: Seconds: where nothing is said, and the longest a job may be posted for (the network's dashboard).
USUAL: Final = 3600
LONGEST: Final = 360_000
#: Markets side by side; more do not fit a screen.
COMPARED: Final = 6
UNITS: Final = {"minutes": 60, "hours": 3600}


def written(seconds: int) -> tuple[str, str]:
    """Return a timeout as the form holds it: a number, and "hours" where those are whole or halves, else "minutes"."""
    unit = "hours" if seconds % 1800 == 0 else "minutes"
    return f"{seconds / UNITS[unit]:.3f}".rstrip("0").rstrip("."), unit


class ReadinessForm(forms.Form):
    """A form for GET with a job's address, and for POST with a definition's text. Empty values leave nothing out."""

    job = forms.CharField(required=False, max_length=200)
    text = forms.CharField(required=False, strip=False)  # its length is the reader's business, which says so
    timeout = forms.DecimalField(
        required=False,
        min_value=0,
        max_digits=9,
        decimal_places=3,
        error_messages={"invalid": "The timeout is a number of minutes or hours."},
    )
    unit = forms.ChoiceField(
        required=False,
        choices=[(name, name) for name in UNITS],
        error_messages={"invalid_choice": "The timeout is in minutes or hours, not in “%(value)s”."},
    )
    gpu = forms.CharField(required=False, max_length=200)
    market = forms.CharField(required=False, max_length=200)
    compare = forms.CharField(required=False, max_length=2000)

    def clean_job(self) -> str:
        """Return the address of a job, or nothing."""
        return _address(self.cleaned_data["job"], "job")

    def clean_market(self) -> str:
        """Return the address of the one market that is asked about, or nothing."""
        return _address(self.cleaned_data["market"], "market")

    def clean_compare(self) -> list[str]:
        """Return the addresses of the markets to compare, each once, in the order they were given."""
        given = self.data.getlist("compare") if hasattr(self.data, "getlist") else [self.cleaned_data["compare"]]
        parts = [part.strip() for text in given for part in text.split(",")]
        found = list(dict.fromkeys(part for part in parts if part))
        if strange := next((part for part in found if not is_address(part)), None):
            _address(strange, "market")
        if len(found) > COMPARED:
            raise forms.ValidationError(f"Up to {COMPARED} markets are compared side by side, not {len(found)}.")
        return found

    def clean(self) -> dict[str, Any]:
        """Return the values with `seconds`: the timeout, None where it is not said."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        number: Decimal | None = cleaned.get("timeout")
        cleaned["seconds"] = None
        if number is not None:
            seconds = int(number * UNITS[cleaned.get("unit") or "minutes"])
            if not 1 <= seconds <= LONGEST:
                self.add_error("timeout", f"A job may run from one second to {LONGEST // 3600} hours.")
            cleaned["seconds"] = seconds
        return cleaned

    @property
    def sentences(self) -> list[str]:
        """What is wrong with the values, a sentence each."""
        return [str(error) for errors in self.errors.values() for error in errors]


def _address(text: str, kind: str) -> str:
    if text and not is_address(text):
        raise forms.ValidationError(
            f"“{shortened(visible(text), 60)}” is not the address of a {kind}: those have 32 to 44 letters and digits."
        )
    return text
