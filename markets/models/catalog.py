"""The catalog: every image and every resource that a market required, a job used or a node reported."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class Image(models.Model):
    """An image by the reference that somebody wrote; references of one repository share its columns."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    reference = models.TextField(unique=True, help_text="as it was written")
    registry = models.TextField(blank=True, help_text="docker.io for all names of Docker Hub; empty: not parsable")
    repository = models.TextField(blank=True, help_text="library/ubuntu, nosana/frpc")
    tag = models.TextField(blank=True, help_text="latest where none was written; empty with a digest")
    digest = models.TextField(blank=True)
    first_seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["reference"]
        indexes = [models.Index(fields=["repository", "registry", "tag"], name="image_repository")]

    def __str__(self) -> str:
        return self.reference


class Resource(models.Model):
    """A resource by what a node keeps it under: type and cache key (explorer/nosana/caching.py)."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    type = models.CharField(max_length=40, help_text="S3, HF, Ollama, or what was written")
    key = models.TextField(help_text="the name in a node's cache, such as a URL, a repository or a model")
    first_seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["type", "key"]
        constraints = [models.UniqueConstraint(fields=["type", "key"], name="resource_once")]

    def __str__(self) -> str:
        return f"{self.type} {self.key}"
