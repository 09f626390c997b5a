"""Definitions that people are building: drafts, their numbered versions, and links to a version for others."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

#: A draft that nobody opened or changed for so long is deleted.
KEPT: Final = timedelta(days=90)
NAME_LENGTH: Final = 100
LABEL_LENGTH: Final = 200


def new_token() -> str:
    """Return 22 characters for an address that nobody guesses."""
    return secrets.token_urlsafe(16)


class DraftQuerySet(models.QuerySet["Draft"]):
    """Reads of drafts."""

    def idle_at(self, moment: datetime) -> DraftQuerySet:
        """The drafts that are not kept any longer at that moment."""
        return self.filter(touched_at__lt=moment - KEPT)

    def newest_first(self) -> DraftQuerySet:
        """In the order in which they were changed last."""
        return self.order_by("-changed_at", "id")


class Draft(models.Model):
    """A definition in the making. It is a person's, or belongs to the session of a browser where nobody signed in.

    Its text is that of version `number`; `undo_numbers` and `redo_numbers` are the versions to go back and forth to,
    the next one last.
    """

    id = models.CharField(max_length=32, primary_key=True, default=new_token)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="drafts", help_text="none: the session's"
    )
    holder = models.CharField(max_length=64, blank=True, help_text="hash of the secret in the session that may read it")
    name = models.CharField(max_length=NAME_LENGTH)
    source_kind = models.CharField(max_length=20, help_text="what it was made from, as the sources call it")
    source_reference = models.TextField(blank=True, help_text="address, slug or URL of what it was made from")
    left_out = models.JSONField(default=list, help_text="what could not be imported: [what, why] pairs, until read")
    revision = models.PositiveIntegerField(default=1, help_text="grows with every change, undoing included")
    number = models.PositiveIntegerField(default=1, help_text="of the version that it is now")
    last_number = models.PositiveIntegerField(default=1, help_text="of its newest version")
    undo_numbers = ArrayField(models.PositiveIntegerField(), default=list)
    redo_numbers = ArrayField(models.PositiveIntegerField(), default=list)
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    touched_at = models.DateTimeField(default=timezone.now, help_text="changed, or opened on another day")

    objects = DraftQuerySet.as_manager()

    class Meta:
        ordering = ["-changed_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(owner=None) & ~Q(holder="") | Q(owner__isnull=False, holder=""), name="draft_has_one_owner"
            )
        ]
        indexes = [
            models.Index(fields=["owner", "-changed_at"], name="draft_of_owner"),
            models.Index(fields=["holder", "-changed_at"], name="draft_of_session", condition=~Q(holder="")),
            models.Index(fields=["touched_at"], name="draft_touched"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("builder:draft", args=[self.id])

    @property
    def source_url(self) -> str:
        """Where the job is that it was made from; empty for any other source."""
        return (
            reverse("jobs:detail", args=[self.source_reference])
            if self.source_kind == "job" and self.source_reference.isalnum()
            else ""
        )

    @property
    def can_undo(self) -> bool:
        """Say whether there is a step to take back."""
        return bool(self.undo_numbers)

    @property
    def can_redo(self) -> bool:
        """Say whether there is a step to take again."""
        return bool(self.redo_numbers)

    @property
    def kept_until(self) -> datetime:
        """When it is deleted, should nobody open it until then."""
        return self.touched_at + KEPT

    @property
    def days_left(self) -> int:
        """Days until then, the last one begun counts; at least 0."""
        return max(-((timezone.now() - self.kept_until) // timedelta(days=1)), 0)


class DraftVersionQuerySet(models.QuerySet["DraftVersion"]):
    """Reads of versions."""

    def numbered(self, numbers: Iterable[int]) -> DraftVersionQuerySet:
        """Those with one of these numbers."""
        return self.filter(number__in=numbers)

    def without_text(self) -> DraftVersionQuerySet:
        """Without their bytes, which can be a megabyte each."""
        return self.defer("body")


class DraftVersion(models.Model):
    """The exact bytes of a draft at one time, and what was done to have them. Written once, or while typing goes on."""

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(help_text="from 1 on, within the draft; 1 is what the draft was made from")
    body = models.BinaryField(help_text="the text, UTF-8; bytes, since PostgreSQL's text holds no NUL")
    size = models.PositiveIntegerField(help_text="of body, in bytes")
    label = models.CharField(max_length=LABEL_LENGTH, help_text="what was done, for people")
    key = models.CharField(max_length=LABEL_LENGTH, blank=True, help_text="a change with the same key soon after joins")
    made_at = models.DateTimeField(default=timezone.now)

    objects = DraftVersionQuerySet.as_manager()

    class Meta:
        ordering = ["draft", "-number"]
        constraints = [models.UniqueConstraint(fields=["draft", "number"], name="draft_version_number")]

    def __str__(self) -> str:
        return f"{self.draft_id} {self.number}"

    @property
    def text(self) -> str:
        """The text, without loss: what was saved is UTF-8."""
        return bytes(self.body).decode("utf-8", "surrogatepass")


class SharedDraft(models.Model):
    """A link to a draft's text as it was when the link was made or renewed, without its secrets. Anyone may open it."""

    token = models.CharField(max_length=32, primary_key=True, default=new_token)
    draft = models.ForeignKey(Draft, models.CASCADE, related_name="shares")
    number = models.PositiveIntegerField(help_text="of the version that it shows")
    name = models.CharField(max_length=NAME_LENGTH, help_text="of the draft at that time")
    body = models.BinaryField(help_text="the text, UTF-8, with *** for every secret")
    masked = ArrayField(models.TextField(), default=list, help_text="names of the secrets that were left out")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-made_at", "token"]

    def __str__(self) -> str:
        return self.token

    def get_absolute_url(self) -> str:
        return reverse("builder:shared", args=[self.token])

    @property
    def text(self) -> str:
        """The masked text."""
        return bytes(self.body).decode("utf-8", "surrogatepass")
