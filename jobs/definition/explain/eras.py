"""When nodes began to do what: a job is explained by the rules of its day, where a rule changed.

The dates are those of the node's own code (nosana-cli); nodes update by themselves within days, so that a job of the
same week may have met either rule.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final


def _day(year: int, month: int, day: int) -> float:
    return datetime(year, month, day, tzinfo=UTC).timestamp()


#: A port in `expose` gets an address at all.
EXPOSE: Final = _day(2024, 5, 29)
#: `cmd` is a list of arguments, or a script for /bin/sh; before, both were split as a shell would (CLI c75d7a8).
CMD_AS_GIVEN: Final = _day(2024, 8, 8)
#: The address of a service is the job's own; before, that of the run.
JOB_ADDRESS_URLS: Final = _day(2024, 9, 2)
#: The address of a service is a hash of op, port and job.
HASHED_URLS: Final = _day(2025, 2, 17)
#: Groups, dependencies and literals.
TASKS: Final = _day(2025, 8, 7)
#: Names by which other ops reach this one.
ALIASES: Final = _day(2025, 8, 30)
#: Texts that spell a JSON list or object are parsed, wherever they stand in an op's arguments (CLI 0229f52).
JSON_TEXTS: Final = _day(2025, 9, 8)
#: `restart_policy`.
RESTARTS: Final = _day(2025, 12, 21)
#: Podman containers get shared memory of 4 GiB and a network tunnel.
TUNNEL: Final = _day(2026, 2, 1)


def has(at: float | None, rule: float) -> bool:
    """Say whether a rule held at a moment, in seconds since 1970; None is now."""
    return at is None or at >= rule
