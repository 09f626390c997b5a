"""What the comparison of jobs is asked."""

from __future__ import annotations

import re
from typing import Final

from django import forms
from django.http import QueryDict

from explorer.nosana.base58 import is_address
from jobs.forms.values import quoted

#: Jobs side by side; more have no room.
MOST: Final = 4
#: Whatever stands before an address in a link to a job's page.
_LINK: Final = re.compile(r"https?://\S*/(?=[1-9A-HJ-NP-Za-km-z]{32,44}(?:[/?#]|$))")


class JobsField(forms.CharField):
    """Addresses of jobs with commas or spaces between them, or links to their pages."""

    def clean(self, value: object) -> list[str]:
        """Return the addresses in their order."""
        words = re.split(r"[\s,]+", str(super().clean(value)))
        found = [re.split(r"[/?#]", _LINK.sub("", word))[0] for word in words if word]
        for address in found:
            if not is_address(address):
                raise forms.ValidationError(f"{quoted(address)} is not the address of a job.")
        return found


class CompareForm(forms.Form):
    """Up to four jobs; `add` names one more, `all` shows what is the same too."""

    jobs = JobsField(required=False, max_length=1000, label="Jobs")
    add = JobsField(required=False, max_length=400, label="Address of a job")
    all = forms.BooleanField(required=False)

    def __init__(self, params: QueryDict) -> None:
        """Take the query string; `jobs` may stand in it several times."""
        values = {"jobs": ",".join(params.getlist("jobs")), "add": params.get("add", ""), "all": params.get("all", "")}
        super().__init__(values)
        self.is_canonical = len(params.getlist("jobs")) < 2 and "add" not in params

    def clean(self) -> dict[str, object]:
        """Bring all addresses together; more than four are too many."""
        cleaned = self.cleaned_data
        wanted = list(dict.fromkeys([*cleaned.get("jobs", []), *cleaned.get("add", [])]))
        if len(wanted) > MOST:
            raise forms.ValidationError(f"At most {MOST} jobs stand side by side; these are {len(wanted)}.")
        return {**cleaned, "wanted": wanted}

    @property
    def query(self) -> str:
        """The one query string for these jobs, "?…"."""
        jobs = ",".join(self.cleaned_data["wanted"])
        return f"?jobs={jobs}&all=1" if self.cleaned_data["all"] else f"?jobs={jobs}"

    @property
    def sentences(self) -> list[str]:
        """What is wrong, in sentences."""
        return [str(error) for errors in self.errors.values() for error in errors]
