"""Jobs, their definitions, what their nodes reported, and the sums of it all by hour and day."""

from __future__ import annotations

from jobs.models.content import Definition, Result
from jobs.models.job import Job, JobQuerySet
from jobs.models.rollup import JobRollup

__all__ = ["Definition", "Job", "JobQuerySet", "JobRollup", "Result"]
