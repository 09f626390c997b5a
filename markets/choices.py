"""The market's and node's words."""

from __future__ import annotations

from django.db import models


class QueueType(models.IntegerChoices):
    """What waits in a market's queue, as its account on chain says (nosana-programs, jobs, QueueType)."""

    JOBS = 0, "jobs wait"
    NODES = 1, "nodes wait"
    EMPTY = 255, "empty"


class Activity(models.TextChoices):
    """What a node does now, as far as its jobs and the queues tell."""

    BUSY = "busy", "Busy"
    FREE = "free", "Free"
    IDLE = "idle", "Idle"
