"""The log panel of a job: a window of its log, or why there is none and what can be done."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

from django.utils import timezone

from jobs import logs
from jobs.choices import LOG_TIMES, JobState
from jobs.models import Job, Result
from jobs.selectors.log.lines import Looks, ShownLine
from jobs.selectors.log.window import Window, window

#: How far back the last words of a failed op are looked for.
LAST_WORDS = 10
#: A fetch that is due within this time is under way: a worker that took it has put it off by a little less.
SOON = timedelta(minutes=6)


@dataclass(frozen=True, slots=True)
class LogPanel:
    """The log's window; or without it why it is not here, what went wrong, and what can be done."""

    window: Window | None = None
    last_words: ShownLine | None = None  # of the op that failed
    why: str = ""
    error: str = ""
    is_coming: bool = False
    can_fetch: bool = False
    can_follow: bool = False
    follows: bool = False  # the page was asked to
    times: ClassVar[Sequence[tuple[str, str]]] = LOG_TIMES


def log_of(job: Job) -> bytes | None:
    """Return a job's packed log; None where it is not kept here, or in an earlier form. One query."""
    packed = Result.objects.filter(pk=job.address).values_list("log", flat=True).first()
    return bytes(packed) if packed and logs.is_readable(packed) else None


def tag_of(packed: bytes) -> str:
    """Return what tells one log from another."""
    return hashlib.sha256(packed).hexdigest()[:32]


def log_panel(job: Job, result: Result | None, wanted: Mapping[str, Any], failed_op: str = "") -> LogPanel:
    """Return the log panel for a window (see `forms.LogFilter`); one query where the log is here."""
    packed = log_of(job) if result and result.log_lines is not None else None
    if packed is None:
        return _absent(job, result, follows=bool(wanted.get("follow")))
    if not logs.summary(packed).lines:
        no_ops = bool(result and result.body and not result.body["ops"])
        return LogPanel(why="The result names no op, so there is no log." if no_ops else "The ops printed nothing.")
    return LogPanel(window(packed, wanted), _last_words(packed, failed_op) if failed_op else None)


def _absent(job: Job, result: Result | None, *, follows: bool) -> LogPanel:
    if job.delisted_at:
        return LogPanel(why="The job was withdrawn before it ran.")
    if job.state < JobState.COMPLETED:
        why = "The node publishes the log together with the result, when the job has finished."
        can_follow = job.state == JobState.RUNNING and bool(job.node)
        return LogPanel(why=why, can_follow=can_follow, follows=follows and can_follow)
    if not job.ipfs_result:
        return LogPanel(why="The node published no result, so there is no log.")
    if result and result.due_at and result.due_at <= timezone.now() + SOON and not result.fetch_error:
        return LogPanel(why="The result is being fetched from IPFS.", is_coming=True)
    if result and result.fetch_error:
        return LogPanel(why="The result could not be fetched from IPFS.", error=result.fetch_error, can_fetch=True)
    return LogPanel(why="The log is on IPFS and was not kept here.", can_fetch=True)


def _last_words(packed: bytes, op: str) -> ShownLine | None:
    """Return the last line that says something of an op's errors, else of its output."""
    end = logs.summary(packed).lines + 1
    for stream in ("stderr", "stdout"):
        lines = logs.window_before(packed, end, LAST_WORDS, op=op, stream=stream)
        # A line that begins with "+ " is a shell telling what it does next.
        said = (line for line in reversed(lines) if not line.text.startswith("+ ") and line.text.strip())
        if found := next(said, None):
            return Looks().line(found)
    return None
