"""What each source says of a node's machine."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from markets.choices import MachineSource


class MachineReport(models.Model):
    """The last good answer of one source about a node's machine. Nobody checks what a node says of itself."""

    pk = models.CompositePrimaryKey("node", "source")
    node = models.CharField(max_length=44)
    source = models.CharField(max_length=8, choices=MachineSource)
    facts = models.JSONField(help_text="the fields of NodePayload that it gave, by name, without the cache")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["node", "source"]

    def __str__(self) -> str:
        return f"{self.node} {self.source}"
