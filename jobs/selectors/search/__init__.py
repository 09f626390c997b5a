"""The search: what an address, a part of one, a CID, a name, a word of a definition or a pasted link leads to."""

from __future__ import annotations

from jobs.selectors.search.finding import FEW, Found, Group, Hit, search
from jobs.selectors.search.reading import Query, read

__all__ = ["FEW", "Found", "Group", "Hit", "Query", "read", "search"]
