"""The values that the query strings of the job pages may carry."""

from __future__ import annotations

from jobs.forms.filters import JobFilter, canonical_query, filter_of
from jobs.forms.log import LogFilter
from jobs.forms.news import NewsFilter

__all__ = ["JobFilter", "LogFilter", "NewsFilter", "canonical_query", "filter_of"]
