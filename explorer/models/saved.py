"""Views of lists that people keep: a filter, a sort and columns under a name."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone

#: Enough for anyone, and a bound for the menu.
MOST = 100
NAME_LENGTH = 60
QUERY_LENGTH = 4000


def new_token() -> str:
    """Return what a view's address ends with: nobody guesses it."""
    return secrets.token_urlsafe(9)


class ListPage(models.TextChoices):
    """The lists whose views can be saved."""

    JOBS = "jobs", "Jobs"
    MARKETS = "markets", "Markets"
    NODES = "nodes", "Nodes"


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    """Reads of saved views."""

    def of(self, user: User | AnonymousUser) -> SavedViewQuerySet:
        """A person's own views; nobody's for somebody who is not signed in."""
        return self.filter(owner=user) if isinstance(user, User) else self.none()

    def open_to(self, user: User | AnonymousUser) -> SavedViewQuerySet:
        """The views a person may open: shared ones and their own."""
        shared = Q(is_shared=True)
        return self.filter(shared | Q(owner=user) if isinstance(user, User) else shared)

    def named(self, name: str) -> SavedViewQuerySet:
        """Views of that name, however it is written."""
        return self.filter(name__iexact=name)


class SavedView(models.Model):
    """A view of a list: the page and its query string. Anyone may open a shared one; its owner alone changes it."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views")
    page = models.CharField(max_length=10, choices=ListPage)
    name = models.CharField(max_length=NAME_LENGTH)
    query = models.CharField(max_length=QUERY_LENGTH, blank=True, help_text="canonical, without the question mark")
    is_shared = models.BooleanField(default=False)
    token = models.CharField(max_length=20, unique=True, default=new_token)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ["page", "name", "id"]
        constraints = [models.UniqueConstraint("owner", "page", Lower("name"), name="saved_view_name")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("explorer:view", args=[self.token])
