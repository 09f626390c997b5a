"""Curators' decisions about what markets require: entries, decisions, revisions, permission, revert, files.

`decisions.decide` is the one way in; `states` says what holds, `history` what was, `exchange` brings files in,
`writing` writes them.
"""

from __future__ import annotations

from markets.curation.decisions import Outcome, Wish, decide, decide_many, outcomes_of
from markets.curation.entries import Entry, image_entry, resource_entry
from markets.curation.errors import Conflict, CurationError, InvalidEntry, InvalidWish
from markets.curation.history import Comparison, RevertPlan, compare, history, plan_revert, revert
from markets.curation.permissions import curated_by, may_curate, may_curate_all
from markets.curation.revisions import latest
from markets.curation.states import Standing, State, states_of

__all__ = [
    "Comparison",
    "Conflict",
    "CurationError",
    "Entry",
    "InvalidEntry",
    "InvalidWish",
    "Outcome",
    "RevertPlan",
    "Standing",
    "State",
    "Wish",
    "compare",
    "curated_by",
    "decide",
    "decide_many",
    "history",
    "image_entry",
    "latest",
    "may_curate",
    "may_curate_all",
    "outcomes_of",
    "plan_revert",
    "resource_entry",
    "revert",
    "states_of",
]
