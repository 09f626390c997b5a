"""Why jobs failed, summed up: the reasons that a node's results give, the commonest first."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils import timezone

from explorer.text import shortened
from jobs.choices import Outcome
from jobs.exits import exit_meaning
from jobs.models import Job
from jobs.results import FAILED, ops_of, verdict

#: How far back a page looks, how many failed jobs it reads at most, and how many reasons it shows.
LATELY: Final = timedelta(days=90)
MOST: Final = 200
SHOWN: Final = 12
NO_RESULT: Final = "no result was fetched"
NOT_TOLD: Final = "the result does not say"
#: What differs from job to job in a message: addresses, hashes, numbers.
_OWN: Final = re.compile(r"\b(?:[1-9A-HJ-NP-Za-km-z]{32,}|[0-9a-f]{12,}|\d+)\b")
#: Longer messages are told apart by their beginning.
_LENGTH: Final = 120


@dataclass(frozen=True, slots=True)
class FailureReason:
    """A reason with how many jobs gave it: the newest of them, when it ended, and its image."""

    text: str
    jobs: int
    job: str
    at: datetime | None
    image: str


@dataclass(frozen=True, slots=True)
class Failures:
    """The reasons of the failed jobs that were read, and how many those are. `is_cut` where there are more."""

    reasons: Sequence[FailureReason]
    jobs: int
    is_cut: bool
    others: int  # jobs whose reasons are not shown


def failures_of(node: str) -> Failures:
    """Return why the jobs of a node failed that were listed in the last days; one query of MOST + 1 rows."""
    failed = Job.objects.present().filter(node=node, phase=2, outcome=Outcome.FAILED)
    lately = failed.filter(order_at__gte=timezone.now() - LATELY).order_by("-order_at", "-address")
    rows = list(lately.values_list("address", "ended_at", "image", "result__body")[: MOST + 1])
    grouped: dict[str, list[tuple[str, datetime | None, str]]] = {}
    for address, ended_at, image, body in rows[:MOST]:
        grouped.setdefault(reason_of(body), []).append((address, ended_at, image))
    reasons = [FailureReason(text, len(jobs), *jobs[0]) for text, jobs in grouped.items()]
    reasons.sort(key=lambda reason: (-reason.jobs, reason.text))
    others = sum(reason.jobs for reason in reasons[SHOWN:])
    return Failures(reasons[:SHOWN], min(len(rows), MOST), len(rows) > MOST, others)


def reason_of(body: Mapping[str, Any] | None) -> str:
    """Return why a job failed by the stored form of its result, so that equal reasons of different jobs are equal."""
    if not body:
        return NO_RESULT
    failed = next((op for op in ops_of(body) if verdict(op) == FAILED), None)
    if failed is not None and failed.exit_code is not None and not failed.errors:
        meaning = exit_meaning(failed)
        return f"exit {failed.exit_code}" + (f": {meaning}" if meaning else "")
    said = (*(failed.errors if failed else ()), *body["errors"])
    if said:
        return _plain(said[0])
    return f"an op ended as “{shortened(failed.status, 40)}”" if failed and failed.status else NOT_TOLD


def _plain(message: str) -> str:
    """Return the first line of a message without what is of one job alone."""
    line = message.strip().partition("\n")[0][: 4 * _LENGTH]
    return shortened(_OWN.sub("…", line), _LENGTH) or NOT_TOLD
