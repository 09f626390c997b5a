"""The last lines of an op's log, where the reason of a failure stands."""

from __future__ import annotations

from typing import Final

from jobs import logs
from jobs.logs.ansi import plain
from jobs.models import Job
from jobs.reasons import Saying
from jobs.selectors.log import log_of

#: How far back a reason is looked for; a traceback is some thirty lines.
LINES: Final = 120
#: Characters of a line that are looked at.
LONGEST: Final = 1000


def tail_of(job: Job, op: str) -> tuple[Saying, ...]:
    """Return the last lines of an op, without their escape sequences; () where the log is not here. One query."""
    packed = log_of(job)
    if packed is None or not logs.is_readable(packed):
        return ()
    lines = logs.window_before(packed, logs.summary(packed).lines + 1, LINES, op=op)
    return tuple(Saying(line.number, line.stream, plain(line.text[:LONGEST])) for line in lines)
