"""What jobs run, and what their nodes reported."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from jobs.models.job import Job
from jobs.models.places import ANYWHERE, anywhere


class Definition(models.Model):
    """What a job runs, as text; jobs that were posted with the same content share one."""

    key = models.CharField(max_length=100, primary_key=True, help_text="the CID, else the job's address")
    text = models.TextField(blank=True)
    is_exact = models.BooleanField(default=False, help_text="the bytes from IPFS, not a copy the indexer re-wrote")
    error = models.TextField(blank=True, help_text="why it cannot be read as a JSON object")
    image = models.TextField(blank=True, help_text="of its first op that has one; jobs copy it for their list")
    op_count = models.PositiveIntegerField(null=True)
    image_ids = ArrayField(models.BigIntegerField(), default=list, help_text="markets.Image of all ops; jobs copy it")
    resource_ids = ArrayField(models.BigIntegerField(), default=list, help_text="markets.Resource; jobs copy it")
    op_types = ArrayField(models.CharField(max_length=40), default=list, help_text="jobs copy it")
    # The database's own default too: what a worker of an older release writes may be used anywhere.
    places = ArrayField(
        models.BigIntegerField(),
        default=anywhere,
        db_default=[ANYWHERE],
        help_text="numbers of the markets, deployers, payers and triggers of its jobs (jobs/models/places.py)",
    )
    words: SearchVectorField[str | None, str | None] = SearchVectorField(
        null=True,
        help_text="of op ids, images and commands (jobs/contents.py); null where its contents are not read yet",
    )
    fingerprint = models.CharField(  # noqa: DJ001 - "" is that of a text that is no definition
        max_length=64,
        null=True,
        help_text="the same for definitions that do the same (jobs/definition/edit); null where it is not made yet",
    )
    fetched_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    fetch_error = models.TextField(blank=True)

    class Meta:
        ordering = ["key"]
        indexes = [
            models.Index(fields=["due_at"], name="definition_due", condition=Q(fetched_at=None)),
            # The free text of the job list, what definitions name and where they are used: in one index, so that
            # PostgreSQL finds those that have several things while it reads it. Through two, it noted all that have
            # each. For what is pending see job_entries_by_time.
            GinIndex(
                fields=["image_ids", "resource_ids", "op_types", "words", "places"],
                name="definition_has_in",
                gin_pending_list_limit=256,
            ),
            # Those that are still to be read into words (manage.py read_contents); nearly always none.
            models.Index(fields=["key"], name="definition_unread", condition=Q(words=None)),
            # Definitions that do the same, the newest first; and those whose fingerprint is still to be made.
            models.Index(fields=["fingerprint", "-fetched_at"], name="definition_fingerprint"),
        ]

    def __str__(self) -> str:
        return self.key


class Result(models.Model):
    """What the node reported of a job, without the log."""

    # No constraint, as for the market of a job: a result is written with its job, and neither is deleted.
    job = models.OneToOneField(Job, models.CASCADE, primary_key=True, related_name="result", db_constraint=False)
    body = models.JSONField(
        null=True, help_text="status, times, ops with exit code, results, errors; see jobs/results.py"
    )
    log = models.BinaryField(null=True, help_text="the log's lines, compressed; see jobs/logs.py")
    log_lines = models.PositiveIntegerField(null=True)
    cid = models.CharField(max_length=100, blank=True, help_text="where body and log came from; empty: the indexer")
    fetched_at = models.DateTimeField(null=True, help_text="when it was read from IPFS")
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True, help_text="when to try IPFS next; none: nothing to fetch")
    fetch_error = models.TextField(blank=True)

    class Meta:
        ordering = ["job"]
        indexes = [models.Index(fields=["due_at"], name="result_due", condition=Q(due_at__isnull=False))]

    def __str__(self) -> str:
        return self.job_id
