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


class EntryKind(models.TextChoices):
    """What a required entry is."""

    IMAGE = "image", "Image"
    RESOURCE = "resource", "Resource"


class Decision(models.TextChoices):
    """What a curator decided about an entry."""

    ADD = "add", "Added"
    PIN = "pin", "Pinned"  # kept though the network drops it
    HIDE = "hide", "Hidden"  # kept out though the network lists it
    NOTE = "note", "Annotated"  # nothing but a note


class Change(models.TextChoices):
    """What made a revision."""

    ENDPOINT = "endpoint", "Refresh, the market's own list"
    LISTING = "listing", "Refresh, the list of markets"
    CURATION = "curation", "Curation"
    IMPORT = "import", "Import"
    REVERT = "revert", "Revert"


class MachineSource(models.TextChoices):
    """Who says what a node's machine is: the host manager twice, and the node itself; who counts most is first."""

    SPECS = "specs", "joined with"
    METRICS = "metrics", "last measured"
    NODE = "node", "the node says"
