"""Templates that people saved."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from jobs.models.draft import KEPT, new_token


class SavedTemplateQuerySet(models.QuerySet["SavedTemplate"]):
    """Reads of saved templates."""

    def idle_at(self, moment: datetime) -> SavedTemplateQuerySet:
        """Those of browsers, not of people, that nobody used for as long as a draft is kept."""
        return self.filter(owner=None, touched_at__lt=moment - KEPT)


class SavedTemplate(models.Model):
    """A definition to begin with, kept by a person, or by the session of a browser where nobody signed in.

    One that is shared is seen by everybody, and has no secrets: they are masked before it is stored.
    """

    token = models.CharField(max_length=32, primary_key=True, default=new_token)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        related_name="saved_templates",
        help_text="none: the session's",
    )
    holder = models.CharField(max_length=64, blank=True, help_text="hash of the secret in the session that may read it")
    name = models.CharField(max_length=80)
    summary = models.CharField(max_length=200, blank=True)
    category = models.CharField(max_length=20, blank=True, help_text="a name of jobs.builder.templates.CATEGORIES")
    readme = models.TextField(blank=True)
    body = models.BinaryField(help_text="the text, UTF-8; of a shared one with *** for every secret")
    masked = ArrayField(models.TextField(), default=list, help_text="names of the secrets that were left out")
    is_shared = models.BooleanField(default=False)
    made_at = models.DateTimeField(default=timezone.now)
    touched_at = models.DateTimeField(default=timezone.now, help_text="when it was made, changed or used last")

    objects = SavedTemplateQuerySet.as_manager()

    class Meta:
        ordering = ["name", "token"]
        constraints = [
            models.CheckConstraint(
                condition=Q(owner=None) & ~Q(holder="") | Q(owner__isnull=False, holder=""),
                name="saved_template_has_one_owner",
            ),
            models.CheckConstraint(
                condition=Q(is_shared=False) | Q(owner__isnull=False), name="shared_template_has_a_person"
            ),
        ]
        indexes = [
            models.Index(fields=["holder"], name="saved_template_of_session", condition=~Q(holder="")),
            models.Index(fields=["is_shared"], name="saved_template_shared", condition=Q(is_shared=True)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def text(self) -> str:
        """The definition's text."""
        return bytes(self.body).decode("utf-8", "surrogatepass")
