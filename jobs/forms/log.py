"""The window of a log."""

from __future__ import annotations

from django import forms

from explorer.text import visible
from jobs.choices import LOG_TIMES
from jobs.forms.shared import shares_fields

#: A longer text or pattern is not looked for.
LONGEST = 300


@shares_fields
class LogFilter(forms.Form):
    """The window of a log: where it begins or ends, what is in it, what is looked for, and how it looks."""

    log = forms.IntegerField(required=False, min_value=1, max_value=10**6)  # the number of its first line
    before = forms.IntegerField(required=False, min_value=1, max_value=10**6)  # of the line after its last
    hit = forms.IntegerField(required=False, min_value=1, max_value=10**6)  # of the line that a search leads to
    op = forms.CharField(required=False, max_length=1000, strip=False)
    stream = forms.CharField(required=False, max_length=200, strip=False)
    q = forms.CharField(required=False, max_length=LONGEST, strip=False)
    regex = forms.BooleanField(required=False)
    case = forms.BooleanField(required=False)
    only = forms.BooleanField(required=False)  # the lines that were hit, and no others
    nowrap = forms.BooleanField(required=False)
    time = forms.ChoiceField(required=False, choices=LOG_TIMES)
    follow = forms.BooleanField(required=False)

    def clean_q(self) -> str:
        """Return what to look for with its invisible characters shown, because so are the log's."""
        return visible(self.cleaned_data["q"])
