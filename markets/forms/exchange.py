"""A file of decisions that is brought in: looked at first, then saved."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django import forms

from markets.forms.bulk import number
from markets.forms.curation import SAY_WHY

#: The largest file, in bytes and characters; the admin's request may carry twice that.
MAX_FILE: Final = 1_000_000
_TOO_LONG: Final = f"A file has at most {MAX_FILE:,} bytes."


class ImportForm(forms.Form):
    """A file, or its text, and why it is brought in."""

    file = forms.FileField(required=False, allow_empty_file=True)
    text = forms.CharField(required=False, strip=False, max_length=MAX_FILE, error_messages={"max_length": _TOO_LONG})
    reason = forms.CharField(required=False, max_length=1000)

    def clean(self) -> None:
        """Read the file into `text`; something must be there, and a reason where it is to be saved."""
        super().clean()
        if (file := self.cleaned_data.get("file")) is not None:
            if file.size > MAX_FILE:
                raise forms.ValidationError(_TOO_LONG)
            self._read(file.read())
        if not self.errors and not self.cleaned_data.get("text", "").strip():
            raise forms.ValidationError("Choose a file or paste its text.")
        if self.data.get("step") == "apply" and not self.cleaned_data.get("reason"):
            self.add_error("reason", SAY_WHY)

    def _read(self, data: bytes) -> None:
        try:
            self.cleaned_data["text"] = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data[: error.start].count(b"\n") + 1
            raise forms.ValidationError(f"Line {line}: the file is not UTF-8; save it as CSV UTF-8 or JSON.") from None

    def seen(self, markets: Iterable[str]) -> dict[str, int]:
        """Return the newest revision of each market that the preview showed; 0 where it says nothing usable."""
        return {market: number(self.data.get(f"seen-{market}", "")) for market in markets}
