"""The list of jobs: what a filter asks for, a page of it, how many there are, and what came since.

form = jobs.forms.filter_of(request.GET); form.is_valid()
matching(form.wanted).order_by(*order_of(form.wanted))
"""

from __future__ import annotations

from jobs.selectors.listing.active import Chip, chips
from jobs.selectors.listing.boxes import TooSlow, time_box
from jobs.selectors.listing.counts import at_once, known, total
from jobs.selectors.listing.figures import Row, Seen, markets, rows
from jobs.selectors.listing.filtering import matching, order_of
from jobs.selectors.listing.polling import News, news, watch
from jobs.selectors.listing.reading import EMBEDDED, page_of
from jobs.selectors.listing.values import Choice, Facet, facets, facets_of_all, left_out, offered

__all__ = [
    "EMBEDDED",
    "Chip",
    "Choice",
    "Facet",
    "News",
    "Row",
    "Seen",
    "TooSlow",
    "at_once",
    "chips",
    "facets",
    "facets_of_all",
    "known",
    "left_out",
    "markets",
    "matching",
    "news",
    "offered",
    "order_of",
    "page_of",
    "rows",
    "time_box",
    "total",
    "watch",
]
