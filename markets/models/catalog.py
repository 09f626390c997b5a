"""The catalog: every image and every resource that a market required, a job used or a node reported."""

from __future__ import annotations

from django.db import models
from django.db.models import Case, F, Value, When
from django.db.models.functions import Concat, Left, Replace
from django.urls import reverse
from django.utils import timezone

from markets.models.figures import Figures

#: Characters of a name that lists sort by; a page's position in a list holds them.
SORTED = 100


class Image(Figures):
    """An image by the reference that somebody wrote; references of one repository share its columns."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    reference = models.TextField(unique=True, help_text="as it was written")
    registry = models.TextField(blank=True, help_text="docker.io for all names of Docker Hub; empty: not parsable")
    repository = models.TextField(blank=True, help_text="library/ubuntu, nosana/frpc")
    tag = models.TextField(blank=True, help_text="latest where none was written; empty with a digest")
    digest = models.TextField(blank=True)
    first_seen_at = models.DateTimeField(default=timezone.now)

    name_key = models.GeneratedField(  # one repository's tags side by side, under whatever registry
        expression=Left(
            Case(
                When(repository="", then=F("reference")),
                # "library/" goes unsaid, so that ubuntu is found under u
                default=Concat(
                    Replace("repository", Value("library/"), output_field=models.TextField()),
                    Value(" "),
                    "tag",
                    Value(" "),
                    "reference",
                    output_field=models.TextField(),
                ),
            ),
            SORTED,
        ),
        output_field=models.TextField(),
        db_persist=True,
    )

    class Meta:
        ordering = ["reference"]
        indexes = [
            models.Index(fields=["repository", "registry", "tag"], name="image_repository"),
            models.Index(fields=["name_key", "id"], name="image_by_name"),
            models.Index(fields=["jobs", "id"], name="image_by_jobs"),
            models.Index(fields=["success_key", "id"], name="image_by_success"),
            models.Index(fields=["used_key", "id"], name="image_by_use"),
            models.Index(fields=["markets", "id"], name="image_by_markets"),
        ]

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        return reverse("jobs:image", args=[self.reference])


class Resource(Figures):
    """A resource by what a node keeps it under: type and cache key (explorer/nosana/caching.py)."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    type = models.CharField(max_length=40, help_text="S3, HF, Ollama, or what was written")
    key = models.TextField(help_text="the name in a node's cache, such as a URL, a repository or a model")
    first_seen_at = models.DateTimeField(default=timezone.now)

    name_key = models.GeneratedField(expression=Left("key", SORTED), output_field=models.TextField(), db_persist=True)

    class Meta:
        ordering = ["type", "key"]
        constraints = [models.UniqueConstraint(fields=["type", "key"], name="resource_once")]
        indexes = [
            models.Index(fields=["name_key", "id"], name="resource_by_name"),
            models.Index(fields=["jobs", "id"], name="resource_by_jobs"),
            models.Index(fields=["success_key", "id"], name="resource_by_success"),
            models.Index(fields=["used_key", "id"], name="resource_by_use"),
            models.Index(fields=["markets", "id"], name="resource_by_markets"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.key}"

    def get_absolute_url(self) -> str:
        return reverse("jobs:resource", args=[self.type, self.key])
