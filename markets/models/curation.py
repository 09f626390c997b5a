"""What curators decided about required entries, who may decide, and every change there was."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from markets.choices import Change, Decision, EntryKind
from markets.models.market import Market


class Curated(models.Model):
    """A curator's standing decision about one entry of one market; a refresh never touches it.

    The list that is served is: what the network says, and what is added or pinned, without what is hidden.
    """

    market = models.ForeignKey(Market, models.CASCADE, related_name="curated")
    kind = models.CharField(max_length=10, choices=EntryKind)
    decision = models.CharField(max_length=10, choices=Decision)
    identity = models.TextField(help_text="the image's reference, or the digest of the resource's canonical JSON")
    name = models.TextField(help_text="what people call it: the reference, URL, repository or model")
    spec = models.JSONField(null=True, help_text="a resource's whole entry, no credentials")
    note = models.TextField(blank=True, help_text="for everybody who reads the list")
    reason = models.TextField(help_text="why it was decided so")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(default=timezone.now)
    since = models.DateTimeField(default=timezone.now, help_text="since when it holds; a change of its note keeps it")

    class Meta:
        ordering = ["market", "kind", "name", "id"]
        constraints = [models.UniqueConstraint(fields=["market", "kind", "identity"], name="curated_once")]

    def __str__(self) -> str:
        return f"{self.get_decision_display()} {self.name}"


class Revision(models.Model):
    """One change of what a market requires: by a refresh or by a person; never altered, never deleted.

    A refresh writes one where the network's own list changed, even if a decision keeps the served list as it was. A
    revert restores the decisions of an earlier revision; the network's part stays what the network says now.
    """

    market = models.ForeignKey(Market, models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField(help_text="counts from 1 in each market")
    at = models.DateTimeField(default=timezone.now)
    change = models.CharField(max_length=20, choices=Change)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    author_name = models.CharField(max_length=150, blank=True, help_text="stays when the account is deleted")
    reason = models.TextField(blank=True)
    added = models.JSONField(default=list, help_text="entries that the effective list gained: kind, name, spec")
    removed = models.JSONField(default=list, help_text="entries that it lost")
    network_added = models.JSONField(default=list, help_text="entries that the network's own list gained")
    network_removed = models.JSONField(default=list, help_text="entries that the network's own list lost")
    decisions = models.JSONField(
        default=list,
        help_text="what changed among the decisions: kind, name, identity, spec, before, after, note_before, note",
    )
    reverted_to = models.PositiveIntegerField(null=True, help_text="the revision whose decisions a revert took back")
    not_reverted = models.JSONField(
        default=dict,
        help_text="what a revert cannot bring back, because it is the network's own part: missing, surplus entries",
    )
    state = models.JSONField(default=dict, help_text="network entries and decisions after it, for diff and revert")

    class Meta:
        ordering = ["market", "-number"]
        constraints = [models.UniqueConstraint(fields=["market", "number"], name="revision_once")]
        indexes = [models.Index(fields=["-at", "-id"], name="revision_newest")]

    def __str__(self) -> str:
        return f"{self.market_id} #{self.number}"


class MarketCurator(models.Model):
    """A person who may curate this market, without the right to curate all of them."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="curated_markets")
    market = models.ForeignKey(Market, models.CASCADE, related_name="curators")

    class Meta:
        ordering = ["market", "user"]
        constraints = [models.UniqueConstraint(fields=["user", "market"], name="curator_once")]
        permissions = [("curate_all_markets", "Can curate the required resources of every market")]

    def __str__(self) -> str:
        return f"{self.user} in {self.market}"
