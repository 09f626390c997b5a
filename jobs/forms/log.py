"""The window of a log."""

from __future__ import annotations

from django import forms


class LogFilter(forms.Form):
    """The window of a log: the number of its first line, or of the line after its last, one op, one stream."""

    log = forms.IntegerField(required=False, min_value=1, max_value=10**6)
    before = forms.IntegerField(required=False, min_value=1, max_value=10**6)
    op = forms.CharField(required=False, max_length=1000, strip=False)
    stream = forms.CharField(required=False, max_length=200, strip=False)
