"""Jobs, their definitions, what their nodes reported, the sums of it all, and definitions that people are building."""

from __future__ import annotations

from jobs.models.content import Definition, Result
from jobs.models.draft import Draft, DraftVersion, SharedDraft
from jobs.models.job import Job, JobQuerySet
from jobs.models.kind import JobKind
from jobs.models.rollup import JobRollup
from jobs.models.template import SavedTemplate

__all__ = [
    "Definition",
    "Draft",
    "DraftVersion",
    "Job",
    "JobKind",
    "JobQuerySet",
    "JobRollup",
    "Result",
    "SavedTemplate",
    "SharedDraft",
]
