"""What nodes hold, as far as their jobs and their own answers tell."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from markets.models.catalog import Image, Resource
from markets.models.market import Market

#: How long after its last use a node keeps what is not required (nosana-cli, resource manager).
KEPT: Final = timedelta(hours=24)
Entry = TypeVar("Entry", bound="CachedEntry")


def _is_held(at: datetime | None) -> Q:
    """Used within 24 hours; or named by the node within 24 hours, and that not before its last use told the end."""
    since = (at or timezone.now()) - KEPT
    is_news = Q(used_at=None) | Q(reported_at__gt=F("used_at") + KEPT)
    return Q(used_at__gte=since) | (Q(reported_at__gte=since) & is_news)


class CachedQuerySet(models.QuerySet[Entry]):
    """Reads of cached entries, in the words of the pages."""

    def held(self, at: datetime | None = None) -> CachedQuerySet[Entry]:
        """Those that nodes are believed to hold, now or at a moment of the last day."""
        return self.filter(_is_held(at))

    def stale(self, at: datetime | None = None) -> CachedQuerySet[Entry]:
        """The others."""
        return self.exclude(_is_held(at))

    def free(self) -> CachedQuerySet[Entry]:
        """Those of nodes that wait for a job."""
        return self.filter(node__in=Market.objects.nodes_in_line())


class CachedEntry(models.Model):
    """Something a node had when a job last used it, or when the node last reported it.

    A node evicts what is not required 24 hours after its last use (nosana-cli, resource manager); rows older than
    that are no longer believed, and swept. Required entries of a node's market are not stored here.
    """

    # Plain addresses and numbers instead of foreign keys: written by the thousand, after jobs and before nodes.
    node = models.CharField(max_length=44)
    used_at = models.DateTimeField(null=True, help_text="the end, or else the start, of the last job that used it")
    reported_at = models.DateTimeField(null=True, help_text="when the node's own answer last named it")

    class Meta:
        abstract = True

    @property
    def until(self) -> datetime | None:
        """When nobody believes it any more; see end_of."""
        return end_of(self.used_at, self.reported_at)


def end_of(used_at: datetime | None, reported_at: datetime | None) -> datetime | None:
    """Return 24 hours after the last use; where none is known, or the node named it even later, after that answer."""
    if used_at is None or (reported_at is not None and reported_at > used_at + KEPT):
        return None if reported_at is None else reported_at + KEPT
    return used_at + KEPT


class CachedImage(CachedEntry):
    """An image on a node."""

    image = models.ForeignKey(Image, models.CASCADE, related_name="+", db_index=False)

    objects = CachedQuerySet.as_manager()

    class Meta:
        ordering = ["node", "image"]
        constraints = [models.UniqueConstraint(fields=["image", "node"], name="cached_image_once")]
        indexes = [models.Index(fields=["node"], name="cached_image_node")]

    def __str__(self) -> str:
        return f"{self.image_id} on {self.node}"


class CachedResource(CachedEntry):
    """A model or file set on a node."""

    resource = models.ForeignKey(Resource, models.CASCADE, related_name="+", db_index=False)

    objects = CachedQuerySet.as_manager()

    class Meta:
        ordering = ["node", "resource"]
        constraints = [models.UniqueConstraint(fields=["resource", "node"], name="cached_resource_once")]
        indexes = [models.Index(fields=["node"], name="cached_resource_node")]

    def __str__(self) -> str:
        return f"{self.resource_id} on {self.node}"


class CacheReport(models.Model):
    """What a node says of its cache, as it answered last; nobody checks it. The next answer takes its place."""

    node = models.CharField(max_length=44, primary_key=True)
    reported_at = models.DateTimeField(null=True, help_text="when it last told what it holds; empty: it never did")
    images = ArrayField(models.TextField(), default=list, help_text="local tags, as the node writes them")
    volumes = ArrayField(models.TextField(), default=list, help_text="names in its cache, as the node writes them")
    due_at = models.DateTimeField(default=timezone.now, db_index=True)
    error = models.TextField(blank=True, help_text="why the last try brought nothing; empty after an answer")

    class Meta:
        ordering = ["node"]

    def __str__(self) -> str:
        return self.node
