"""What the network says that a market's nodes must keep cached."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from markets.models.market import Market


class RequiredEntry(models.Model):
    """Something a market's nodes must keep cached: since when, and when the network stopped asking for it."""

    since = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)
    position = models.PositiveIntegerField(default=0, help_text="its place in the network's answer, from 0")

    class Meta:
        abstract = True


class RequiredImage(RequiredEntry):
    """An image that every node of the market must have."""

    market = models.ForeignKey(Market, models.CASCADE, related_name="required_images")
    reference = models.TextField(help_text="as the network writes it")

    class Meta:
        ordering = ["reference", "id"]
        constraints = [
            models.UniqueConstraint("market", "reference", condition=Q(removed_at=None), name="required_image_once")
        ]

    def __str__(self) -> str:
        return self.reference


class RequiredResource(RequiredEntry):
    """A model or file set that every node of the market must have, as the network describes it, no credentials."""

    market = models.ForeignKey(Market, models.CASCADE, related_name="required_resources")
    type = models.CharField(max_length=40, help_text="S3, HF, Ollama, or what the network says")
    name = models.TextField(help_text="its URL, repository or model")
    spec = models.JSONField(help_text="the whole entry")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the entry's canonical JSON: its identity")

    class Meta:
        ordering = ["type", "name", "id"]
        constraints = [
            models.UniqueConstraint("market", "digest", condition=Q(removed_at=None), name="required_resource_once")
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.name}"
