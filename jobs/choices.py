"""The job's words, with the icon and the CSS class that show them."""

from __future__ import annotations

from django.db import models


class JobState(models.IntegerChoices):
    """The state as the network numbers it (the program on chain calls 2 Done)."""

    QUEUED = 0, "Queued"
    RUNNING = 1, "Running"
    COMPLETED = 2, "Completed"
    STOPPED = 3, "Stopped"


class Outcome(models.TextChoices):
    """How a finished job went, judged by its ops."""

    SUCCESS = "success", "Success"
    FAILED = "failed", "An op failed"


#: What a list can be asked for besides: jobs withdrawn from a queue before they ran, and finished jobs whose ops
#: nobody has reported.
WITHDRAWN, UNKNOWN = "withdrawn", "unknown"

#: The filters of the list: value and word.
STATES = [*((state.name.lower(), str(state.label)) for state in JobState), (WITHDRAWN, "Withdrawn")]
OUTCOMES = [*((outcome.value, str(outcome.label)) for outcome in Outcome), (UNKNOWN, "Not known")]

#: How the times of a log's lines can be shown: value and words.
LOG_TIMES = [("", "Clock, UTC"), ("ms", "Milliseconds"), ("since", "Since the start"), ("off", "No times")]
