"""What nodes hold, as far as their jobs and their own answers tell."""

from __future__ import annotations

from django.db import models

from markets.models.catalog import Image, Resource


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


class CachedImage(CachedEntry):
    """An image on a node."""

    image = models.ForeignKey(Image, models.CASCADE, related_name="+", db_index=False)

    class Meta:
        ordering = ["node", "image"]
        constraints = [models.UniqueConstraint(fields=["image", "node"], name="cached_image_once")]
        indexes = [models.Index(fields=["node"], name="cached_image_node")]

    def __str__(self) -> str:
        return f"{self.image_id} on {self.node}"


class CachedResource(CachedEntry):
    """A model or file set on a node."""

    resource = models.ForeignKey(Resource, models.CASCADE, related_name="+", db_index=False)

    class Meta:
        ordering = ["node", "resource"]
        constraints = [models.UniqueConstraint(fields=["resource", "node"], name="cached_resource_once")]
        indexes = [models.Index(fields=["node"], name="cached_resource_node")]

    def __str__(self) -> str:
        return f"{self.resource_id} on {self.node}"
