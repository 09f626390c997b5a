"""Which jobs are paid for; what they then cost is for explorer/money.py. The same rule in SQL: jobs/rollups/statements.

A node that gives a job up (`quit`, after which the job is Stopped) is paid nothing, and the project can take its whole
deposit back (`recover`); `finish` and `end` pay, and leave it Completed (nosana-programs, jobs).
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from jobs.choices import JobState


class Booked(Protocol):
    """A job's state as the network books it: a Job, or a row of a list."""

    @property
    def state(self) -> int: ...
    @property
    def delisted_at(self) -> datetime | None: ...


def is_unpaid(job: Booked) -> bool:
    """Whether nothing is paid for a job that is over, however long it ran."""
    return job.state == JobState.STOPPED or job.delisted_at is not None
